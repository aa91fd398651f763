package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	idpdemo "github.com/samlogin/samlogin/idp/demo"
	stsdemo "github.com/samlogin/samlogin/sts/demo"
)

// TestMain lets scripts run the program: testscript starts this test binary again under its name.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"samlogin": recordedMain, "getkeys": getkeys, "visit": visit})
}

// TestScripts runs testdata/script. (IAM users and the roles that trust them are in users_test.go.) Each script has a home, an AD FS and an STS of its own; the first lines of a script
// can say which: "# adfs: off" switches IdP-initiated sign-on off, "# skin: 2012r2" changes the looks,
// "# windows: on" signs in by NTLM, "# windows: bound" with Extended Protection.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/script",
		RequireExplicitExec: true,
		Setup:               setUpScript,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exit":     scriptExit,
			"calls":    scriptCalls,
			"requests": scriptRequests,
			"mode":     scriptMode,
			"same":     scriptSame,
			"crlf":     scriptCRLF,
			"failure":  scriptFailure,
			"proxy":    scriptProxy,
			"code":     scriptCode,
			"team":     scriptTeam,
			"await":    scriptAwait,
		},
	})
}

// signingKey is made once: making one takes longer than most scripts.
var signingKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

type world struct {
	ca   *authority
	team func() // stops the server of scriptTeam
	adfs *idpdemo.ADFS
	sts  *stsdemo.STS
}

var skinNames = map[string]idpdemo.Skin{
	"2012r2": idpdemo.Skin2012R2, "2016": idpdemo.Skin2016, "2019": idpdemo.Skin2019, "2019-paginated": idpdemo.Skin2019Paginated,
	"2.0": idpdemo.Skin20, "2022": idpdemo.Skin2022, "2022-paginated": idpdemo.Skin2022Paginated,
}

