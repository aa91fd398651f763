// Package container serves the keys of one role the way a container's own endpoint does, to programs on this computer
// that were given the address and the token (AWS SDKs and Tools Reference Guide, "Container credential provider").
//
// House rules: it listens on a literal loopback address and a port that the kernel chose; whoever does not know the
// token, or comes by way of a browser, learns nothing; who guesses ends the server.
package container

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/samlogin/samlogin/saml/secret"
	"github.com/samlogin/samlogin/sts"
)

// The limits of the server.
const (
	maxConnections = 64
	headerBytes    = 8 << 10
	readLimit      = 5 * time.Second // of a request; there is no body
	writeLimit     = 90 * time.Second
	idleLimit      = 30 * time.Second
	maxFailures    = 20 // requests without the token, after which somebody is guessing
	path           = "/credentials"
)

// ErrGuessing is why a server ended that was asked too often without its token.
var ErrGuessing = errors.New("somebody asked for the keys without the token, again and again")

// Keys are what is handed out.
type Keys struct {
	sts.Credentials
	RoleARN string // "" leaves it out
}

// Source gives keys that last for a while yet. It is asked for each request, by several at once.
type Source func(context.Context) (Keys, error)

// Server hands out the keys of one source.
type Server struct {
	source   Source
	listener net.Listener
	token    secret.Text
	host     string
	http     *http.Server

	mu       sync.Mutex
	failures int
	ended    error
}

// Listen opens a server on 127.0.0.1 with a new token of 256 bits. It answers once Serve runs.
func Listen(source Source) (*Server, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	random := make([]byte, 32)
	_, _ = rand.Read(random) // never fails (crypto/rand)
	s := &Server{source: source, listener: limited(l), token: secret.New(base64.RawURLEncoding.EncodeToString(random)), host: l.Addr().String()}
	protocols := &http.Protocols{}
	protocols.SetHTTP1(true)
	s.http = &http.Server{
		Handler: s, Protocols: protocols, MaxHeaderBytes: headerBytes,
		ReadHeaderTimeout: readLimit, ReadTimeout: readLimit, WriteTimeout: writeLimit, IdleTimeout: idleLimit,
		ErrorLog: discard(),
	}
	return s, nil
}

// URL is the address for AWS_CONTAINER_CREDENTIALS_FULL_URI.
func (s *Server) URL() string { return "http://" + s.host + path }

// Token is the value for AWS_CONTAINER_AUTHORIZATION_TOKEN.
func (s *Server) Token() secret.Text { return s.token }

// Serve answers until ctx ends, whose cause it gives, or until somebody guesses (ErrGuessing).
func (s *Server) Serve(ctx context.Context) error {
	defer context.AfterFunc(ctx, func() { _ = s.http.Close() })()
	s.http.BaseContext = func(net.Listener) context.Context { return ctx }
	err := s.http.Serve(s.listener)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.ended != nil:
		return s.ended
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	return err
}

// Close ends the server and frees its port.
func (s *Server) Close() {
	_ = s.http.Close()
	_ = s.listener.Close()
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	switch {
	case r.Host != s.host, foreignSender(r):
		s.refuse(w, false)
	case !s.knows(r):
		s.refuse(w, true)
	case r.URL.Path != path || r.URL.RawQuery != "":
		s.answer(w, http.StatusNotFound, map[string]string{"code": "NotFound", "message": "there is one address here"})
	case r.Method != http.MethodGet:
		w.Header().Set("Allow", http.MethodGet)
		s.answer(w, http.StatusMethodNotAllowed, map[string]string{"code": "MethodNotAllowed", "message": "GET only"})
	default:
		s.keys(w, r)
	}
}

// foreignSender reports a request that a browser made for a page, or that a proxy handed on: neither is a program that
// was given the address (DNS rebinding).
func foreignSender(r *http.Request) bool {
	for _, name := range []string{"Origin", "Referer", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest", "X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "Via"} {
		if len(r.Header.Values(name)) > 0 {
			return true
		}
	}
	return false
}

// knows compares digests, whose length says nothing, in constant time.
func (s *Server) knows(r *http.Request) bool {
	given := r.Header.Values("Authorization")
	if len(given) != 1 {
		return false
	}
	a, b := sha256.Sum256([]byte(given[0])), sha256.Sum256([]byte(s.token.Reveal()))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

func (s *Server) refuse(w http.ResponseWriter, count bool) {
	w.WriteHeader(http.StatusForbidden)
	if !count {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failures++; s.failures >= maxFailures && s.ended == nil {
		s.ended = ErrGuessing
		go func() { _ = s.http.Close() }() // not within: Close waits for nobody, but holds a lock of the server's
	}
}

// document is what AWS clients read.
type document struct {
	RoleArn         string `json:",omitempty"`
	AccessKeyID     string `json:"AccessKeyId"`
	SecretAccessKey string
	Token           string
	Expiration      string
}

func (s *Server) keys(w http.ResponseWriter, r *http.Request) {
	k, err := s.source(r.Context())
	if err != nil {
		// Clients show code and message to the person; ours hold no secret.
		s.answer(w, http.StatusServiceUnavailable, map[string]string{"code": "CredentialsUnavailable", "message": err.Error()})
		return
	}
	s.answer(w, http.StatusOK, document{k.RoleARN, k.AccessKeyID, k.SecretAccessKey.Reveal(), k.SessionToken.Reveal(), k.Expiration.UTC().Format(time.RFC3339)})
}

func (s *Server) answer(w http.ResponseWriter, status int, what any) {
	body, err := json.Marshal(what)
	if err != nil {
		status, body = http.StatusInternalServerError, nil
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // who has gone away needs no keys
}
