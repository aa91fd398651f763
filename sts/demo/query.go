package demo

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// version is that of STS's API, the only one there is.
const version = "2011-06-15"

// query is one call on its way to an answer.
type query struct {
	*STS
	r    *http.Request
	body []byte
	form map[string]string
	now  time.Time // one reading of the clock for the whole call
	id   string    // of the request
	call Call
}

// answer finds the action, performs it and gives the answer's document.
func (q *query) answer() (document any, refusal *Refusal) {
	if refusal = q.readForm(); refusal != nil {
		return nil, refusal
	}
	q.call.Action, q.call.Duration = q.form["Action"], q.form["DurationSeconds"]
	q.call.Role, q.call.Principal = q.form["RoleArn"], q.form["PrincipalArn"]
	q.call.SessionName, q.call.Serial = q.form["RoleSessionName"], q.form["SerialNumber"]
	if q.config.Refuse != nil {
		if refusal = q.config.Refuse(q.call); refusal != nil {
			return nil, refusal
		}
	}
	if q.throttled() {
		return nil, &Refusal{http.StatusBadRequest, "Throttling", "Rate exceeded"}
	}
	if q.call.Action == "" {
		return nil, &Refusal{http.StatusBadRequest, "MissingAction", "The request is missing an action or a required parameter."}
	}
	if v := q.form["Version"]; v == version {
		switch q.call.Action {
		case "AssumeRoleWithSAML":
			return q.assumeRoleWithSAML()
		case "AssumeRole":
			return q.assumeRole()
		case "GetSessionToken":
			return q.getSessionToken()
		case "GetCallerIdentity":
			return q.getCallerIdentity()
		}
	}
	return nil, &Refusal{http.StatusBadRequest, "InvalidAction",
		fmt.Sprintf("Could not find operation %s for version %s", q.call.Action, q.form["Version"])}
}

// readForm takes the parameters from the body, and from nowhere else: an address is written to logs on its way.
func (q *query) readForm() *Refusal {
	media, _, _ := strings.Cut(q.r.Header.Get("Content-Type"), ";")
	switch {
	case q.r.Method != http.MethodPost:
		return &Refusal{http.StatusMethodNotAllowed, "MalformedQueryString", "This STS takes a POST only."}
	case q.r.URL.Path != "/" && q.r.URL.Path != "", q.r.URL.RawQuery != "":
		return &Refusal{http.StatusNotFound, "MalformedQueryString", "This STS answers at / only, without a query."}
	case !strings.EqualFold(strings.TrimSpace(media), "application/x-www-form-urlencoded"):
		return &Refusal{http.StatusBadRequest, "MalformedQueryString", "The request is not a form."}
	}
	values, err := url.ParseQuery(string(q.body))
	if err != nil {
		return &Refusal{http.StatusBadRequest, "MalformedQueryString", "The query string contains a syntax error."}
	}
	q.form = make(map[string]string, len(values))
	for name, v := range values {
		if len(v) > 1 {
			return &Refusal{http.StatusBadRequest, "MalformedQueryString", "The parameter " + name + " is given more than once."}
		}
		q.form[name] = v[0]
	}
	return nil
}

// throttled takes a token from a bucket that is refilled by the clock: PerSecond a second, and never more than that.
func (q *query) throttled() bool {
	s, limit := q.STS, float64(q.config.PerSecond)
	if limit <= 0 {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if passed := q.now.Sub(s.filled); passed > 0 {
		if !s.filled.IsZero() {
			s.tokens = min(limit, s.tokens+limit*passed.Seconds())
		}
		s.filled = q.now
	}
	if s.tokens < 1 {
		return true
	}
	s.tokens--
	return false
}

// requestID is a UUID, of version 4 (RFC 9562, section 5.4).
func requestID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails, see crypto/rand
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
