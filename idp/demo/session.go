package demo

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// cookiePath is where AD FS's cookies go.
const cookiePath = "/adfs"

// sessionLife is how long a sign-in is good for without another password (SsoLifetime, 480 minutes by default).
const sessionLife = 8 * time.Hour

// signedIn is somebody who has given the password.
type signedIn struct {
	id      string
	person  *Person
	at      time.Time
	second  bool   // the second step is done, or not needed
	method  string // of the second step, under way; "" none yet
	screen  string // of the method, shown last
	posts   int    // answers to that screen in a row
	codes   int    // wrong codes
	pin     string // chosen on the way
	context string // the Context that the next answer to the second step has to bring; each is good once
}

// start begins a session, and gives its identifier.
func (x *exchange) start(p *Person) string {
	s := &signedIn{id: random(24), person: p, second: len(p.secondSteps()) == 0, at: x.config.Now()}
	x.mu.Lock()
	x.sessions[s.id] = s
	x.mu.Unlock()
	x.pieces(s.id)
	return s.id
}

// pieces sets the session's cookie in two, as AD FS does with long ones.
func (x *exchange) pieces(id string) {
	x.cookie("MSISAuth", id[:16])
	x.cookie("MSISAuth1", id[16:])
}

// whole sets the session's cookie in one, and takes back the second piece: so does the last page of AD FS. A client that
// keeps a cookie it was told to forget has no session from here on.
func (x *exchange) whole(id string) {
	x.cookie("MSISAuth", id)
	http.SetCookie(x.w, &http.Cookie{Name: "MSISAuth1", Path: cookiePath, MaxAge: -1, Secure: true, HttpOnly: true})
}

func (x *exchange) cookie(name, value string) {
	http.SetCookie(x.w, &http.Cookie{Name: name, Value: value, Path: cookiePath, Secure: true, HttpOnly: true})
}

// session is a copy of the session that the request's cookies are for.
func (x *exchange) session() (signedIn, bool) {
	id := ""
	for _, name := range []string{"MSISAuth", "MSISAuth1"} {
		if c, err := x.r.Cookie(name); err == nil {
			id += c.Value
		}
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	s := x.sessions[id]
	if s == nil || x.config.Now().Sub(s.at) >= sessionLife {
		return signedIn{}, false
	}
	return *s, true
}

// update changes a session; false says that it is gone.
func (x *exchange) update(id string, change func(*signedIn)) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	s := x.sessions[id]
	if s != nil {
		change(s)
	}
	return s != nil
}

// renew gives a session another id, as the second step does.
func (x *exchange) renew(id string) {
	x.mu.Lock()
	s := x.sessions[id]
	delete(x.sessions, id)
	fresh := random(24)
	if s != nil {
		s.id = fresh
		x.sessions[fresh] = s
	}
	x.mu.Unlock()
	x.pieces(fresh)
}

func (x *exchange) forget(id string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.sessions, id)
}

// The defaults of loop detection ("AD FS Troubleshooting - Loop Detection", Microsoft Learn).
const (
	loopTokens = 5
	loopTime   = 20 * time.Second
)

// looping counts the tokens of a browser, in a cookie, and reports whether there have been too many of them.
func (x *exchange) looping() bool {
	const name, layout = "MSISLoopDetectionCookie", "2006-01-02:15:04:05Z"
	count, since := 0, x.config.Now().UTC()
	if c, err := x.r.Cookie(name); err == nil {
		raw, _ := base64.StdEncoding.DecodeString(c.Value)
		at, n, _ := strings.Cut(string(raw), `\`)
		if t, err := time.Parse(layout, at); err == nil && since.Sub(t) < loopTime {
			since = t
			_, _ = fmt.Sscanf(n, "%d", &count)
		}
	}
	count++
	x.cookie(name, base64.StdEncoding.EncodeToString(fmt.Appendf(nil, `%s\%d`, since.Format(layout), count)))
	return count > loopTokens
}

func random(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b)
}
