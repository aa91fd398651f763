package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/samlogin/samlogin/"

// allowed says which packages of this module each one may import. Siblings do not know each other; cmd/samlogin
// carries values between them.
var allowed = map[string][]string{
	"saml/secret":       {},
	"saml/foreign":      {},
	"saml":              {"saml/secret", "saml/foreign"},
	"idp":               {"idp/trace", "saml", "saml/secret", "saml/foreign"},
	"idp/adapter":       {"idp", "saml/foreign"},
	"idp/duo":           {"idp", "saml/foreign"},
	"idp/adfs":          {"idp", "idp/adapter", "idp/duo", "saml", "saml/secret", "saml/foreign"},
	"idp/form":          {"idp", "saml", "saml/foreign"},
	"idp/probe":         {"idp", "idp/adfs", "idp/form", "saml", "saml/foreign"},
	"idp/browser":       {"idp", "saml", "saml/secret", "saml/foreign"},
	"idp/trace":         {"saml/foreign"},
	"idp/demo":          {"saml/secret", "saml/foreign"},
	"idp/idptest":       {"idp", "saml/secret"}, // imported by tests only
	"idp/negotiate":     {"idp", "saml/secret", "saml/foreign"},
	"idp/program":       {"saml/secret", "saml/foreign"},
	"idp/totp":          {"saml/secret"},
	"idp/keychain":      {"idp/program", "saml/secret", "saml/foreign"},
	"sts":               {"saml", "saml/secret", "saml/foreign"},
	"sts/container":     {"sts", "saml/secret"},
	"sts/console":       {"sts", "saml/secret", "saml/foreign"},
	"sts/signin":        {"saml", "saml/secret", "saml/foreign"},
	"sts/demo":          {"saml/secret", "saml/foreign"},
	"profiles":          {"saml/secret", "saml/foreign"},
	"profiles/clash":    {"profiles", "saml/foreign"},
	"profiles/settings": {"profiles", "saml/foreign", "saml/secret"},
	"profiles/imports":  {"profiles/settings", "saml/foreign"},
	"profiles/state":    {"saml/secret"},
	"cmd/samlogin":      nil, // everything

	"cmd/samlogin/fault":    {},
	"cmd/samlogin/manual":   {},
	"cmd/samlogin/network":  {"cmd/samlogin/fault", "cmd/samlogin/system", "idp", "saml/foreign"},
	"cmd/samlogin/system":   {},
	"cmd/samlogin/terminal": {"saml/foreign"},
	"cmd/samlogin/picker":   {"cmd/samlogin/terminal", "saml", "saml/foreign"},
}

// walled are modules that only some packages may import, so that replacing one touches them alone.
var walled = map[string][]string{
	"github.com/crewjam/saml":                  {"saml", "idp/demo"},
	"github.com/aws/aws-sdk-go-v2/service/sts": {"sts"},
	"github.com/AlecAivazis/survey/v2":         {"cmd/samlogin/picker"},
	"github.com/spf13/cobra":                   {"cmd/samlogin", "cmd/samlogin/manual"},
	"github.com/PuerkitoBio/goquery":           {"idp", "idp/adapter", "idp/adfs", "idp/duo", "idp/form", "sts/signin"},
	"github.com/russellhaering/goxmldsig":      {"idp/demo", "sts/demo"},
	"github.com/pelletier/go-toml/v2":          {"profiles/settings", "idp/adapter"},
	"github.com/gofrs/flock":                   {"profiles", "profiles/state", "idp/keychain"},
	"github.com/zalando/go-keyring":            {"idp/keychain"},
	"filippo.io/age":                           {"idp/keychain"},
	"github.com/aws/aws-sdk-go-v2/config":      {},
	"github.com/chromedp/chromedp":             {"idp/browser"},
	"github.com/chromedp/cdproto":              {"idp/browser"},
	"github.com/jcmturner/gokrb5/v8":           {"idp/negotiate"},
	"github.com/Azure/go-ntlmssp":              {"idp/negotiate"},
	"github.com/alexbrainman/sspi":             {"idp/negotiate"},
	"software.sslmate.com/src/go-pkcs12":       {"cmd/samlogin"},
	"testing":                                  {"idp/idptest"},
}

func TestDependenciesPointOneWay(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", "{{.ImportPath}}: {{join .Imports \" \"}}", module+"...").CombinedOutput()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, out)
	}
	seen := 0
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		name, imports, _ := strings.Cut(strings.TrimPrefix(line, module), ": ")
		may, known := allowed[name]
		if !known {
			t.Errorf("%s is on no list: say here what it may import", name)
			continue
		}
		seen++
		for _, path := range strings.Fields(imports) {
			if own, ours := strings.CutPrefix(path, module); ours && may != nil && !slices.Contains(may, own) {
				t.Errorf("%s imports %s", name, own)
			}
			for wall, inside := range walled {
				if (path == wall || strings.HasPrefix(path, wall+"/")) && !slices.Contains(inside, name) {
					t.Errorf("%s imports %s, which stays inside %v", name, path, inside)
				}
			}
		}
	}
	if seen < len(allowed) {
		t.Errorf("only %d of %d packages were looked at", seen, len(allowed))
	}
}
