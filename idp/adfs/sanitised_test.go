package adfs_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/adfs"
	"github.com/samlogin/samlogin/idp/demo"
	"github.com/samlogin/samlogin/idp/idptest"
	"github.com/samlogin/samlogin/idp/trace"
)

// A trace is worth something only if its pages are taken for what the originals were taken for.

// sanitised is a page as it is read from a trace.
func sanitised(t testing.TB, p *idp.Page) *idp.Page {
	t.Helper()
	text, err := (&trace.Cleaner{}).Page(p.Doc.Nodes[0]).MarshalText()
	if err != nil || len(text) == 0 {
		t.Fatalf("the page is not kept: %v", err)
	}
	header := http.Header{"Content-Type": {"text/html; charset=utf-8"}}
	for _, scheme := range p.Asks {
		header.Add("WWW-Authenticate", scheme)
	}
	q, err := idp.ReadPage(p.URL, p.Status, header, text)
	if err != nil {
		t.Fatalf("the page that is kept cannot be read: %v", err)
	}
	return q
}

// secretWanted reports whether a recogniser reads something from its page that no trace may keep: Duo's signed request.
func secretWanted(k idp.Recogniser) bool { return k.Name == "Duo's traditional prompt" }

var guids = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// taken is what each recogniser takes a page for: the kind of step, and where it matters the fields and what they hold.
func taken(p *idp.Page) string {
	var b strings.Builder
	for _, k := range adfs.Recognisers(adfs.Wishes{}) {
		step := k.Read(p)
		if secretWanted(k) {
			fmt.Fprintf(&b, "%s: %t\n", k.Name, step != nil)
			continue
		}
		fmt.Fprintf(&b, "%s: %T", k.Name, step)
		switch s := step.(type) {
		case idp.SignIn:
			fmt.Fprintf(&b, " %s %s %s %s %t", s.Form, s.User, s.Password, s.Also, s.Refused != "")
		case idp.Challenge:
			fmt.Fprintf(&b, " %s %s %t", s.Form, s.Also, s.Refused != "")
			for _, blank := range s.Blanks {
				fmt.Fprintf(&b, " %s %s %t", blank.Field, blank.Kind, blank.Label != "")
			}
		case idp.Choose:
			fmt.Fprintf(&b, " %s", s.Topic)
			for _, way := range s.Options {
				fmt.Fprintf(&b, " %s", guids.ReplaceAllString(way.ID, "GUID")) // a farm's own
			}
		case idp.Wait:
			fmt.Fprintf(&b, " %v %t %t %t", s.Every, s.Blocks, s.Says != "", s.Number != "")
		case idp.Submit:
			fmt.Fprintf(&b, " %s to %s", s.Form, s.Form.Target)
		case idp.Done:
			fmt.Fprintf(&b, " %s to %s", s.Form, s.Form.Target)
		case idp.Stop:
			if e, ok := s.Err.(*idp.PageError); ok {
				fmt.Fprintf(&b, " %s %t", e.Why, e.Browser)
			} else if e, ok := s.Err.(*idp.RefusedError); ok {
				fmt.Fprintf(&b, " %d %s %t %t", e.Reason, e.Code, e.Said != "", e.Activity != "")
			} else {
				fmt.Fprintf(&b, " %v", s.Err)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestSanitisedPagesAreTakenForTheSame(t *testing.T) {
	found := 0
	err := filepath.WalkDir("../../testdata/pages", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".html" {
			return err
		}
		found++
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, at := range []string{"/adfs/ls/idpinitiatedsignon.aspx", "/adfs/portal/updatepassword/"} {
			p := readAt(t, at, string(body))
			if got, want := taken(sanitised(t, p)), taken(p); got != want {
				t.Errorf("%s at %s:\n%s\nthe original:\n%s", path, at, got, want)
			}
		}
		return nil
	})
	if err != nil || found == 0 {
		t.Fatalf("%d pages: %v", found, err)
	}
}

func TestSanitisedPagesOfTheDemoAreTakenForTheSame(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	var compared atomic.Int64
	for skin := demo.Skin2019; skin <= demo.Skin2022Paginated; skin++ {
		server, err := demo.New(demo.Config{Skin: skin, Key: key})
		if err != nil {
			t.Fatal(err)
		}
		site := httptest.NewTLSServer(server)
		start, err := url.Parse(site.URL + "/adfs/ls/IdpInitiatedSignOn.aspx?loginToRp=urn:amazon:webservices")
		if err != nil {
			t.Fatal(err)
		}
		home, err := idp.OriginOf(start)
		if err != nil {
			t.Fatal(err)
		}
		for _, who := range demo.DemoPeople() {
			if len(who.Roles) > 100 {
				continue // the page is the same, only longer
			}
			now := time.Now()
			c := idp.Config{
				Transport: site.Client().Transport, Home: home, Username: who.Name,
				Now:   func() time.Time { now = now.Add(5 * time.Second); return now }, // so that nobody is waited for
				After: func(context.Context, time.Duration) error { return nil },
			}
			c.Recognisers = adfs.Recognisers(adfs.Wishes{})
			first := c.Recognisers[0].Read
			c.Recognisers[0].Read = func(p *idp.Page) idp.Step {
				compared.Add(1)
				if got, want := taken(sanitised(t, p)), taken(p); got != want {
					t.Errorf("skin %d, %s:\n%s\nthe original:\n%s", skin, who.Name, got, want)
				}
				return first(p)
			}
			code := who.Code
			_, _ = idp.NewWalk(c).Run(t.Context(), start, &idptest.Person{Types: map[idp.Kind][]string{idp.Password: {"wrong", who.Password.Reveal()}, idp.Code: {"000000", code}}})
		}
		site.Close()
	}
	if compared.Load() < 150 {
		t.Errorf("only %d pages were compared", compared.Load())
	}
}

// What is kept of a page says all there is to say: kept once more, it is taken for the same. (That it is taken for what
// the original was taken for holds for pages of IdPs, see above; in broken ones a recogniser may go by what is dropped.)
func FuzzSanitisedStaysTheSame(f *testing.F) {
	_ = filepath.WalkDir("../../testdata/pages", func(path string, d fs.DirEntry, err error) error {
		if body, readErr := os.ReadFile(path); err == nil && readErr == nil && filepath.Ext(path) == ".html" {
			f.Add(body)
		}
		return err
	})
	for _, page := range []string{
		`<body onload="document.forms[0].submit()"><form method="post" action="/x"><input type="hidden" name="x" value="1"></form>`,
		`<body onload="document.getElementById('f').submit ();"><form id="f" method="post"><input type="hidden" name="SAMLResponse" value="PHNhbWw+"></form>`,
		`<meta http-equiv="refresh" content="0;url='/adfs/ls/?x=1'"><p>x`, `<div id="errorArea">MSIS7042 0f8fad5b-d9cb-469f-a165-70867728950e</div>`,
		`<form id="options"><a href="#" onclick="SelectOption('Otp')">x</a><input type="hidden" name="x"></form><script>document.forms[0].submit()</script>`,
		`<form id="loginForm" action="https:evil"><p hidden><input name="UserName"></p><input type=password name="p" disabled><fieldset disabled><input name="q"></fieldset></form>`,
	} {
		f.Add([]byte(page))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		u := &url.URL{Scheme: "https", Host: "adfs.example.com", Path: "/adfs/ls/"}
		header := http.Header{"Content-Type": {"text/html; charset=utf-8"}}
		p, err := idp.ReadPage(u, http.StatusOK, header, body)
		if err != nil {
			return
		}
		text, err := (&trace.Cleaner{}).Page(p.Doc.Nodes[0]).MarshalText()
		if err != nil || len(text) == 0 {
			return // it is too odd to be kept, and the trace says so
		}
		q, err := idp.ReadPage(u, http.StatusOK, header, text)
		if err != nil {
			t.Fatalf("%v\n%q", err, text)
		}
		again, err := (&trace.Cleaner{}).Page(q.Doc.Nodes[0]).MarshalText()
		if err != nil || len(again) == 0 {
			t.Fatalf("what is kept cannot be kept again: %v\n%q", err, text)
		}
		r, err := idp.ReadPage(u, http.StatusOK, header, again)
		if err != nil {
			t.Fatalf("%v\n%q", err, again)
		}
		for _, k := range adfs.Recognisers(adfs.Wishes{}) {
			if got, want := fmt.Sprintf("%T", k.Read(r)), fmt.Sprintf("%T", k.Read(q)); got != want {
				t.Errorf("%s takes it for %s, and before for %s\n%q\n%q", k.Name, got, want, text, again)
			}
		}
	})
}
