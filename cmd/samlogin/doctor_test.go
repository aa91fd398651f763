package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/rivo/uniseg"
)

// examined runs doctor in a rig, with no tools on PATH, and gives what it found.
func examined(t *testing.T, r *rig, want int, args ...string) map[string]finding {
	t.Helper()
	t.Setenv("PATH", t.TempDir())
	r.out.Reset()
	r.errOut.Reset()
	if code := run(t.Context(), r.app, append([]string{"doctor", "--output", "json", "--no-input"}, args...)); code != want {
		t.Fatalf("exit %d, want %d\n%s%s", code, want, r.out.String(), r.errOut.String())
	}
	var all []finding
	if err := json.Unmarshal(r.out.Bytes(), &all); err != nil {
		t.Fatalf("%v\n%s", err, r.out.String())
	}
	by := map[string]finding{}
	for _, f := range all {
		key := f.Section + " " + f.Name
		if old, there := by[key]; !there || old.State == good && f.State != good {
			by[key] = f
		}
	}
	return by
}

// Clocks are compared with those of the IdP and of AWS.
func TestDoctorComparesClocks(t *testing.T) {
	for _, c := range []struct {
		ahead time.Duration
		exit  int
		state health
	}{{0, exitDone, good}, {-time.Minute, exitDone, good}, {3 * time.Minute, exitDone, warning}, {-3 * time.Minute, exitDone, warning}, {time.Hour, exitBad, bad}} {
		r := newRig(t, 0, 0)
		r.app.now = func() time.Time { return time.Now().Add(c.ahead) }
		if got := examined(t, r, c.exit)["clock clock"]; got.State != c.state {
			t.Errorf("%v ahead: %+v", c.ahead, got)
		}
	}
}

// No secret and no session is sent, although both are there: what is asked of the IdP is its first page.
func TestDoctorSendsNothingSecret(t *testing.T) {
	r := newRig(t, 0, 0)
	examined(t, r, exitDone, "--url", r.env["SAMLOGIN_URL"])
	for _, q := range r.adfs.Log() {
		if q.Method != http.MethodGet {
			t.Errorf("%s %s", q.Method, q.Path)
		}
	}
	for _, call := range r.sts.Log() {
		if call.Action != "GetCallerIdentity" {
			t.Errorf("STS was asked for %s", call.Action)
		}
	}
	if n := len(r.adfs.Log()) + len(r.sts.Log()); n != 2 {
		t.Errorf("%d requests", n)
	}
}

// tlsServer serves a handler with a certificate that is good from one moment to another, and gives a file that trusts it.
func tlsServer(t *testing.T, from, until time.Time, handler http.HandlerFunc) (url, bundle string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "old CA"}, NotBefore: from, NotAfter: until,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(handler)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	bundle = filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(bundle, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return server.URL, bundle
}

// No window is opened to see whether an IdP is there: its first page is looked at.
func TestDoctorOpensNoBrowser(t *testing.T) {
	now := time.Now()
	page := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(w, "<html><title>Sign in</title><script>start()</script>")
	}
	broken := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }
	for _, kind := range []string{"browser"} { // command is alike, and its settings have a program besides
		for _, c := range []struct {
			handler http.HandlerFunc
			state   health
		}{{page, good}, {broken, bad}} {
			url, bundle := tlsServer(t, now.Add(-time.Hour), now.Add(time.Hour), c.handler)
			r := newRig(t, 0, 0)
			r.env["SAMLOGIN_IDP"], r.env["SAMLOGIN_URL"], r.env["SAMLOGIN_CA_BUNDLE"] = "", "", ""
			r.env["XDG_CONFIG_HOME"] = r.home
			text := fmt.Sprintf("[idp.cloud]\nkind = %q\nurl = %q\nca_bundle = %q\n", kind, url+"/start", bundle)
			path := filepath.Join(r.home, "samlogin", "config.toml")
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
				t.Fatal(err)
			}
			t.Setenv("PATH", t.TempDir())
			_ = run(t.Context(), r.app, []string{"doctor", "--output", "json", "--no-input"})
			var all []finding
			if err := json.Unmarshal(r.out.Bytes(), &all); err != nil {
				t.Fatalf("%v\n%s%s", err, r.out.String(), r.errOut.String())
			}
			told := false
			for _, f := range all {
				if f.Section == "idp" && !strings.Contains(f.Message, "certificate") {
					told = true
					if f.State != c.state {
						t.Errorf("%s: %+v", kind, f)
					}
				}
			}
			if !told {
				t.Errorf("%s: nothing is told of it\n%s", kind, r.out.String())
			}
		}
	}
}