func setUpScript(e *testscript.Env) error {
	key, err := signingKey()
	if err != nil {
		return err
	}
	name := strings.TrimPrefix(filepath.Base(e.WorkDir), "script-")
	text, err := os.ReadFile(filepath.Join("../../testdata/script", name+".txtar"))
	if err != nil {
		text, err = os.ReadFile(filepath.Join("../../testdata/script", name+".txt"))
	}
	if err != nil {
		return err
	}
	config := idpdemo.Config{Key: key, IdPInitiatedOff: strings.Contains(string(text), "\n# adfs: off\n")}
	config.BindChannels = strings.Contains(string(text), "\n# windows: bound\n")
	config.Windows = config.BindChannels || strings.Contains(string(text), "\n# windows: on\n")
	for n, skin := range skinNames {
		if strings.Contains(string(text), "\n# skin: "+n+"\n") {
			config.Skin = skin
		}
	}
	if strings.Contains(string(text), "\n# adfs: realms\n") {
		config.Realms = []idpdemo.Realm{{ID: "http://partner.example.net/adfs/services/trust", Name: "Partner", Address: "https://127.0.0.1:9/"}}
	}
	config.Applications = strings.Contains(string(text), "\n# adfs: applications\n")
	if strings.Contains(string(text), "\n# adfs: renamed\n") { // AWS under a name that is not the usual one
		config.Applications, config.RelyingParties = true, []string{"urn:example:crm", "Amazon Web Services"}
	}
	now := time.Now
	for _, line := range strings.Split(string(text), "\n") {
		if off, ok := strings.CutPrefix(line, "# clock: "); ok { // of both servers
			late, err := time.ParseDuration(off)
			if err != nil {
				return err
			}
			now = func() time.Time { return time.Now().Add(late) }
		}
	}
	config.Now = now
	ca, err := newAuthority(time.Now)
	if err != nil {
		return err
	}
	canaries := newCanaries(e.WorkDir)
	var duo http.Handler // of an AD FS that names its address in its pages
	if strings.Contains(string(text), "\n# adfs: duo\n") {
		duoURL, stop, err := ca.loopback(4, "127.0.0.1:0", canaries.record(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { duo.ServeHTTP(w, r) })))
		if err != nil {
			return err
		}
		e.Defer(stop)
		e.Setenv("DUO", duoURL)
		config.DuoHost = strings.TrimPrefix(duoURL, "https://")
	}
	w := &world{ca: ca}
	if w.adfs, err = idpdemo.New(config); err != nil {
		return err
	}
	duo = w.adfs.DuoFrame()
	aws := stsdemo.Config{
		Trust: []*x509.Certificate{w.adfs.Certificate()}, DefaultMax: 4 * time.Hour, Now: now, Accounts: stsdemo.DemoAccounts(),
		MaxSession: map[string]time.Duration{
			"arn:aws:iam::111111111111:role/Admin": 12 * time.Hour, "arn:aws:iam::111111111111:role/ReadOnly": time.Hour,
			"arn:aws-cn:iam::111111111111:role/Admin": 12 * time.Hour, "arn:aws-us-gov:iam::111111111111:role/Admin": 12 * time.Hour,
			"arn:aws:iam::222222222222:role/Staging": 12 * time.Hour, "arn:aws:iam::222222222222:role/Guarded": 12 * time.Hour,
		},
	}
	if err := addSwitching(&aws); err != nil {
		return err
	}
	aws.Users = append(aws.Users, scriptUsers()...)
	maps.Copy(aws.Trusts, scriptTrusts())
	w.sts = stsdemo.New(aws)
	adfsURL, stop, err := ca.loopback(2, "127.0.0.1:0", canaries.record(w.adfs))
	if err != nil {
		return err
	}
	e.Defer(stop)
	stsURL, stop, err := ca.loopback(3, "127.0.0.1:0", canaries.record(w.sts))
	if err != nil {
		return err
	}
	e.Defer(stop)
	home := filepath.Join(e.WorkDir, "home")
	if err := os.MkdirAll(filepath.Join(home, ".aws"), 0o700); err != nil {
		return err
	}
	bundle := filepath.Join(e.WorkDir, "ca.pem")
	if err := os.WriteFile(bundle, ca.pem(), 0o600); err != nil {
		return err
	}
	e.Values["world"] = w
	e.Setenv(recordVariable, canaries.outputs)
	e.Defer(func() {
		for _, hit := range canaries.hits() {
			e.T().Log("FAIL: " + hit)
			e.Values["leaked"] = true
		}
		if e.Values["leaked"] != nil {
			e.T().FailNow()
		}
	})
	e.Setenv("HOME", home)
	e.Setenv("AWS", filepath.Join(home, ".aws"))
	e.Setenv("ADFS", adfsURL)
	e.Setenv("STS", stsURL)
	e.Setenv("AWS_ENDPOINT_URL_STS", stsURL)
	e.Setenv("SAMLOGIN_CA_BUNDLE", bundle)
	e.Setenv("SAMLOGIN_IDP", "adfs")
	e.Setenv("SAMLOGIN_URL", adfsURL)
	e.Setenv("SAMLOGIN_USERNAME", `CORP\jane`)
	e.Setenv("SAMLOGIN_PASSWORD", "Correct-Horse-7")
	e.Setenv("TZ", "UTC")
	if !strings.Contains(string(text), "\n# state: on\n") {
		e.Setenv(stateVariable, "off")
	}
	return nil
}

// scriptExit runs a command that has to end with a code: exit 3 samlogin login …
func scriptExit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exit CODE PROGRAM ARGS…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if err != nil {
		var code interface{ ExitCode() int }
		var ok bool
		if code, ok = err.(interface{ ExitCode() int }); !ok {
			ts.Fatalf("%s did not run: %v", args[1], err)
		}
		got = code.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit %d, want %d", got, want)
	}
}

