package browser

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml/secret"
)

func posted(body string) asking {
	return asking{url: "https://signin.aws.amazon.com/saml", method: "POST", top: true, from: "https://idp.example.com", kind: "application/x-www-form-urlencoded", body: []byte(body), bodyThere: true}
}

// TestWhatIsTaken: the body of a POST at the top of a tab to AWS's sign-in, of all partitions, and nothing else.
func TestWhatIsTaken(t *testing.T) { // security case 134
	const body = "RelayState=&SAMLResponse=PHg%2BPC94Pg%3D%3D"
	with := func(change func(*asking)) asking {
		a := posted(body)
		change(&a)
		return a
	}
	to := func(address string) asking { return with(func(a *asking) { a.url = address }) }
	for name, c := range map[string]struct {
		asking asking
		want   verdict
	}{
		"the usual":                     {posted(body), take},
		"with its port":                 {to("https://signin.aws.amazon.com:443/saml"), take},
		"of a region":                   {to("https://eu-west-1.signin.aws.amazon.com/saml"), take},
		"of a provider with encryption": {to("https://signin.aws.amazon.com/saml/acs/SAMLSPABC"), take},
		"GovCloud":                      {to("https://signin.amazonaws-us-gov.com/saml"), take},
		"China":                         {to("https://signin.amazonaws.cn/saml"), take},
		"European Sovereign Cloud":      {to("https://eusc-de-east-1.signin.amazonaws-eusc.eu/saml"), take},
		"from a page that hides itself": {with(func(a *asking) { a.from = "null" }), take},
		"in a frame":                    {with(func(a *asking) { a.top = false }), block},
		"by GET":                        {with(func(a *asking) { a.method = "GET" }), block},
		"without a response":            {posted("RelayState=x"), block},
		"to another host":               {to("https://signin.aws.amazon.com.evil.test/saml"), pass},
		"without TLS":                   {to("http://signin.aws.amazon.com/saml"), block},
		"to this computer":              {to("https://127.0.0.1/saml"), pass},
		"to localhost":                  {to("https://localhost:8443/saml"), pass},
		"to another port":               {to("https://signin.aws.amazon.com:8443/saml"), block},
		"in an address":                 {with(func(a *asking) { a.method, a.url = "GET", "https://signin.aws.amazon.com/saml?SAMLResponse=PHg%2B" }), block},
		"to another path":               {to("https://signin.aws.amazon.com/oauth"), block},
		"twice":                         {posted(body + "&SAMLResponse=eA%3D%3D"), stop},
		"in a file upload":              {with(func(a *asking) { a.kind = "multipart/form-data; boundary=x" }), stop},
		"broken":                        {posted("SAMLResponse=%zz"), stop},
		"too long to be shown":          {with(func(a *asking) { a.bodyThere = false }), stop},
		"from a page without TLS":       {with(func(a *asking) { a.from = "http://idp.example.com" }), stop},
	} {
		t.Run(name, func(t *testing.T) {
			got, response, err := judge(c.asking, nil)
			if got != c.want {
				t.Fatalf("verdict %d, want %d (%v)", got, c.want, err)
			}
			if got == take && response.Reveal() != "PHg+PC94Pg==" {
				t.Error("the response is not what was posted")
			}
			var unsafe *idp.SafetyError
			if (got == stop) != errors.As(err, &unsafe) {
				t.Errorf("stopped with %v", err)
			}
		})
	}
}

// TestWhatWasTypedIsInNoAddress: a form that a script was to send, and the browser sends by itself, would put it there.
func TestWhatWasTypedIsInNoAddress(t *testing.T) { // security case 136
	typed := []secret.Text{secret.New("Pass word+1ü")}
	for address, want := range map[string]verdict{
		"https://idp.example.com/?password=Pass+word%2B1%C3%BC":   stop,
		"https://idp.example.com/?password=Pass%20word%2B1%C3%BC": stop,
		"https://idp.example.com/?x=1#Pass%20word+1%C3%BC":        stop,
		"https://idp.example.com/?password=another":               pass,
		"https://idp.example.com/Pass":                            pass,
	} {
		got, _, err := judge(asking{url: address, method: "GET", top: true}, typed)
		if got != want {
			t.Errorf("%s: verdict %d, want %d", address, got, want)
		}
		if err != nil && strings.Contains(err.Error(), "word") {
			t.Errorf("the message holds what was typed: %v", err)
		}
	}
}

func TestAWSHasNoAddress(t *testing.T) {
	for _, host := range []string{"signin.aws.amazon.com", "*.signin.aws.amazon.com", "signin.amazonaws.cn", "*.signin.amazonaws-eusc.eu", "signin.amazonaws-us-gov.com"} {
		if !strings.Contains(unreachable(), "MAP "+host+" ~NOTFOUND") {
			t.Errorf("%s can be reached", host)
		}
	}
}

