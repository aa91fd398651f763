// Package demo is an AWS STS to try samlogin against and to test it with. It speaks STS's query protocol, verifies the
// signature of a SAML response, its times, its audience and the pair of role and provider, holds durations against the
// role's maximum, hands out temporary keys, verifies what is signed with them, and takes AssumeRole and GetSessionToken
// from IAM users and their MFA devices. It answers in STS's XML, codes and
// words. It is part of the product, for "samlogin demo"; it listens nowhere by itself and its keys open nothing.
//
// Where STS is lenient and a careful client has no need of it, this one is strict: AssumeRoleWithSAML must come
// unsigned, as a form in the body of a POST, each name once.
package demo

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/xml"
	"io"
	"net/http"
	"sync"
	"time"
)

// Config is one STS. The zero value trusts no provider and refuses every assertion.
type Config struct {
	Trust     []*x509.Certificate // token-signing certificates, as in the metadata that IAM was given
	Issuers   []string            // entity ids that the metadata names; nil: any
	Audiences []string            // relying-party identifiers; nil: AWS's own, see DefaultAudiences
	Partition string              // the partition that this endpoint serves, "aws-cn"; "": all of them

	Providers []string // ARNs of the SAML providers that exist; nil: whichever is named
	Roles     []string // ARNs of the roles that exist and trust their provider; nil: whichever is named

	Users    []User            // IAM users with keys of their own; none: nobody has any
	Trusts   map[string]Trust  // by role ARN, who may take it by AssumeRole; a role that is not here: nobody
	Accounts map[string]string // names by number, as the sign-in page shows them; an account without one shows its number

	MaxSession map[string]time.Duration // MaxSessionDuration by role ARN
	DefaultMax time.Duration            // of every other role; 0: one hour, as AWS sets it

	PerSecond int                                           // calls a second before Throttling; 0: no limit
	Refuse    func(Call) *Refusal                           // a refusal of the caller's choice before anything is checked; nil result: none
	Now       func() time.Time                              // nil: time.Now
	Latency   func(context.Context)                         // before each answer; nil: none
	Observe   func(Call)                                    // of each call, before its answer goes out; nil: nobody watches
	Intercept func(http.ResponseWriter, *http.Request) bool // answers instead, when it returns true; may read the body
}

// DefaultAudiences are the relying-party identifiers that AWS's own metadata and guides use.
func DefaultAudiences() []string {
	return []string{
		"urn:amazon:webservices", "urn:amazon:webservices:govcloud", "urn:amazon:webservices:cn-north-1",
		"urn:amazon:webservices:cn-northwest-1", "https://signin.aws.amazon.com/saml",
	}
}

// Call is what a call was made of and how it ended, without assertion, keys, signature and MFA code.
type Call struct {
	Action          string
	Caller          string // ARN of who signed, "" where the signature was not looked at or not taken
	SessionName     string // RoleSessionName as sent
	Serial          string // of the MFA device whose code came along
	Role, Principal string // ARNs asked for
	Duration        string // DurationSeconds as sent, "" for none
	Signed          bool   // came with a signature or a part of one
	Agent           string // User-Agent
	Status          int    // HTTP status of the answer
	Code            string // of the error, "" where the call was granted
}

// STS is the service: an http.Handler that many calls may use at once.
type STS struct {
	config Config

	mu       sync.Mutex
	log      []Call
	sessions map[string]*session  // by access key id, the users' own keys among them
	spent    map[string]time.Time // MFA codes that were taken, and until when they are known; by device and code
	tokens   float64              // of the bucket that throttles
	filled   time.Time            // when the bucket was last filled
}

// New makes an STS without sessions.
func New(c Config) *STS {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Audiences == nil {
		c.Audiences = DefaultAudiences()
	}
	if c.DefaultMax == 0 {
		c.DefaultMax = time.Hour
	}
	s := &STS{config: c, sessions: map[string]*session{}, spent: map[string]time.Time{}, tokens: float64(c.PerSecond)}
	for i := range c.Users {
		s.sessions[c.Users[i].AccessKeyID] = ofUser(&c.Users[i])
	}
	return s
}

// Log lists the calls answered so far. A call that Intercept answered is not among them.
func (s *STS) Log() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.log...)
}

// maxBody is the largest request in bytes: the longest assertion in its escaped form fits.
const maxBody = 1 << 20

// ServeHTTP implements http.Handler.
func (s *STS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if s.config.Latency != nil {
		s.config.Latency(r.Context())
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	if s.config.Intercept != nil && s.config.Intercept(w, r) {
		return
	}
	q := &query{STS: s, r: r, body: body, now: s.config.Now().UTC(), id: requestID()}
	q.call.Agent, q.call.Signed = r.UserAgent(), signed(r)
	if r.URL.Path == "/federation" && err == nil {
		q.federation(w)
		return
	}
	if r.URL.Path == "/saml" && err == nil {
		q.signInPage(w)
		return
	}
	var answer any
	var refusal *Refusal
	if err != nil {
		refusal = &Refusal{http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "Request body is too large."}
	} else {
		answer, refusal = q.answer()
	}
	q.call.Status = http.StatusOK
	if refusal != nil {
		q.call.Status, q.call.Code = refusal.Status, refusal.Code
		answer = refusal.document(q.id)
	}
	s.mu.Lock()
	s.log = append(s.log, q.call) // before the answer goes out: whoever has it finds the call in the log
	s.mu.Unlock()
	if s.config.Observe != nil {
		s.config.Observe(q.call)
	}
	q.send(w, answer)
}

// send writes an answer in one piece, with the headers that STS gives.
func (q *query) send(w http.ResponseWriter, answer any) {
	text, err := xml.MarshalIndent(answer, "", "  ")
	if err != nil {
		http.Error(w, "the answer cannot be written", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/xml")
	h.Set("Date", q.now.Format(http.TimeFormat)) // by this server's clock, which clients compare with theirs
	h.Set("X-Amzn-RequestId", q.id)
	w.WriteHeader(q.call.Status)
	_, _ = w.Write(append(text, '\n')) // a client that has gone away cannot be told
}