// scriptCalls checks the calls of STS so far: calls 'AssumeRoleWithSAML 43200' 'GetCallerIdentity'; none: calls; in
// whatever order: calls -any …
func scriptCalls(ts *testscript.TestScript, neg bool, want []string) {
	var got []string
	for _, c := range ts.Value("world").(*world).sts.Log() {
		got = append(got, strings.TrimSpace(c.Action+" "+c.Duration))
	}
	if len(want) > 0 && want[0] == "-any" {
		want = want[1:]
		slices.Sort(want)
		slices.Sort(got)
	}
	if (fmt.Sprint(got) == fmt.Sprint(want)) == neg {
		ts.Fatalf("STS was called %q", got)
	}
}

// scriptRequests checks the requests of AD FS so far: requests 'GET /adfs/ls/IdpInitiatedSignOn.aspx' …
func scriptRequests(ts *testscript.TestScript, neg bool, want []string) {
	var got []string
	for _, r := range ts.Value("world").(*world).adfs.Log() {
		got = append(got, r.Method+" "+r.Path)
	}
	if (fmt.Sprint(got) == fmt.Sprint(want)) == neg {
		ts.Fatalf("AD FS was asked %q", got)
	}
}

// scriptMode checks the permission bits of a file: mode 600 home/.aws/credentials
func scriptMode(ts *testscript.TestScript, neg bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := fmt.Sprintf("%o", info.Mode().Perm()); (got == args[0]) == neg {
		ts.Fatalf("%s has mode %s", args[1], got)
	}
}

// scriptSame checks that a file is as it was in the script, byte for byte.
func scriptSame(ts *testscript.TestScript, neg bool, args []string) {
	if (ts.ReadFile(args[0]) == ts.ReadFile(args[1])) == neg {
		ts.Fatalf("%s and %s differ", args[0], args[1])
	}
}

// scriptFailure checks the failure that the last command printed with --output json: failure EXIT CODE STEP. stdout has
// one JSON document and nothing else; what stderr ends with says the same.
func scriptFailure(ts *testscript.TestScript, _ bool, args []string) {
	var printed struct{ Error failure }
	from := json.NewDecoder(strings.NewReader(ts.ReadFile("stdout")))
	from.DisallowUnknownFields()
	ts.Check(from.Decode(&printed))
	if _, err := from.Token(); err != io.EOF {
		ts.Fatalf("more than one document on stdout")
	}
	e := printed.Error
	if got := strings.TrimSpace(fmt.Sprintf("%d %s %s", e.Exit, e.Code, e.Step)); got != strings.Join(args, " ") {
		ts.Fatalf("the failure is %s, want %s", got, strings.Join(args, " "))
	}
	stderr := strings.TrimRight(ts.ReadFile("stderr"), "\n")
	last := "samlogin: error: " + e.Message
	if e.Hint != "" {
		last += "\nsamlogin: hint: " + e.Hint
	}
	if e.Message == "" || !strings.HasSuffix(stderr, last) {
		ts.Fatalf("stderr does not end with %q", last)
	}
}

// scriptProxy starts a proxy that lets nothing through and names it in HTTPS_PROXY: proxy STATUS [SCHEME [USER:PASSWORD]]
func scriptProxy(ts *testscript.TestScript, _ bool, args []string) {
	status, err := strconv.Atoi(args[0])
	ts.Check(err)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if len(args) > 1 {
			w.Header().Set("Proxy-Authenticate", args[1]+` realm="x"`)
		}
		w.WriteHeader(status)
	}))
	ts.Defer(server.Close)
	address := server.URL
	if len(args) > 2 {
		address = strings.Replace(address, "http://", "http://"+args[2]+"@", 1)
	}
	ts.Setenv("HTTPS_PROXY", address)
}

// scriptCRLF turns the line ends of a file into CRLF.
func scriptCRLF(ts *testscript.TestScript, _ bool, args []string) {
	text := strings.ReplaceAll(ts.ReadFile(args[0]), "\n", "\r\n")
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}
