package demo_test

import (
	"context"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/idp/demo"
)

var update = flag.Bool("update", false, "write the pages of testdata anew")

func skin(name string) demo.Skin {
	return map[string]demo.Skin{"": demo.Skin2019, "2016": demo.Skin2016}[name]
}

var (
	theContext = regexp.MustCompile(`value="[A-Za-z0-9_-]{900,}"`)
	theGUID    = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)
	duoRequest = regexp.MustCompile(`TX\|[A-Za-z0-9_-]{40}:APP\|[A-Za-z0-9_-]{40}`)
)

// settled is a page without what differs between two runs: the Context is cut to a word, and everybody is one person.
func settled(f *farm, user, body string) string {
	body = theContext.ReplaceAllString(body, `value="Q29udGV4dA"`)
	body = theGUID.ReplaceAllString(body, "00000000-0000-4000-8000-000000000000")
	body = duoRequest.ReplaceAllString(body, "TX|dHJhbnNhY3Rpb24:APP|YXBwbGljYXRpb24")
	body = strings.ReplaceAll(body, strings.TrimPrefix(f.server.URL, "https://"), "adfs.example.com:443")
	return strings.ReplaceAll(strings.ReplaceAll(body, `CORP\`+user, `EXAMPLE\jane`), user+"@corp.example.com", "jane@example.com")
}

// Every person's second step leads where the story says, and its pages stand in testdata as they come from here.
func TestEverySecondStepAndItsPages(t *testing.T) {
	const folder = "../../testdata/pages/adfs/mfa"
	seen := map[string]string{}
	for _, w := range walks() {
		t.Run(w.user, func(t *testing.T) {
			f := newFarm(t, demo.Config{Skin: skin(w.skin)})
			b := f.browser()
			contexts := map[string]bool{}
			see := func(file string, a *answer) {
				text := settled(f, w.user, a.body)
				if before, known := seen[file]; known && before != text {
					t.Errorf("%s is another page than before:\n%s\n%s", file, before, text)
				}
				seen[file] = text
				if c := a.input("Context"); contexts[c] || (c != "" && len(c) != 12_000) {
					t.Errorf("%s has a Context that was there before, or one of %d characters", file, len(c))
				} else if c != "" {
					contexts[c] = true
				}
			}
			last := b.walked(w, len(w.stops), see)
			file, page := strings.CutPrefix(w.ends, "page ")
			switch {
			case page:
				see(file, last)
				if got := b.get(aws); got.kind() != "code page" {
					t.Errorf("it leads on all the same: to a %s", got.kind())
				}
			case w.ends != "":
				if last.kind() != "error page" || !strings.Contains(last.error(), w.ends) {
					t.Errorf("it ends with a %s: %s", last.kind(), last.error())
				}
				if got := b.get(aws).kind(); got != "sign-in page" {
					t.Errorf("afterwards there is a %s", got)
				}
			default:
				last.response()
				if got := b.get(aws).kind(); got != "response" {
					t.Errorf("the second step is asked for again: a %s", got)
				}
			}
		})
	}
	for _, w := range walks() { // and as they are after a wrong code
		if s, at := typing(w); at >= 0 {
			f := newFarm(t, demo.Config{Skin: skin(w.skin)})
			b := f.browser()
			page := b.walked(w, at, func(string, *answer) {})
			seen[s.page+"-wrong"] = settled(f, w.user, b.answer(page, wrong(s)).body)
		}
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		if _, known := seen[strings.TrimSuffix(filepath.Base(path), ".html")]; !known && *update {
			if err := os.Remove(path); err != nil {
				t.Error(err)
			}
		} else if !known {
			t.Errorf("%s is no page of these", path)
		}
	}
	for name, text := range seen {
		path := filepath.Join(folder, name+".html")
		if *update && !t.Failed() {
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if kept, err := os.ReadFile(path); err != nil || string(kept) != text {
			t.Errorf("%s is not the page that comes now (%v): run this test with -update", path, err)
		}
	}
}

// typing is the first stop of a walk at which the code is typed, and where it is; -1 if nothing is typed.
func typing(w walk) (stop, int) {
	for i, s := range w.stops {
		if slices.Contains(s.send, "123456") && !strings.Contains(s.page, "next") && (!strings.HasPrefix(s.page, "privacyidea") || slices.Contains(s.send, result)) {
			return s, i
		}
	}
	return stop{}, -1
}

func wrong(s stop) stop {
	s.send = slices.Clone(s.send)
	s.send[slices.Index(s.send, "123456")] = "000000"
	return s
}

// A wrong code is said where the adapter says such things, with status 200 and a new Context; the third ends it.
func TestThirdWrongCodeEndsEveryMethod(t *testing.T) {
	n := 0
	for _, w := range walks() {
		s, at := typing(w)
		if at < 0 {
			continue
		}
		n++
		t.Run(w.user, func(t *testing.T) {
			b := newFarm(t, demo.Config{Skin: skin(w.skin)}).browser()
			page := b.walked(w, at, func(string, *answer) {})
			before := page.says()
			for range 2 {
				again := b.answer(page, wrong(s))
				if again.status != http.StatusOK || again.kind() != "code page" || again.says() == "" || again.says() == before || again.input("Context") == page.input("Context") {
					t.Fatalf("%d, a %s that says %q (before: %q); new Context: %v", again.status, again.kind(), again.says(), before, again.input("Context") != page.input("Context"))
				}
				if strings.Contains(again.body, "000000") && s.page != "vip-security-code" { // which has it as a placeholder
					t.Error("the page shows what was typed")
				}
				page = again
			}
			last := b.answer(page, wrong(s))
			if last.kind() != "error page" || !strings.Contains(last.error(), "three times") {
				t.Errorf("the third gives a %s", last.kind())
			}
			if got := b.get(aws).kind(); got != "sign-in page" {
				t.Errorf("afterwards there is a %s", got)
			}
		})
	}
	if n < 20 {
		t.Errorf("%d methods take a code", n)
	}
}

// Whatever is answered, AD FS wants its frame back: a method that the person has, and the newest Context.
func TestEveryPageWantsItsFrame(t *testing.T) {
	for _, w := range walks() {
		if w.stops[0].form != "" {
			continue // a choice has no Context
		}
		t.Run(w.user, func(t *testing.T) {
			b := newFarm(t, demo.Config{Skin: skin(w.skin)}).browser()
			page := b.walked(w, 0, nil)
			first := w.stops[0]
			pairs := append(fill(page.form(""), first.send...), first.adds...)
			pairs = append(pairs, "Extra", "")
			with := func(name, value string) []string {
				changed := slices.Clone(pairs)
				for i := 0; i < len(changed); i += 2 {
					if strings.EqualFold(changed[i], name) || strings.EqualFold(changed[i], "adfs_"+name) {
						changed[i], changed[i+1] = name, value
					}
				}
				return changed
			}
			if got := b.post(aws, append(with("AuthMethod", "SomethingElse"), "authMethod", "SomethingElse")...); got.kind() != "error page" || !strings.Contains(got.error(), "not available for '"+w.user+"@") {
				t.Errorf("an unknown method gives a %s: %s", got.kind(), got.error())
			}
			name := page.input("AuthMethod") + page.input("adfs_auth_method")
			for _, context := range []string{"", "x", page.input("Context")[:max(0, len(page.input("Context"))-1)] + "!"} {
				got := b.post(aws, append(with("Context", context), "authMethod", name)...)
				if got.kind() != "code page" || got.input("Context") == page.input("Context") && w.user != "ursula" {
					t.Errorf("Context %.5q gives a %s", context, got.kind())
				}
			}
			if got := b.post(aws, pairs...); got.kind() == "redirect" || got.kind() == "response" {
				t.Errorf("a Context that was overtaken gives a %s", got.kind())
			}
			if got := b.get(aws).kind(); got != "code page" {
				t.Errorf("without an answer there is a %s", got)
			}
		})
	}
}

// What a browser sends because somebody pressed a button or a script ran is what tells an adapter that it was asked.
func TestButtonsAndScriptsAreMissed(t *testing.T) {
	for user, leave := range map[string]string{
		"cody": "SignIn", "vera": "Submit", "vicky": "Verify", "scott": "Submit", "tessa": "TokenPin", "neil": "continueButton", "otto": "upn", "erik": "__EVENTTARGET",
		"rolf": "latitude", "piet": "formResult", "nelly": "selectedradio", "nate": "lnk", "reva": "__EVENTTARGET", "newt": "Passcode",
	} {
		t.Run(user, func(t *testing.T) {
			b := newFarm(t, demo.Config{}).browser()
			at := slices.IndexFunc(walks(), func(w walk) bool { return w.user == user })
			w := walks()[at]
			n := 0
			if w.stops[0].page == "entra-start" {
				n = 1
			}
			page := b.walked(w, n, func(string, *answer) {})
			pairs := fill(page.form(""), w.stops[n].send...)
			i := slices.Index(names(pairs), leave)
			if i < 0 {
				t.Fatalf("%s is not among %v", leave, names(pairs))
			}
			got := b.post(aws, slices.Delete(pairs, 2*i, 2*i+2)...)
			if got.kind() != "code page" || got.page.Find("form").First().AttrOr("id", "") != page.page.Find("form").First().AttrOr("id", "") {
				t.Errorf("without %s there is a %s: %s", leave, got.kind(), got.body)
			}
		})
	}
}

func TestApprovalKeepsTheAnswerBack(t *testing.T) {
	for _, user := range []string{"blake", "dino", "otis", "silas", "simon", "nadia", "nate"} {
		waits := 0
		f := newFarm(t, demo.Config{Approval: func(ctx context.Context) {
			waits++
			if ctx.Err() != nil {
				t.Error("nobody waits for the answer")
			}
		}})
		b := f.browser()
		page := b.signIn(aws, `CORP\`+user, password)
		if waits != 0 {
			t.Errorf("%s: the page itself is kept back", user)
		}
		if user == "otis" {
			page = b.answer(page, code("", "__EVENTTARGET", "PhoneCall"))
		}
		b.answer(page, stop{})
		if waits != 1 {
			t.Errorf("%s: the answer was kept back %d times", user, waits)
		}
	}
	for _, user := range []string{"erik", "reva", "vince", "pip", "pia"} {
		f := newFarm(t, demo.Config{Approval: func(context.Context) { t.Errorf("%s: an answer to be asked for again is kept back", user) }})
		b := f.browser()
		b.answer(b.signIn(aws, `CORP\`+user, password), stop{})
	}
}

func TestCertificateIsAskedForElsewhere(t *testing.T) {
	for name, c := range map[string]struct {
		config demo.Config
		want   string // HOST is that of the server
	}{
		"2019":    {demo.Config{}, "https://certauth.HOST:PORT/adfs/ls/IdpInitiatedSignOn.aspx?loginToRp=urn:amazon:webservices&client-request-id="},
		"2012 R2": {demo.Config{Skin: demo.Skin2012R2}, "https://HOST:49443/adfs/ls/IdpInitiatedSignOn.aspx?loginToRp="},
		"told":    {demo.Config{CertificateHost: "cert.example.com"}, "https://cert.example.com/adfs/ls/IdpInitiatedSignOn.aspx?loginToRp="},
	} {
		f := newFarm(t, c.config)
		b := f.browser()
		b.signIn(aws, `CORP\carla`, password)
		got := b.post(aws, "AuthMethod", "CertificateAuthentication")
		host, port, _ := strings.Cut(strings.TrimPrefix(f.server.URL, "https://"), ":")
		want := strings.NewReplacer("HOST", host, "PORT", port).Replace(c.want)
		if to := got.header.Get("Location"); got.status != http.StatusFound || !strings.HasPrefix(to, want) {
			t.Errorf("%s: %d to %s, want %s", name, got.status, to, want)
		}
		if again := b.get(aws); again.kind() != "choice page" {
			t.Errorf("%s: coming back without a certificate gives a %s", name, again.kind())
		}
	}
}

func TestSecondStepThatThereIsNot(t *testing.T) {
	_, err := demo.New(demo.Config{Key: signingKey(), People: []demo.Person{{Name: `CORP\x`, Second: []string{"code", "carrier pigeon"}}}})
	if err == nil || !strings.Contains(err.Error(), `CORP\x has the second step "carrier pigeon"`) {
		t.Errorf("%v", err)
	}
	used := map[string]bool{}
	for _, p := range demo.DemoPeople() {
		for _, name := range p.Second {
			used[name] = true
		}
	}
	for _, name := range demo.SecondSteps() {
		if !used[name] {
			t.Errorf("nobody has %s", name)
		}
	}
}
