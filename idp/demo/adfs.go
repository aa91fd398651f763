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
	"math/big"
	"net/http"
	"slices"
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
	Skin20 // AD FS 2.0, of Windows Server 2008 R2
)

// Config is one AD FS. The zero value is a Windows Server 2019 farm with the people of DemoPeople.
type Config struct {
	Skin            Skin
	Host            string                                        // in EntityID; "": adfs.example.com
	Realms          []Realm                                       // other IdPs; with any, AD FS asks first whose account it is
	Applications    bool                                          // a relying party that is not known leads to the list of those that are
	IdPInitiatedOff bool                                          // as Windows Server 2016 and later are installed; the demo has it on
	Windows         bool                                          // /adfs/ls/wia signs in by NTLM; false: it turns everybody down
	BindChannels    bool                                          // Extended Protection is Require: NTLM needs the binding to the TLS channel
	Certificates    bool                                          // whoever shows a client certificate with an account's address is signed in
	Home            string                                        // origin where a sign-in by certificate goes on; "": where it was
	People          []Person                                      // nil: DemoPeople()
	RelyingParties  []string                                      // nil: AWS's own identifiers
	Key             *rsa.PrivateKey                               // token-signing key; nil: a new one of 2,048 bits
	Now             func() time.Time                              // nil: time.Now
	Latency         func(context.Context)                         // waits before each answer; nil: none. SlowListener is for connections
	Observe         func(Event)                                   // after each answer; nil: nobody watches
	Intercept       func(http.ResponseWriter, *http.Request) bool // answers instead, when it returns true: for pages AD FS would not send
	Approval        func(context.Context)                         // waits where an adapter keeps its answer back until the person has approved; nil: approved at once
	CertificateHost string                                        // with its port, where client certificates are asked for; "": certauth.HOST, on 2012 R2 HOST:49443
	DuoHost         string                                        // with its port, in Duo's pages; "": one that does not exist. DuoFrame can serve it
}

// Event is one answer, without any value that a person sent.
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

// ADFS is the server: an http.Handler, safe for use by many goroutines.
type ADFS struct {
	config      Config
	key         *rsa.PrivateKey
	certificate *x509.Certificate
	node        string // of the farm, in error pages

	mu       sync.Mutex
	log      []Request
	wrong    map[string]refusals  // by person
	steps    map[string]int64     // by person: the newest time step of which a code was taken
	sessions map[string]*signedIn // by the value of MSISAuth and its further pieces
	parked   map[string]parked    // requests of the POST binding, by MSISSamlRequest
	asked    map[string]time.Time // when a request with ForceAuthn was first seen, by its ID
	adapters adapters
	duo      *duo

	challenges map[string]string    // of passkeys, by person
	offered    map[string]challenge // NTLM's, by connection
}

// New makes an AD FS with a token-signing certificate of its own. The key is RSA, which is what AWS takes; an error means
// that no key or certificate could be made, or that a person has a second step that there is not.
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
	if c.Host == "" {
		c.Host = "adfs.example.com"
	}
	a := &ADFS{
		config: c, key: c.Key, node: guid(),
		wrong: map[string]refusals{}, steps: map[string]int64{}, sessions: map[string]*signedIn{}, parked: map[string]parked{}, asked: map[string]time.Time{}, offered: map[string]challenge{}, challenges: map[string]string{},
	}
	a.duo = newDuo(c.DuoHost)
	a.adapters = newAdapters()
	err := a.known()
	if err != nil {
		return nil, err
	}
	if a.key == nil {
		if a.key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			return nil, fmt.Errorf("making a token-signing key: %w", err)
		}
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ADFS Signing - " + c.Host},
		NotBefore: c.Now().Add(-time.Hour), NotAfter: c.Now().Add(365 * 24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, a.key.Public(), a.key)
	if err != nil {
		return nil, fmt.Errorf("making a token-signing certificate: %w", err)
	}
	if a.certificate, err = x509.ParseCertificate(der); err != nil {
		return nil, fmt.Errorf("reading the token-signing certificate: %w", err)
	}
	return a, nil
}

// Certificate is the token-signing certificate: what an administrator gives to AWS.
func (a *ADFS) Certificate() *x509.Certificate { return a.certificate }

// EntityID names the farm in what it issues; AD FS spells it with http.
func (a *ADFS) EntityID() string { return "http://" + a.config.Host + "/adfs/services/trust" }

// Log lists the requests so far.
func (a *ADFS) Log() []Request {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.log)
}
