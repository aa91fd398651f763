package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/idp/trace"
	"github.com/samlogin/samlogin/saml/secret"
)

// A trace of everything, while an IdP puts secrets wherever it can: into fields of thirty names, scripts, addresses,
// headers, cookies, comments, other kinds of forms; and shows what was typed.
//
// security case 24, 97, 99
func TestATraceAtItsFullestHoldsNoSecret(t *testing.T) {
	const typed, field, query, cookie, header = "c4nary-Passw0rd-9", "f13ld-Canary-Va1ue", "qu3ry-Canary-Va1ue", "c00kie-Canary-Va1ue", "h3ader-Canary-Va1ue"
	names := strings.Fields("passwd pwd OathCode VerificationCode SAMLResponse2 Authorization Cookie Set-Cookie ctx code otp pin token csrf_token __VIEWSTATE " +
		"__RequestVerificationToken execution AuthState RelayState wresult wctx session_id sig_response tx state id_token refresh_token secret answer")
	var hidden strings.Builder
	for _, name := range names {
		fmt.Fprintf(&hidden, `<input type="hidden" name="%s" value="%s">`, name, field)
	}
	page := func(form, said string) string {
		return `<html><head><title>Sign In</title><meta name="csrf" content="` + field + `"><script>var c = {"token":"` + field + `"}; submit("` + field + `")</script><style>.x{content:"` + field + `"}</style></head>` +
			`<body onload="f('` + field + `')" data-token="` + field + `"><!-- ` + field + ` --><form id="loginForm" method="post" action="/adfs/ls/?a=` + query + `#` + query + `">` + form + hidden.String() +
			`<span id="errorText">` + said + `</span></form><form enctype="multipart/form-data" action="https://user:` + query + `@other.example.com/"><textarea name="t">` + field + `</textarea><input type="file" value="` + field + `"></form>` +
			`<script type="application/json">{"secret":"` + field + `"}</script><a href="javascript:go('` + field + `')" title="` + said + `">x</a><template><input value="` + field + `"></template></body></html>`
	}
	for name, end := range map[string]func(w http.ResponseWriter, sent string){
		"an unknown page": func(w http.ResponseWriter, sent string) {
			_, _ = io.WriteString(w, page(`<input type="hidden" name="Context" value="`+field+`"><input type="hidden" name="Password" value="`+typed+`">`, sent))
		},
		"a refusal": func(w http.ResponseWriter, sent string) {
			_, _ = io.WriteString(w, page(`<input name="UserName"><input type="password" name="Password2" value="`+typed+`">`, sent))
		},
		"a redirect in a circle": func(w http.ResponseWriter, _ string) {
			w.Header().Set("Location", "/adfs/ls/"+typed+"?p="+typed+"&SAMLRequest="+query)
			w.WriteHeader(http.StatusFound)
		},
		"another kind": func(w http.ResponseWriter, sent string) {
			w.Header().Set("Content-Type", "application/json; x="+typed)
			_, _ = io.WriteString(w, `{"sent":"`+sent+`"}`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, 0, 0)
			r.app.password = secret.New(typed)
			posted := false
			r.atIdP.set(func(w http.ResponseWriter, q *http.Request) bool {
				body, _ := io.ReadAll(q.Body)
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				w.Header().Set("X-Token", header)
				w.Header().Set("Authorization", header)
				w.Header().Add("Set-Cookie", "MSISAuth="+cookie+"; Path=/adfs; Secure")
				if posted = posted || q.Method == http.MethodPost; posted {
					end(w, string(body)+" "+typed)
				} else {
					_, _ = io.WriteString(w, page(`<input name="UserName"><input name="Password" type="password">`, ""))
				}
				return true
			})
			file := filepath.Join(r.home, "trace")
			if code := run(context.Background(), r.app, append(r.args, "--verbose", "--trace", file, "--output", "json")); code == exitDone {
				t.Fatal("the login succeeded")
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Contains(text, []byte(`"step":"sign in"`)) || !bytes.Contains(text, []byte(`"filled":true`)) {
				t.Fatalf("the trace does not tell the login:\n%s\n%s", text, r.errOut.String())
			}
			var canaries []string // numbers in texts become zeros, which hides no secret
			for _, canary := range []string{typed, field, query, cookie, header} {
				canaries = append(canaries, canary, strings.NewReplacer("1", "0", "3", "0", "4", "0", "9", "0").Replace(canary))
			}
			for _, canary := range canaries {
				for spelling, form := range spellings(canary) {
					for where, shown := range map[string][]byte{"stdout": r.out.Bytes(), "stderr": r.errOut.Bytes(), "the trace": text} {
						if canary == field && where != "the trace" {
							continue // a page's own words, which a person reads in the browser, too
						}
						if i := bytes.Index(shown, form); i >= 0 {
							t.Errorf("%s holds %s (%s): …%s", where, canary, spelling, shown[max(0, i-200):min(len(shown), i+100)])
						}
					}
				}
			}
			var last struct{ Removed trace.Removed }
			lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
			if err := json.Unmarshal(lines[len(lines)-1], &last); err != nil || last.Removed["values of fields"] < len(names) {
				t.Errorf("the manifest is %s", lines[len(lines)-1])
			}
		})
	}
}

