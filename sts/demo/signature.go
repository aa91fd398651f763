package demo

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// AWS Signature Version 4, as "Create a signed AWS API request" (IAM User Guide) defines it.
const (
	algorithm  = "AWS4-HMAC-SHA256"
	dateLayout = "20060102T150405Z"
	// signatureAge is how far X-Amz-Date may be from the server's clock, either way.
	signatureAge = 15 * time.Minute
)

// signed reports whether a call carries a signature or what belongs to one.
func signed(r *http.Request) bool {
	return r.Header.Get("Authorization") != "" || r.Header.Get("X-Amz-Security-Token") != "" || r.URL.Query().Has("X-Amz-Signature")
}

// authorization is the header of that name, taken apart.
type authorization struct {
	accessKey, date, region, service string
	headers                          []string // lower case, in order
	signature                        string
}

func parseAuthorization(value string) (authorization, bool) {
	rest, ok := strings.CutPrefix(value, algorithm+" ")
	if !ok {
		return authorization{}, false
	}
	parts := map[string]string{}
	for _, part := range strings.Split(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		parts[name] = value
	}
	scope := strings.Split(parts["Credential"], "/")
	if len(scope) != 5 || scope[4] != "aws4_request" || parts["SignedHeaders"] == "" || parts["Signature"] == "" {
		return authorization{}, false
	}
	return authorization{
		accessKey: scope[0], date: scope[1], region: scope[2], service: scope[3],
		headers: strings.Split(parts["SignedHeaders"], ";"), signature: parts["Signature"],
	}, true
}

// signer verifies the signature of a call and gives the session whose keys made it. The codes and words are those of
// AWS ("Common errors", AWS STS API Reference).
func (q *query) signer() (*session, *Refusal) {
	value := q.r.Header.Get("Authorization")
	if value == "" {
		return nil, &Refusal{http.StatusForbidden, "MissingAuthenticationToken", "Request is missing Authentication Token"}
	}
	a, ok := parseAuthorization(value)
	at, err := time.Parse(dateLayout, q.r.Header.Get("X-Amz-Date"))
	if !ok || err != nil || !slices.Contains(a.headers, "host") || !slices.Contains(a.headers, "x-amz-date") {
		return nil, &Refusal{http.StatusBadRequest, "IncompleteSignature", "Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters, and signed 'Host' and 'X-Amz-Date' headers."}
	}
	token := q.r.Header.Get("X-Amz-Security-Token")
	s := q.session(a.accessKey, token)
	switch {
	case s == nil || (s.user != nil && s.user.Inactive):
		return nil, &Refusal{http.StatusForbidden, "InvalidClientTokenId", "The security token included in the request is invalid."}
	case !hmac.Equal([]byte(q.signature(a, s, at)), []byte(a.signature)) || a.service != "sts" || (s.temporary() && !slices.Contains(a.headers, "x-amz-security-token")):
		return nil, &Refusal{http.StatusForbidden, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."}
	case q.now.Sub(at) > signatureAge:
		return nil, &Refusal{http.StatusForbidden, "SignatureDoesNotMatch", fmt.Sprintf("Signature expired: %s is now earlier than %s (%s - 15 min.)",
			at.Format(dateLayout), q.now.Add(-signatureAge).Format(dateLayout), q.now.Format(dateLayout))}
	case at.Sub(q.now) > signatureAge:
		return nil, &Refusal{http.StatusForbidden, "SignatureDoesNotMatch", fmt.Sprintf("Signature not yet current: %s is still later than %s (%s + 15 min.)",
			at.Format(dateLayout), q.now.Add(signatureAge).Format(dateLayout), q.now.Format(dateLayout))}
	case s.temporary() && !q.now.Before(s.expires):
		return nil, &Refusal{http.StatusForbidden, "ExpiredToken", "The security token included in the request is expired"}
	}
	q.call.Caller = s.arn
	return s, nil
}

// signature is what the session's secret makes of the call. The path is always "/" and there is no query: readForm
// lets nothing else through.
func (q *query) signature(a authorization, s *session, at time.Time) string {
	var headers strings.Builder
	for _, name := range a.headers {
		values := q.r.Header.Values(name)
		switch name {
		case "host":
			values = []string{q.r.Host}
		case "content-length": // net/http takes it out of the map
			values = []string{fmt.Sprint(q.r.ContentLength)}
		}
		for i, v := range values {
			values[i] = strings.Join(strings.Fields(v), " ")
		}
		headers.WriteString(name + ":" + strings.Join(values, ",") + "\n")
	}
	canonical := strings.Join([]string{q.r.Method, "/", "", headers.String(), strings.Join(a.headers, ";"), sum(q.body)}, "\n")
	scope := strings.Join([]string{a.date, a.region, a.service, "aws4_request"}, "/")
	message := strings.Join([]string{algorithm, at.Format(dateLayout), scope, sum([]byte(canonical))}, "\n")
	key := []byte("AWS4" + s.secret.Reveal())
	for _, part := range []string{at.Format("20060102"), a.region, a.service, "aws4_request"} {
		key = mac(key, part)
	}
	return hex.EncodeToString(mac(key, message))
}

func mac(key []byte, message string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(message))
	return h.Sum(nil)
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}
