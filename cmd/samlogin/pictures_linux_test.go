package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/xml"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hinshun/vt10x"

	idpdemo "github.com/samlogin/samlogin/idp/demo"
	stsdemo "github.com/samlogin/samlogin/sts/demo"
)

// picturesVariable names the folder that TestPictures draws into.
const picturesVariable = "SAMLOGIN_PICTURES"

// A picture is one run of the program, or several one after the other, on one terminal.
type picture struct {
	name    string
	columns uint16
	runs    []shot
	want    []string // what has to be on it
}

// A shot is one command line: as it is shown, and what is typed at it.
type shot struct {
	shown string
	args  []string
	user  string // other than the settings', which stands in a variable; "" none
	typed []reply
	until string // it is drawn when this has come, without waiting for the end; "" at the end
	last  string // typed after it was drawn
}

type reply struct{ asked, answer string }

// TestPictures draws the README's pictures from real runs: the built program on a terminal, an AD FS and an STS behind a
// proxy that gives them their names. .ci/pictures runs it.
func TestPictures(t *testing.T) {
	folder := os.Getenv(picturesVariable)
	if folder == "" {
		t.Skip("draws the README's pictures: .ci/pictures runs it")
	}
	s := newStage(t)
	password := []reply{{"Password", "Correct-Horse-7\r"}}
	for _, p := range []picture{
		{
			name: "morning", columns: 84, runs: []shot{{shown: "samlogin", typed: password}},
			want: []string{"prod", "12 h", "as asked", "role"},
		},
		{
			name: "status", columns: 84, runs: []shot{{shown: "samlogin status", args: []string{"status"}}, {shown: "samlogin login prod", args: []string{"login", "prod"}}},
			want: []string{"prod", "still good for"},
		},
		{
			name: "failure", columns: 84, runs: []shot{{shown: "samlogin login sealed", args: []string{"login", "sealed"}}},
			want: []string{"signing certificate was probably renewed"},
		},
		{
			name: "hundreds", columns: 84, runs: []shot{{shown: "samlogin login --all --profile '{account}-{role}'", args: []string{"login", "--all", "--profile", "{account}-{role}"}, user: `CORP\thea`, typed: password, until: "130 done, 170 left  5"}},
			want: []string{"█", "░", "done", "left"},
		},
		{
			name: "picker", columns: 84, runs: []shot{{shown: "samlogin --idp corp", args: []string{"--idp", "corp"}, typed: []reply{{"type to filter", "ad"}, {"4 of 6", "\t"}}, until: "1 marked", last: "\x03"}},
			want: []string{"production", "Admin", "1 marked"},
		},
	} {
		s.draw(t, folder, p)
	}
}

// stage is where the pictures are played.
type stage struct {
	env  []string
	gate chan struct{} // holds STS in the middle of three hundred roles
	open func()        // the gate
}

