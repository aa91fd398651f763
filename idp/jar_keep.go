package idp

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/samlogin/samlogin/saml/secret"
)

// notKept are cookies that belong to a run and not to a session, in small letters. With the one by which AD FS counts
// the tokens of a client in 20 seconds, runs that follow each other would be taken for a loop.
func notKept(name string) bool {
	return slices.Contains([]string{"msisloopdetectioncookie"}, strings.ToLower(name))
}

// keptVersion is that of what Keep writes.
const keptVersion = 1

type keptJar struct {
	Version int           `json:"version"`
	Cookies []*keptCookie `json:"cookies"`
}

// keptCookie is a cookie as it was set, and the address that set it, without a query: a cookie without Domain goes back
// to that host alone, one without Path to what is below that path (RFC 6265, 5.3).
type keptCookie struct {
	From     string    `json:"from"`
	Name     string    `json:"name"`
	Value    string    `json:"value"`
	Quoted   bool      `json:"quoted,omitempty"`
	Domain   string    `json:"domain,omitempty"`
	Path     string    `json:"path,omitempty"`
	Expires  time.Time `json:"expires,omitzero"`
	Secure   bool      `json:"secure,omitempty"`
	HTTPOnly bool      `json:"http_only,omitempty"`
	SameSite int       `json:"same_site,omitempty"`
}

func keep(u *url.URL, c *http.Cookie, now time.Time) keptCookie {
	from := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}
	k := keptCookie{
		From: from.String(), Name: c.Name, Value: c.Value, Quoted: c.Quoted, Domain: c.Domain, Path: c.Path,
		Secure: c.Secure, HTTPOnly: c.HttpOnly, SameSite: int(c.SameSite), Expires: c.Expires,
	}
	switch {
	case c.MaxAge > 0: // wins over Expires, and counts from now
		k.Expires = now.Add(time.Duration(c.MaxAge) * time.Second)
	case c.MaxAge < 0:
		k.Expires = time.Unix(1, 0)
	}
	return k
}

func (k keptCookie) ended(now time.Time) bool { return !k.Expires.IsZero() && !k.Expires.After(now) }

// Keep writes down the session at the IdP: all cookies with what decides where they go, so that Restore can go on
// with it in another run. Whoever has it is the person at the IdP. It is empty where there is nothing to keep.
func (j *Jar) Keep() secret.Text {
	j.mu.Lock()
	defer j.mu.Unlock()
	now, kept := time.Now(), keptJar{Version: keptVersion}
	for _, c := range j.kept {
		if !c.ended(now) && !notKept(c.Name) {
			kept.Cookies = append(kept.Cookies, &c)
		}
	}
	if len(kept.Cookies) == 0 {
		return secret.Text{}
	}
	// In an order of its own, so that the same session is the same text.
	slices.SortFunc(kept.Cookies, func(a, b *keptCookie) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Domain, b.Domain), cmp.Compare(a.Path, b.Path))
	})
	text, err := json.Marshal(kept)
	if err != nil {
		return secret.Text{} // a time beyond the year 9999: the next run signs in again
	}
	return secret.New(string(text))
}

// errKept says no more: what it is about is secret.
var errKept = errors.New("the session that was kept is not one that this version of samlogin wrote")

// Restore puts back what Keep wrote, through the same rules as if the IdP had set the cookies now. Ones that have
// ended stay away. Where it is not what Keep wrote it returns an error that shows nothing of it, and the Jar is as it was.
func (j *Jar) Restore(kept secret.Text) error {
	if kept.Empty() {
		return nil
	}
	var all keptJar
	if json.Unmarshal([]byte(kept.Reveal()), &all) != nil || all.Version != keptVersion {
		return errKept
	}
	from := make([]*url.URL, len(all.Cookies))
	for n, c := range all.Cookies {
		if c == nil || c.Name == "" {
			return errKept
		}
		u, err := url.Parse(c.From)
		if err != nil {
			return errKept
		}
		if _, err := OriginOf(u); err != nil {
			return errKept
		}
		from[n] = u
	}
	for n, c := range all.Cookies {
		if c.ended(time.Now()) || notKept(c.Name) {
			continue
		}
		j.SetCookies(from[n], []*http.Cookie{{
			Name: c.Name, Value: c.Value, Quoted: c.Quoted, Domain: c.Domain, Path: c.Path, Expires: c.Expires,
			Secure: c.Secure, HttpOnly: c.HTTPOnly, SameSite: http.SameSite(c.SameSite),
		}})
	}
	return nil
}
