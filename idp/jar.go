package idp

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/publicsuffix"
)

// maxCookies is how many cookies one IdP may set during a run (security case 15).
const maxCookies = 200

// A Jar keeps the cookies of one person at one IdP for a run, also over several walks. Beside the rules of RFC 6265 it
// keeps cookies of different ports of a host apart, honours the __Host- and __Secure- prefixes, and stops taking
// cookies after maxCookies.
type Jar struct {
	mu    sync.Mutex
	ports map[string]*cookiejar.Jar // scheme and port -> cookies
	kept  map[string]keptCookie     // cookies taken, by who set them, for where, and their names
	left  map[string]bool           // names that are not sent until they are set again
	joins map[Origin]string         // origins whose cookies are kept with those of another port
}

// NewJar is an empty Jar.
func NewJar() *Jar { return &Jar{ports: map[string]*cookiejar.Jar{}, kept: map[string]keptCookie{}} }

// SetCookies keeps the cookies of an answer, as http.CookieJar has it.
func (j *Jar) SetCookies(u *url.URL, cookies []*http.Cookie) {
	origin, err := OriginOf(u)
	if err != nil || !origin.Secure() {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	var take []*http.Cookie
	for _, c := range cookies {
		key := strings.Join([]string{origin.String(), c.Domain, c.Path, c.Name}, " ")
		if _, known := j.kept[key]; prefixBroken(c) || (!known && len(j.kept) >= maxCookies) {
			continue
		}
		j.kept[key] = keep(u, c, time.Now())
		delete(j.left, c.Name)
		take = append(take, c)
	}
	j.of(origin).SetCookies(u, take)
}

// Cookies gives the cookies for a request, as http.CookieJar has it.
func (j *Jar) Cookies(u *url.URL) []*http.Cookie {
	origin, err := OriginOf(u)
	if err != nil || !origin.Secure() {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.DeleteFunc(j.of(origin).Cookies(u), func(c *http.Cookie) bool { return j.left[c.Name] })
}

// leave makes cookies of some names be as if they had never been set.
func (j *Jar) leave(names []string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, name := range names {
		if j.left == nil {
			j.left = map[string]bool{}
		}
		j.left[name] = true
	}
}

func (j *Jar) of(o Origin) *cookiejar.Jar {
	port := o.port
	if joined, ok := j.joins[o]; ok {
		port = joined
	}
	kept := j.ports[port]
	if kept == nil {
		kept, _ = cookiejar.New(&cookiejar.Options{PublicSuffixList: publicsuffix.List}) // its error is always nil
		j.ports[port] = kept
	}
	return kept
}

// Join keeps the cookies of an origin with those of another port of the host, as a browser does with all ports: AD FS
// sets its session on the port that reads certificates and expects it on its own.
func (j *Jar) Join(other, home Origin) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if other.host == home.host {
		if j.joins == nil {
			j.joins = map[Origin]string{}
		}
		j.joins[other] = home.port
	}
}

// Empty forgets every cookie.
func (j *Jar) Empty() {
	j.mu.Lock()
	defer j.mu.Unlock()
	clear(j.ports)
	clear(j.kept)
}

// prefixBroken reports a cookie whose name promises what its attributes do not keep (RFC 6265bis, 4.1.3).
func prefixBroken(c *http.Cookie) bool {
	switch name := strings.ToLower(c.Name); { // servers may read names without regard to case
	case strings.HasPrefix(name, "__host-"):
		return !c.Secure || c.Domain != "" || c.Path != "/"
	case strings.HasPrefix(name, "__secure-"):
		return !c.Secure
	}
	return false
}
