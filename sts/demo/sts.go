// Package demo is an AWS STS to try samlogin against and to test it with: it checks assertions as AWS does and answers
// with AWS's codes and words. It is part of the product, for "samlogin demo"; it listens nowhere by itself.
package demo

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Config is one STS. The zero value trusts nobody.
type Config struct {
	Trust      []*x509.Certificate                           // token-signing certificates of IdPs
	Audiences  []string                                      // nil: AWS's own identifiers and sign-in addresses
	MaxSession map[string]time.Duration                      // MaxSessionDuration by role ARN
	DefaultMax time.Duration                                 // of every other role; 0: one hour, as AWS sets it
	PerSecond  int                                           // AssumeRole calls taken in a second; 0: any number
	Now        func() time.Time                              // nil: time.Now
	Latency    func(context.Context)                         // before each answer; nil: none
	Observe    func(Call)                                    // after each call; nil: nobody watches
	Intercept  func(http.ResponseWriter, *http.Request) bool // answers instead, when it returns true
}

// Call is one call, without any secret.
type Call struct {
	Action, Role string
	Duration     string // DurationSeconds as sent
	Status       int
	Code         string // error code, "" where it was answered
}

// STS is the server: an http.Handler.
type STS struct {
	config Config

	mu     sync.Mutex
	log    []Call
	keys   map[string]issued // by access key id
	second time.Time
	taken  int
}

// issued is what was handed out.
type issued struct {
	secret, token, arn, account, id string
	ends                            time.Time
}

// New makes an STS.
func New(c Config) *STS {
	if c.Audiences == nil {
		c.Audiences = []string{
			"urn:amazon:webservices", "urn:amazon:webservices:govcloud", "urn:amazon:webservices:cn-north-1",
			"https://signin.aws.amazon.com/saml", "https://signin.amazonaws-us-gov.com/saml", "https://signin.amazonaws.cn/saml",
		}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.DefaultMax == 0 {
		c.DefaultMax = time.Hour
	}
	return &STS{config: c, keys: map[string]issued{}}
}

// Log lists the calls so far.
func (s *STS) Log() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.log...)
}

// refusal is an error as AWS answers it.
type refusal struct {
	status  int
	code    string
	message string
}

func refuse(status int, code, format string, args ...any) *refusal {
	return &refusal{status, code, fmt.Sprintf(format, args...)}
}

// ServeHTTP implements http.Handler: the query protocol of AWS, in the body of a POST.
func (s *STS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 2<<20)
	body, form, err := readForm(r)
	if s.config.Latency != nil {
		s.config.Latency(r.Context())
	}
	if s.config.Intercept != nil {
		r.PostForm = form
		if s.config.Intercept(w, r) {
			return
		}
	}
	call := Call{Action: form.Get("Action"), Role: form.Get("RoleArn"), Duration: form.Get("DurationSeconds"), Status: http.StatusOK}
	var result string
	var no *refusal
	switch {
	case err != nil || r.Method != http.MethodPost:
		no = refuse(400, "MalformedInput", "the request is no form")
	case form.Get("Version") != "2011-06-15":
		no = refuse(400, "InvalidAction", "Could not find operation %s for version %s", call.Action, form.Get("Version"))
	case call.Action == "AssumeRoleWithSAML":
		result, no = s.assumeWithSAML(r, form)
	case call.Action == "GetCallerIdentity":
		result, no = s.callerIdentity(r, body)
	default:
		no = refuse(400, "InvalidAction", "Could not find operation %s for version 2011-06-15", call.Action)
	}
	if no != nil {
		call.Status, call.Code = no.status, no.code
	}
	s.mu.Lock()
	s.log = append(s.log, call)
	s.mu.Unlock()
	if s.config.Observe != nil {
		s.config.Observe(call)
	}
	s.answer(w, call.Action, result, no)
}

func (s *STS) answer(w http.ResponseWriter, action, result string, no *refusal) {
	id := requestID()
	h := w.Header()
	h.Set("Content-Type", "text/xml")
	h.Set("x-amzn-RequestId", id)
	h.Set("Date", s.config.Now().UTC().Format(http.TimeFormat))
	if no != nil {
		w.WriteHeader(no.status)
		fault := "Sender"
		if no.status >= 500 {
			fault = "Receiver"
		}
		_, _ = fmt.Fprintf(w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>%s</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>%s</RequestId></ErrorResponse>`, fault, no.code, escaped(no.message), id)
		return
	}
	_, _ = fmt.Fprintf(w, `<%[1]sResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><%[1]sResult>%[2]s</%[1]sResult><ResponseMetadata><RequestId>%[3]s</RequestId></ResponseMetadata></%[1]sResponse>`, action, result, id)
}

func escaped(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a strings.Builder takes everything
	return b.String()
}

// throttled counts calls by the second of the clock.
func (s *STS) throttled() bool {
	if s.config.PerSecond == 0 {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if second := s.config.Now().Truncate(time.Second); !second.Equal(s.second) {
		s.second, s.taken = second, 0
	}
	s.taken++
	return s.taken > s.config.PerSecond
}

func bytesOf(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return b
}

func requestID() string {
	h := hex.EncodeToString(bytesOf(16))
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// letters are n capital letters and digits, as in the ids of AWS.
func letters(n int) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	out := bytesOf(n)
	for i, b := range out {
		out[i] = alphabet[int(b)%len(alphabet)]
	}
	return string(out)
}

// handOut makes keys that last until an end.
func (s *STS) handOut(arn, account, id string, ends time.Time) (key string, k issued) {
	key = "ASIA" + letters(16)
	k = issued{
		secret: base64.StdEncoding.EncodeToString(bytesOf(30)), token: "IQoJ" + base64.StdEncoding.EncodeToString(bytesOf(450)),
		arn: arn, account: account, id: id, ends: ends.Truncate(time.Second),
	}
	s.mu.Lock()
	s.keys[key] = k
	s.mu.Unlock()
	return key, k
}

// arnParts are partition, account and resource of an IAM ARN.
func arnParts(arn string) (partition, account, resource string, ok bool) {
	p := strings.SplitN(arn, ":", 6)
	if len(p) != 6 || p[0] != "arn" || p[2] != "iam" || p[3] != "" || len(p[4]) != 12 {
		return "", "", "", false
	}
	return p[1], p[4], p[5], true
}

func lastSegment(resource string) string { return resource[strings.LastIndexByte(resource, '/')+1:] }