// A name that may stand in settings which cannot be read is no wrong word: what is wrong is told.
func TestDoctorOfANameInBrokenSettings(t *testing.T) {
	r := newRig(t, 0, 0)
	r.env["XDG_CONFIG_HOME"] = r.home
	path := filepath.Join(r.home, "samlogin", "config.toml")
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte("[profile.prod\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if got := examined(t, r, exitBad, "--offline", "prod")["settings file"]; got.State != bad || !strings.Contains(got.Message, "config.toml:1") {
		t.Errorf("%+v", got)
	}
}

// security case 143, security case 144, security case 145
func TestDoctorTellsWhatIsOnTheWay(t *testing.T) {
	page := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(w, `<html><title>Sign In</title><form id="loginForm" method="post"><input name="UserName" type="email"><input name="Password" type="password"></form></html>`)
	}
	now := time.Now()
	ended, endedCA := tlsServer(t, now.Add(-48*time.Hour), now.Add(-time.Hour), page)
	ending, endingCA := tlsServer(t, now.Add(-60*24*time.Hour), now.Add(5*24*time.Hour), page)
	strange, strangeCA := tlsServer(t, now.Add(-time.Hour), now.Add(time.Hour), func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(w, "<html><title>Welcome to the hotel</title><form><input name=room></form>")
	})
	notPEM := filepath.Join(t.TempDir(), "not.pem")
	if err := os.WriteFile(notPEM, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name       string
		env        map[string]string
		exit       int
		check      string
		state      health
		says, mend string
	}{
		{"ended certificate", map[string]string{"SAMLOGIN_URL": ended, "SAMLOGIN_CA_BUNDLE": endedCA}, exitBad, "idp adfs", bad, "has ended or is not valid yet", ""},
		{"ended certificate in the bundle", map[string]string{"SAMLOGIN_URL": ended, "SAMLOGIN_CA_BUNDLE": endedCA}, exitBad, "network CA bundle", warning, "1 of 1 certificate have ended", ""},
		{"certificate that soon ends", map[string]string{"SAMLOGIN_URL": ending, "SAMLOGIN_CA_BUNDLE": endingCA}, exitBad, "idp adfs", warning, "certificate is from old CA", "administrator"},
		{"unknown authority", map[string]string{"SAMLOGIN_URL": ending}, exitBad, "idp adfs", bad, "does not trust", "--ca-bundle"},
		{"page of somebody else", map[string]string{"SAMLOGIN_URL": strange, "SAMLOGIN_CA_BUNDLE": strangeCA}, exitBad, "idp adfs", bad, "page that is not known", ""},
		{"STS that is none", map[string]string{"AWS_ENDPOINT_URL_STS": strange, "SAMLOGIN_CA_BUNDLE": strangeCA}, exitBad, "sts STS", bad, "is not STS", ""},
		{"endpoint of somebody else", map[string]string{"AWS_ENDPOINT_URL_STS": "https://sts.example.com"}, exitBad, "sts sts", bad, "sts.example.com", "--sts-endpoint"},
		{"bundle that is not there", map[string]string{"SAMLOGIN_CA_BUNDLE": "/nowhere/ca.pem"}, exitBad, "network CA bundle", bad, "cannot be read", "SAMLOGIN_CA_BUNDLE"},
		{"bundle that is none", map[string]string{"SAMLOGIN_CA_BUNDLE": notPEM}, exitBad, "network CA bundle", bad, "no certificate in PEM form", ""},
		{"proxy", map[string]string{"HTTPS_PROXY": "http://user:hunter2@proxy.example.com:8080"}, exitDone, "network proxy", good, "by way of proxy.example.com:8080", ""},
		{"proxy for loopback", map[string]string{"HTTPS_PROXY": "http://user:hunter2@proxy.example.com:8080"}, exitDone, "network NO_PROXY", warning, "do not reach samlogin serve", "127.0.0.1"},
		{"proxy that is none", map[string]string{"HTTPS_PROXY": "http://%zz"}, exitBad, "network proxy", bad, "no address of a proxy", ""},
		{"proxy that nobody reads", map[string]string{"ALL_PROXY": "http://p:1"}, exitDone, "network proxy", warning, "not read", "HTTPS_PROXY"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, 0, 0)
			for name, value := range c.env {
				r.env[name] = value
			}
			got := examined(t, r, c.exit)[c.check]
			if got.State != c.state || !strings.Contains(got.Message, c.says) || !strings.Contains(got.Mend, c.mend) {
				t.Errorf("%+v\n%s", got, r.out.String())
			}
			if strings.Contains(r.out.String()+r.errOut.String(), "hunter2") {
				t.Error("the proxy's password is shown")
			}
		})
	}
}

