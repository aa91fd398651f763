// Package demo is an AD FS to try samlogin against and to test it with: the pages of Windows Server 2012 R2 to 2022 in
// their shape and order, real signed assertions, and the strictness of the original. It is part of the product, for
// "samlogin demo"; it listens nowhere by itself.
package demo

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Skin is a version of AD FS by its looks.
type Skin int

// The skins.
const (
	Skin2019 Skin = iota
	Skin2012R2
	Skin2016
	Skin2019Paginated
	Skin2022
	Skin2022Paginated
)

// Config is one AD FS. The zero value is a Windows Server 2019 farm with the people of DemoPeople.
type Config struct {
	Skin            Skin
	IdPInitiatedOff bool                                          // as Windows Server 2016 and later are installed
	People          []Person                                      // nil: DemoPeople()
	RelyingParties  []string                                      // nil: AWS's own identifiers
	Key             *rsa.PrivateKey                               // token-signing key; nil: a new one of 2,048 bits
	Now             func() time.Time                              // nil: time.Now
	Latency         func(context.Context)                         // before each answer; nil: none
	Observe         func(Event)                                   // after each answer; nil: nobody watches
	Intercept       func(http.ResponseWriter, *http.Request) bool // answers instead, when it returns true
}

// Event is one answer, without any value that was sent.
type Event struct {
	Method, Path string
	What         string // "sign-in page", "password refused", "response issued for urn:amazon:webservices"
}

// Request is what a request was made of, without values: for tests that count and compare.
type Request struct {
	Method, Path, Agent string
	Fields              []string // names of the form's fields, in order
	Cookies             []string // names
}

// ADFS is the server: an http.Handler.
type ADFS struct {
	config      Config
	key         *rsa.PrivateKey
	certificate *x509.Certificate

	mu       sync.Mutex
	log      []Request
	wrong    map[string]int       // wrong passwords in a row, by person
	sessions map[string]*signedIn // by MSISAuth cookie
	contexts map[string]*signedIn // by the Context of a second step, each good once
}

// signedIn is somebody who has given his password.
type signedIn struct {
	person *Person
	second bool // the second step is done, or not needed
	codes  int  // wrong codes
	at     time.Time
}

// New makes an AD FS with a token-signing certificate of its own.
func New(c Config) (*ADFS, error) {
	if c.People == nil {
		c.People = DemoPeople()
	}
	if c.RelyingParties == nil {
		c.RelyingParties = []string{"urn:amazon:webservices", "urn:amazon:webservices:govcloud", "urn:amazon:webservices:cn-north-1"}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	a := &ADFS{config: c, key: c.Key, wrong: map[string]int{}, sessions: map[string]*signedIn{}, contexts: map[string]*signedIn{}}
	var err error
	if a.key == nil {
		if a.key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			return nil, fmt.Errorf("making a token-signing key: %w", err)
		}
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ADFS Signing - adfs.example.com"},
		NotBefore: c.Now().Add(-time.Hour), NotAfter: c.Now().Add(365 * 24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, a.key.Public(), a.key)
	if err != nil {
		return nil, fmt.Errorf("making a token-signing certificate: %w", err)
	}
	a.certificate, err = x509.ParseCertificate(der)
	return a, err
}

// Certificate is the token-signing certificate: what an administrator gives to AWS.
func (a *ADFS) Certificate() *x509.Certificate { return a.certificate }

// EntityID names the farm in what it issues; AD FS spells it with http.
func (a *ADFS) EntityID() string { return "http://adfs.example.com/adfs/services/trust" }

// Log lists the requests so far.
func (a *ADFS) Log() []Request {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]Request(nil), a.log...)
}

// ServeHTTP implements http.Handler. Paths are compared as Windows does, without regard to case.
func (a *ADFS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	fields, twice, err := readBody(r)
	a.mu.Lock()
	entry := Request{Method: r.Method, Path: r.URL.Path, Agent: r.UserAgent()}
	for _, f := range fields {
		entry.Fields = append(entry.Fields, f.name)
	}
	for _, c := range r.Cookies() {
		entry.Cookies = append(entry.Cookies, c.Name)
	}
	a.log = append(a.log, entry)
	a.mu.Unlock()
	if a.config.Latency != nil {
		a.config.Latency(r.Context())
	}
	if a.config.Intercept != nil && a.config.Intercept(w, r) {
		return
	}
	x := &exchange{ADFS: a, w: w, r: r, fields: fields}
	switch {
	case err != nil:
		x.fail("", "The request cannot be read.")
	case twice != "":
		x.fail("", "Duplicate post parameter "+twice+".")
	default:
		x.route()
	}
}

type field struct{ name, value string }

// exchange is one request and its answer.
type exchange struct {
	*ADFS
	w      http.ResponseWriter
	r      *http.Request
	fields []field
}

func (x *exchange) value(name string) string {
	for _, f := range x.fields {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

func (x *exchange) did(what string) {
	if x.config.Observe != nil {
		x.config.Observe(Event{Method: x.r.Method, Path: x.r.URL.Path, What: what})
	}
}

func (x *exchange) route() {
	path := strings.ToLower(x.r.URL.Path)
	agent := x.r.UserAgent()
	switch {
	case path == "/adfs/ls/wia":
		x.w.Header().Add("WWW-Authenticate", "Negotiate")
		x.w.Header().Add("WWW-Authenticate", "NTLM")
		x.did("asked for integrated Windows authentication")
		http.Error(x.w, "401 - Unauthorized", http.StatusUnauthorized)
	case path == "/adfs/portal/updatepassword/" || path == "/adfs/portal/updatepassword":
		x.page("update.html", nil)
		x.did("page to change the password")
	case strings.HasPrefix(path, "/adfs/ls") && (strings.Contains(agent, "MSIE") || strings.Contains(agent, "Trident") || strings.Contains(agent, "Windows NT") && strings.Contains(agent, "Edg")):
		x.redirect("/adfs/ls/wia?" + x.r.URL.RawQuery)
	case path == "/adfs/ls/idpinitiatedsignon" || path == "/adfs/ls/idpinitiatedsignon.aspx" || path == "/adfs/ls/idpinitiatedsignon.htm":
		x.idpInitiated()
	case path == "/adfs/ls/" || path == "/adfs/ls":
		x.spInitiated()
	default:
		x.did("no such page")
		http.NotFound(x.w, x.r)
	}
}

func (x *exchange) redirect(to string) {
	x.w.Header().Set("Location", to)
	x.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	x.w.WriteHeader(http.StatusFound)
	_, _ = io.WriteString(x.w, "<html><head><title>Object moved</title></head><body><h2>Object moved to here.</h2></body></html>")
}