func newStage(t *testing.T) *stage {
	t.Helper()
	s := &stage{gate: make(chan struct{})}
	s.open = sync.OnceFunc(func() { close(s.gate) })
	key, err := signingKey()
	if err != nil {
		t.Fatal(err)
	}
	adfs, err := idpdemo.New(idpdemo.Config{Key: key, People: threeHundred()})
	if err != nil {
		t.Fatal(err)
	}
	var granted atomic.Int32
	service := stsdemo.New(stsdemo.Config{
		Trust: []*x509.Certificate{adfs.Certificate()}, DefaultMax: 12 * time.Hour,
		MaxSession: map[string]time.Duration{"arn:aws:iam::222222222222:role/Admin": 4 * time.Hour, "arn:aws:iam::111111111111:role/ReadOnly": time.Hour},
		Refuse: func(c stsdemo.Call) *stsdemo.Refusal {
			switch {
			case strings.HasSuffix(c.Role, "/team/Deploy"):
				return &stsdemo.Refusal{Status: 400, Code: "InvalidIdentityToken", Message: "Response signature invalid (Service: AWSSecurityTokenService)"}
			case strings.HasPrefix(c.Role, "arn:aws:iam::5"):
				if granted.Add(1) > 130 { // of three hundred, for a picture in the middle
					<-s.gate
				}
			}
			return nil
		},
	})
	ca, err := newAuthority(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	where := map[string]string{}
	for i, server := range []struct {
		name    string
		handler http.Handler
	}{{"adfs.example.com", adfs}, {"sts.eu-west-1.amazonaws.com", service}} {
		certificate, err := ca.server(int64(i+2), server.name)
		if err != nil {
			t.Fatal(err)
		}
		h := httptest.NewUnstartedServer(server.handler)
		h.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
		h.StartTLS()
		t.Cleanup(h.Close)
		where[server.name+":443"] = h.Listener.Addr().String()
	}
	proxy := httptest.NewServer(tunnel(where))
	t.Cleanup(proxy.Close)
	t.Cleanup(s.open) // before the servers are closed, which wait for their answers
	home := t.TempDir()
	bundle := filepath.Join(home, "ca.pem")
	if err := errors.Join(os.WriteFile(bundle, ca.pem(), 0o600), os.WriteFile(filepath.Join(home, "config.toml"), []byte(stageSettings), 0o600)); err != nil {
		t.Fatal(err)
	}
	s.env = []string{"HOME=" + home, "XDG_CONFIG_HOME=" + home, "SAMLOGIN_CONFIG=" + filepath.Join(home, "config.toml"), "SAMLOGIN_CA_BUNDLE=" + bundle, "HTTPS_PROXY=" + proxy.URL, "TZ=UTC"}
	return s
}

const stageSettings = `default = "morning"
secret_store = "none"
[idp.corp]
region = "eu-west-1"
kind = "adfs"
url = "https://adfs.example.com"
username = 'CORP\jane'
duration = "12h"
[profile.prod]
idp = "corp"
role = "111111111111/Admin"
[profile.audit]
idp = "corp"
role = "111111111111/ReadOnly"
[profile.stage]
idp = "corp"
role = "222222222222/Admin"
[profile.sandbox]
idp = "corp"
role = "333333333333/Developer"
[profile.sealed]
idp = "corp"
role = "222222222222/Deploy"
[group.morning]
profiles = ["prod", "audit", "stage", "sandbox"]
[accounts]
111111111111 = "production"
222222222222 = "staging"
333333333333 = "sandbox"
`

// tunnel is a proxy that knows the way to a few names.
func tunnel(where map[string]string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		there, err := net.Dial("tcp", where[r.Host])
		if err != nil {
			http.Error(w, "", http.StatusBadGateway)
			return
		}
		here, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			_ = there.Close()
			return
		}
		_, _ = io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
		go func() {
			_, _ = io.Copy(there, buffered)
			_ = there.Close()
		}()
		_, _ = io.Copy(here, there)
		_ = here.Close()
	})
}

// draw plays a picture and writes it in each theme.
func (s *stage) draw(t *testing.T, folder string, p picture) {
	t.Helper()
	var seen bytes.Buffer
	for i, run := range p.runs {
		if i > 0 {
			seen.WriteString("\r\n")
		}
		seen.WriteString("\x1b[32m$\x1b[0m " + run.shown + "\r\n")
		k := openWindow(t, 40, p.columns, append(s.env, "SAMLOGIN_USERNAME="+run.user), run.args...)
		for _, r := range run.typed {
			k.until(r.asked)
			k.send(r.answer)
		}
		if run.until == "" {
			k.exit()
		} else {
			k.until(run.until)
		}
		seen.Write(k.seen.Bytes())
		if run.until != "" {
			s.open()
			k.send(run.last)
			k.exit()
		}
	}
	// The virtual terminal does not know faint text: it is grey.
	stream := strings.ReplaceAll(seen.String(), "\x1b[2m", "\x1b[90m")
	v := vt10x.New(vt10x.WithSize(int(p.columns), 60))
	if _, err := v.Write([]byte(stream)); err != nil {
		t.Fatal(err)
	}
	for _, text := range p.want {
		if !strings.Contains(v.String(), text) {
			t.Errorf("%s: no %q on it:\n%s", p.name, text, v.String())
		}
	}
	for _, look := range themes() {
		text := svg(v, int(p.columns), look)
		if err := wellFormed(text); err != nil {
			t.Errorf("%s: %v", p.name, err)
		}
		if err := os.WriteFile(filepath.Join(folder, p.name+"-"+look.name+".svg"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func wellFormed(text string) error {
	from := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := from.Token(); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}