// Every login of testdata/traces ends in a replay as the file beside it says: a stranger's failing login becomes a test
// by copying one file.
func TestRecordedLoginsEndAsNoted(t *testing.T) {
	files, err := filepath.Glob("../../testdata/traces/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d recorded logins: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".jsonl"), func(t *testing.T) {
			var out, errOut bytes.Buffer
			a := newApp()
			a.out, a.errOut, a.global.output = &out, &errOut, "json"
			code := run(t.Context(), a, []string{"doctor", "trace", file, "--replay", "--output", "json"})
			var told struct{ Replay replayed }
			if err := json.Unmarshal(out.Bytes(), &told); err != nil {
				t.Fatalf("exit %d, %v\n%s", code, err, errOut.String())
			}
			got := fmt.Sprintf("%s %s\n", told.Replay.Verdict, told.Replay.Code)
			if last := told.Replay.Last; last != nil && last.Known == "" {
				got += "not known\n"
			} else if last != nil {
				got += fmt.Sprintf("%s: %s\n", last.Known, last.Step)
			}
			want, err := os.ReadFile(strings.TrimSuffix(file, ".jsonl") + ".outcome")
			if err != nil {
				t.Fatalf("no outcome is noted; it is\n%s", got)
			}
			if got != string(want) {
				t.Errorf("the outcome is\n%swant\n%s", got, want)
			}
			if wrong := told.Replay.Verdict == lessFar; wrong != (code == exitBad) {
				t.Errorf("exit %d with %s", code, told.Replay.Verdict)
			}
		})
	}
}

// change makes another recording of one by replacing text in its file.
func change(t *testing.T, name string, pairs ...string) string {
	t.Helper()
	text, err := os.ReadFile("../../testdata/traces/" + name + ".jsonl")
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.NewReplacer(pairs...).Replace(string(text))
	if changed == string(text) {
		t.Fatal("nothing was replaced")
	}
	file := filepath.Join(t.TempDir(), "trace")
	if err := os.WriteFile(file, []byte(changed), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestAReplaySaysWhetherItGetsAsFar(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		exit int
		says string
	}{
		"a page that was not known then": {change(t, "wrong-password", `"known":"AD FS sign-in page","step":"sign in"`, `"near":"x"`), exitDone, "gets further than the recording did"},
		"a page that is not known now":   {change(t, "login", `\"SAMLResponse\"`, `\"Other\"`), exitBad, "gets less far than the recording did, to a page that it knows as page that posts itself → send on"},
		"a page that nobody knows":       {change(t, "terms-of-use", "terms", "rules"), exitDone, "gets as far as the recording did, to a page that it does not know"},
		"one that breaks off":            {change(t, "login", `{"end":`, `{"none":`), exitDone, "It breaks off there"},
		"another kind":                   {change(t, "login", `{"kind":"adfs"}`, `{"kind":"command"}`), exitUsage, `a login of the kind "command" is not replayed`},
		"no request":                     {change(t, "login", `{"hop":`, `{"none":`), exitUsage, "nothing to replay"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			a := newApp()
			a.out, a.errOut = &out, &out
			code := run(t.Context(), a, []string{"doctor", "trace", c.file, "--replay"})
			if got := strings.Join(strings.Fields(out.String()), " "); code != c.exit || !strings.Contains(got, c.says) {
				t.Errorf("exit %d, want %d and %q:\n%s", code, c.exit, c.says, out.String())
			}
		})
	}
}

// security case 47
func TestATraceOfAStrangerDoesNotActOnTheTerminal(t *testing.T) {
	for name, attack := range attacks {
		quoted, err := json.Marshal(strings.ToValidUTF8(attack, ""))
		if err != nil {
			t.Fatal(err)
		}
		in := string(quoted[1 : len(quoted)-1])
		file := change(t, "terms-of-use", `"title":"`, `"title":"`+in, `"method":"`, `"method":"`+in, `"samlogin":"`, `"samlogin":"`+in, `"kind":"adfs"`, `"kind":"adfs`+in+`"`, `"step":"`, `"step":"`+in,
			`"known":"`, `"known":"`+in, `"code":"`, `"code":"`+in, `"near":"`, `"near":"`+in, `"removed":{"`, `"removed":{"`+in, `"address":"https://`, `"address":"https://`+in, `"name":"`, `"name":"`+in)
		for _, output := range []string{"text", "json"} {
			for _, replay := range []string{"--replay=false", "--replay"} {
				var out bytes.Buffer
				a := newApp()
				a.out, a.errOut = &out, &out
				run(t.Context(), a, []string{"doctor", "trace", file, replay, "--output", output})
				if output == "text" || replay == "--replay" && !strings.HasPrefix(out.String(), "{") {
					tame(t, name+" "+replay, out.String())
				}
			}
		}
	}
}

