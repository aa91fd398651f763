package saml_test

import (
	"encoding/base64"
	"encoding/xml"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
)

// FuzzParse reads any document: it never panics, fails with its own errors only, and what it takes keeps the promises.
func FuzzParse(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("..", "testdata", "responses", "*.xml"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no recorded responses: %v", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte(good))
	f.Add([]byte(strings.Replace(good, "jane@example.com", "<!-- -->jane<![CDATA[x]]>", 1)))
	f.Add([]byte(strings.Replace(good, "<Subject>", `<Subject xmlns:a="urn:a" a:b=""/><Subject xmlns:samlp="urn:b">`, 1)))
	f.Add([]byte(`<!DOCTYPE x [<!ENTITY e "x">]>` + good))
	f.Fuzz(func(t *testing.T, document []byte) {
		given := base64.StdEncoding.EncodeToString(document)
		r, err := saml.Parse(secret.New(given))
		checkParsed(t, given, r, err)
		if err == nil {
			checkOracle(t, document)
		}
	})
}

// FuzzParseEncoded reads any text as the base64 form.
func FuzzParseEncoded(f *testing.F) {
	f.Add(encode(good).Reveal())
	f.Add("QR==")
	f.Add("\r\nPHg+\n")
	f.Fuzz(func(t *testing.T, given string) {
		r, err := saml.Parse(secret.New(given))
		checkParsed(t, given, r, err)
	})
}

func checkParsed(t *testing.T, given string, r *saml.Response, err error) {
	t.Helper()
	var format *saml.FormatError
	var status *saml.StatusError
	switch {
	case err == nil && r == nil:
		t.Fatal("neither a response nor an error")
	case err == nil:
	case r != nil:
		t.Fatal("a response and an error")
	case !errors.As(err, &format) && !errors.As(err, &status):
		t.Fatalf("an error of another kind: %v", err)
	default:
		clean(t, err.Error())
		return
	}
	if r.Encoded.Reveal() != given {
		t.Fatal("Encoded changed")
	}
	for _, role := range r.Roles {
		again, err := saml.NewRole(role.ARN, role.PrincipalARN)
		if err != nil || again != role || strings.ContainsFunc(role.ARN+role.PrincipalARN, func(c rune) bool { return c > unicode.MaxASCII || c <= ' ' }) {
			t.Fatalf("an offered role breaks the grammar: %q, %v", role, err)
		}
	}
	if d := r.SessionDuration; d != 0 && (d < 900*time.Second || d > 43200*time.Second) {
		t.Fatalf("SessionDuration = %v", d)
	}
	if (r.Destination == "") != (r.Partition == "") || r.Partition != "" && !saml.KnownPartition(r.Partition) {
		t.Fatalf("Destination %q in partition %q", r.Destination, r.Partition)
	}
	if r.Encrypted && len(r.Roles) > 0 {
		t.Fatal("roles of an encrypted assertion")
	}
	for _, line := range append(r.Concerns(time.Unix(1_800_000_000, 0), saml.Audience), r.Notices...) {
		clean(t, line)
	}
}

func clean(t *testing.T, line string) {
	t.Helper()
	if foreign.Suspicious(line) {
		t.Fatalf("a line acts on a terminal: %q", line)
	}
}

// checkOracle reads an accepted document with encoding/xml's own resolution of names: there too it has one assertion.
func checkOracle(t *testing.T, document []byte) {
	t.Helper()
	var x struct {
		XMLName   xml.Name   `xml:"urn:oasis:names:tc:SAML:2.0:protocol Response"`
		Plain     []struct{} `xml:"urn:oasis:names:tc:SAML:2.0:assertion Assertion"`
		Encrypted []struct{} `xml:"urn:oasis:names:tc:SAML:2.0:assertion EncryptedAssertion"`
	}
	if err := xml.Unmarshal(document, &x); err != nil {
		t.Fatalf("encoding/xml does not take what Parse took: %v", err)
	}
	if len(x.Plain)+len(x.Encrypted) != 1 {
		t.Fatalf("encoding/xml sees %d assertions and %d encrypted ones", len(x.Plain), len(x.Encrypted))
	}
}