// TestTheInstalledBrowserIsFound on the systems, of which only names and places are known here.
func TestTheInstalledBrowserIsFound(t *testing.T) { // security case 130
	env := map[string]string{"HOME": "/Users/ann", "ProgramFiles": `C:\Program Files`, "ProgramFiles(x86)": `C:\Program Files (x86)`, "LocalAppData": `C:\Users\ann\AppData\Local`}
	wsl := map[string]string{"WSL_DISTRO_NAME": "Debian"}
	for name, c := range map[string]struct {
		system  string
		env     map[string]string
		named   []string
		there   []string
		want    string
		problem Problem
	}{
		"Linux, the first of two":       {system: "linux", there: []string{"chromium", "google-chrome"}, want: "Google Chrome google-chrome"},
		"Linux, Edge":                   {system: "linux", there: []string{"microsoft-edge-stable"}, want: "Microsoft Edge microsoft-edge-stable"},
		"Linux, Brave":                  {system: "linux", there: []string{"brave-browser"}, want: "Brave brave-browser"},
		"Linux, a snap":                 {system: "linux", there: []string{"/snap/bin/chromium"}, want: "Chromium /snap/bin/chromium"},
		"macOS":                         {system: "darwin", there: []string{"/Users/ann/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge"}, want: "Microsoft Edge /Users/ann/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge"},
		"Windows, for one user":         {system: "windows", there: []string{`C:\Users\ann\AppData\Local\Google\Chrome\Application\chrome.exe`}, want: `Google Chrome C:\Users\ann\AppData\Local\Google\Chrome\Application\chrome.exe`},
		"Windows, what is always there": {system: "windows", there: []string{`C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe`}, want: `Microsoft Edge C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe`},
		"WSL with one of its own":       {system: "linux", env: wsl, there: []string{"chromium"}, want: "Chromium chromium"},
		"WSL without":                   {system: "linux", env: wsl, problem: OutsideWSL},
		"none":                          {system: "linux", there: []string{"firefox"}, problem: NoBrowser},
		"named":                         {system: "linux", named: []string{"/opt/x/thorium-chrome", "--flag"}, there: []string{"/opt/x/thorium-chrome", "chromium"}, want: "Google Chrome /opt/x/thorium-chrome --flag"},
		"named and not there":           {system: "linux", named: []string{"vivaldi"}, there: []string{"chromium"}, problem: NotFound},
		"named for opening addresses":   {system: "linux", named: []string{"firefox", "--private-window"}, there: []string{"chromium", "firefox"}, want: "Chromium chromium"},
		"an opener":                     {system: "windows", env: env, named: []string{`C:\Windows\rundll32.exe`}, problem: NoBrowser},
	} {
		t.Run(name, func(t *testing.T) {
			if c.env == nil {
				c.env = env
			}
			look := func(path string) (string, error) {
				for _, there := range c.there {
					if there == path {
						return path, nil
					}
				}
				return "", exec.ErrNotFound
			}
			got, err := find(c.system, c.named, func(n string) string { return c.env[n] }, look)
			var failed *Error
			if c.want == "" {
				if !errors.As(err, &failed) || failed.Problem != c.problem || failed.Hint() == "" {
					t.Fatalf("got %v, want problem %d with a hint", err, c.problem)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			path := got.Path
			if !strings.ContainsAny(c.there[0], `/\`) || runtime.GOOS == "windows" || c.system == "windows" {
				path = filepath.Base(path) // made absolute on this system
				c.want = got.Name + " " + filepath.Base(strings.TrimPrefix(strings.TrimSuffix(c.want, " --flag"), got.Name+" "))
			}
			if text := strings.TrimSpace(got.Name + " " + path + " " + strings.Join(got.Args, " ")); text != c.want {
				t.Errorf("found %q, want %q", text, c.want)
			}
		})
	}
}

// TestTheFolderIsTheUsersAlone: one that others can enter, or a link, is not used.
func TestTheFolderIsTheUsersAlone(t *testing.T) { // security case 132
	if runtime.GOOS == "windows" {
		t.Skip("modes mean nothing on Windows: the folder inherits its access list")
	}
	problem := func(base string) (*folder, error) { return takeFolder(t.Context(), base, "") }
	base := filepath.Join(t.TempDir(), "state", "browser")
	f, err := problem(base)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{base, f.path} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	if info, err := os.Stat(f.path + recordSuffix); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the record: %v, %v", info, err)
	}
	f.leave(t.Context())
	if left, _ := os.ReadDir(base); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	if err := os.Chmod(base, 0o750); err != nil {
		t.Fatal(err)
	}
	var failed *Error
	if _, err := problem(base); !errors.As(err, &failed) || failed.Problem != NoFolder {
		t.Errorf("a folder that others can enter: %v", err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(t.TempDir(), link); err != nil {
		t.Fatal(err)
	}
	if _, err := problem(link); !errors.As(err, &failed) || failed.Problem != NoFolder {
		t.Errorf("a link: %v", err)
	}
}