func TestTheStoryFitsItsWidth(t *testing.T) {
	files, err := filepath.Glob("../../testdata/traces/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatal(len(files), err)
	}
	for _, file := range files {
		var out bytes.Buffer
		a := newApp()
		a.out, a.errOut = &out, &out
		if code := run(t.Context(), a, []string{"doctor", "trace", file}); code != exitDone {
			t.Errorf("%s: exit %d\n%s", file, code, out.String())
		}
		for _, line := range strings.Split(out.String(), "\n") {
			if len([]rune(line)) > outputWidth || strings.TrimRight(line, " ") != line {
				t.Errorf("%s: %q is %d wide", file, line, len([]rune(line)))
			}
		}
	}
}

func TestAnUnknownPageIsLaidOut(t *testing.T) {
	r := newRig(t, 0, 0)
	r.atIdP.set(func(w http.ResponseWriter, q *http.Request) bool {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, `<html><title>Terms of use</title><body><h1>Before you go on</h1><p>`+strings.Repeat("Read the terms of Example Corp and tick the box. ", 4)+`</p>`+
			`<form id="terms" method="post"><input type="hidden" name="AuthMethod" value="x"><input type="hidden" name="Context" value="y"><input type="checkbox" name="accepted"></form>`+
			`<form id="other"><input type="hidden" name="z"></form></body></html>`)
		return true
	})
	if code := run(context.Background(), r.app, append(r.args, "--url", r.env["SAMLOGIN_URL"]+"/adfs/ls/")); code != exitPage {
		t.Fatalf("exit %d\n%s", code, r.errOut.String())
	}
	want := `samlogin: the page that is not understood:
    address   HOST/adfs/ls/IdpInitiatedSignOn.aspx
    answer    HTTP status 200 OK
    title     Terms of use
    it says   Before you go on Read the terms of Example Corp and tick the box.
              Read the terms of Example Corp and tick the box. Read the terms of
              Example Corp and tick the box. Read the terms of Example Corp and
              tick the box.
    forms     terms(AuthMethod, Context, accepted)
              other(z)
    nearest   AD FS one-time code: it has 2 of 3 marks; missing: a field to type
              the code into
samlogin: error: HOST/adfs/ls/IdpInitiatedSignOn.aspx: the IdP showed a page that is not known
samlogin: hint: run it again with --trace FILE, then samlogin doctor trace FILE tells it step by step; the file holds no secret and is what a helper needs
samlogin: hint: --idp browser signs in with a real browser; where that shows the same page, something has to be done or chosen there first
`
	if got := strings.ReplaceAll(r.errOut.String(), r.env["SAMLOGIN_URL"], "HOST"); got != want {
		t.Errorf("it says\n%s\nwant\n%s", got, want)
	}
}

// A login that goes round in a circle ends, says so, and its replay ends the same.
//
// security case 13
func TestALoopIsNamedAndReplays(t *testing.T) {
	const post = `<html><head><title>One moment</title></head><body onload="document.forms[0].submit()"><form method="post" action="/adfs/ls/again"><input type="hidden" name="x" value="1"></form></body></html>`
	n := 0
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter, path string)
		says   string
	}{
		"A to B to A": {func(w http.ResponseWriter, path string) {
			w.Header().Set("Location", map[bool]string{true: "/adfs/a", false: "/adfs/b"}[path == "/adfs/b"])
			w.WriteHeader(http.StatusFound)
		}, "redirects in a circle"},
		"a fresh path each time": {func(w http.ResponseWriter, _ string) {
			n++
			w.Header().Set("Location", fmt.Sprintf("/adfs/ls/%d", n))
			w.WriteHeader(http.StatusFound)
		}, "redirects in a circle"},
		"a form that submits itself": {func(w http.ResponseWriter, _ string) { _, _ = io.WriteString(w, post) }, "goes round in a circle"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, 0, 0)
			requests := 0
			r.atIdP.set(func(w http.ResponseWriter, q *http.Request) bool {
				requests++
				w.Header().Set("Content-Type", "text/html; charset=utf-8")
				c.answer(w, q.URL.Path)
				return true
			})
			file := filepath.Join(r.home, "trace")
			if code := run(context.Background(), r.app, append(r.args, "--trace", file)); code != exitPage || !strings.Contains(r.errOut.String(), c.says) || requests > 20 {
				t.Errorf("exit %d after %d requests:\n%s", code, requests, r.errOut.String())
			}
			var out bytes.Buffer
			a := newApp()
			a.out, a.errOut = &out, &out
			if code := run(t.Context(), a, []string{"doctor", "trace", file, "--replay"}); code != exitDone || !strings.Contains(out.String(), "gets as far as") {
				t.Errorf("the replay: exit %d\n%s", code, out.String())
			}
		})
	}
}