// What a server or a file calls itself reaches the screen cleaned, and no line is wider than the page.
func TestDoctorsPageIsCleanAndFits(t *testing.T) {
	hostile := "\x1b]0;x\x07\u202e" + strings.Repeat("w", 200) + "\n\u202e"
	f := &findings{section: "profiles"}
	f.note(bad, hostile, hostile+" two words "+hostile, hostile)
	f.note(good, "a", "b", "not shown")
	f.section = "settings"
	f.note(warning, "file", "something", "mend it").fix("x", nil)
	for _, color := range []bool{true, false} {
		lines := layFindings(f.all, 80, color)
		for _, line := range lines {
			plain := line
			for _, code := range []string{"\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m"} {
				plain = strings.ReplaceAll(plain, code, "")
			}
			if uniseg.StringWidth(plain) > 80 || strings.ContainsFunc(plain, unicode.IsControl) || strings.ContainsRune(plain, '\u202e') {
				t.Errorf("%q", line)
			}
		}
		text := strings.Join(lines, "\n")
		if strings.Contains(text, "not shown") || !strings.Contains(text, "→ mend it") || strings.Contains(text, "bad") == color || strings.Contains(text, "\x1b") != color {
			t.Errorf("colour %v:\n%s", color, text)
		}
		if strings.Index(text, "Settings") > strings.Index(text, "Profiles") {
			t.Errorf("out of order:\n%s", text)
		}
	}
	// Profiles have long names, which often begin alike: none is cut, on a terminal and in a pipe.
	long := &findings{section: "profiles"}
	names := []string{"acme-production-Admin", "acme-production-ReadOnly", strings.Repeat("acme-", 9) + "Admin", strings.Repeat("acme-", 9) + "ReadOnly"}
	for _, name := range names {
		long.note(good, name, "keys of samlogin, 59 min left", "")
	}
	for _, width := range []int{80, 0} {
		lines := layFindings(long.all, width, false)
		text := strings.Join(lines, "\n") + "\n"
		for i, name := range names {
			if !strings.Contains(strings.Join(strings.Fields(text), " "), name+" keys of samlogin, 59 min left") {
				t.Errorf("width %d, %s:\n%s", width, name, text)
			}
			if own := width > 0 && i >= 2; strings.Contains(text, name+"\n") != own {
				t.Errorf("width %d, %s has a line of its own: %v\n%s", width, name, !own, text)
			}
		}
		for _, line := range lines {
			if width > 0 && uniseg.StringWidth(line) > width {
				t.Errorf("%q", line)
			}
		}
	}
	for _, c := range []struct {
		all  []finding
		want string
	}{
		{nil, "Everything is in order."},
		{f.all, "1 bad, 1 warning. samlogin doctor --fix mends 1 of them, after a yes."},
		{f.all[2:], "1 warning. samlogin doctor --fix mends that, after a yes."},
	} {
		if got := verdictLine(c.all, false); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// Every member of the JSON is there in each entry: scripts count on them.
func TestDoctorsJSONHasItsMembers(t *testing.T) {
	r := newRig(t, 0, 0)
	examined(t, r, exitDone, "--offline")
	var all []map[string]any
	if err := json.NewDecoder(bytes.NewReader(r.out.Bytes())).Decode(&all); err != nil || len(all) < 8 {
		t.Fatalf("%v\n%s", err, r.out.String())
	}
	for _, one := range all {
		for _, member := range []string{"section", "name", "state", "message", "fixable"} {
			if one[member] == nil || one[member] == "" {
				t.Errorf("no %s in %v", member, one)
			}
		}
	}
}
