package saml_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/secret"
)

// security case 27
func TestLineBreaksInBase64AreLegal(t *testing.T) {
	plain := encode(good).Reveal()
	for _, lineBreak := range []string{"\n", "\r\n"} {
		var wrapped strings.Builder
		for i := 0; i < len(plain); i += 76 {
			wrapped.WriteString(plain[i:min(i+76, len(plain))] + lineBreak)
		}
		for _, in := range []string{wrapped.String(), lineBreak + plain + lineBreak} {
			r, err := saml.Parse(secret.New(in))
			if err != nil {
				t.Fatalf("line break %q: %v", lineBreak, err)
			}
			if r.Encoded.Reveal() != in {
				t.Errorf("line break %q: STS would not get what the IdP sent", lineBreak)
			}
		}
	}
}

// security case 28
func TestSloppyBase64IsRefusedWithItsPosition(t *testing.T) {
	// "<>>>" and "<???" are written with + and / in the standard alphabet.
	urlSafe := base64.URLEncoding.EncodeToString([]byte(good + "<!-- ~~>>>>???? -->"))
	if !strings.ContainsAny(urlSafe, "-_") {
		t.Fatal("the sample does not tell the alphabets apart")
	}
	padded := base64.StdEncoding.EncodeToString([]byte(good + strings.Repeat("\n", 3-len(good)%3+1)))
	if !strings.HasSuffix(padded, "==") {
		t.Fatal("the sample has no padding")
	}
	body := strings.TrimRight(padded, "=")
	for name, c := range map[string]struct {
		in string
		at int
	}{
		"a blank":                {padded[:10] + " " + padded[10:], 10},
		"a tab":                  {padded[:8] + "\t" + padded[8:], 8},
		"a blank at the end":     {padded + " ", len(padded)},
		"URL alphabet":           {urlSafe, strings.IndexAny(urlSafe, "-_")},
		"no padding":             {body, len(body)},
		"half the padding":       {body + "=", len(body) + 1},
		"data after the padding": {padded + "QUJD", len(padded)},
		"non-zero trailing bits": {body[:len(body)-1] + "R==", len(body) - 1},
		"a percent escape":       {strings.Replace(padded, "=", "%3D", 1), len(body)},
		"a character not ASCII":  {padded[:4] + "é" + padded[4:], 4},
	} {
		r, err := saml.Parse(secret.New(c.in))
		e := refused(t, r, err, "base64")
		if !e.Encoded || e.Position < c.at-2 || e.Position > c.at+2 {
			t.Errorf("%s: position %d (of the base64: %v), want about %d", name, e.Position, e.Encoded, c.at)
		}
		if !strings.Contains(fmt.Sprint(err), fmt.Sprintf("at character %d of its base64", e.Position)) {
			t.Errorf("%s: the message does not say where: %v", name, err)
		}
	}
}

// security case 29
func TestEveryTruncationIsRefused(t *testing.T) {
	for _, document := range []string{good, strings.TrimSpace(recorded(t, "adfs-2012r2.xml")), strings.TrimSpace(recorded(t, "shibboleth.xml"))} {
		mustParse(t, document)
		for n := range len(document) {
			r, err := parse(document[:n])
			refused(t, r, err, "")
		}
	}
	whole := encode(good).Reveal()
	for n := range len(whole) {
		r, err := saml.Parse(secret.New(whole[:n]))
		refused(t, r, err, "")
	}
}

// security case 29
func TestWhatIsNotXMLIsRefused(t *testing.T) {
	for name, document := range map[string]string{
		"nothing": "", "one byte": "<", "one letter": "A", "blanks": " \n ", "text": "access denied", "HTML": "<html><body><p>no</html>",
		"JSON": `{"a":1}`, "only a declaration": `<?xml version="1.0"?>`, "only a comment": "<!-- x -->", "a closed element": "</a>",
	} {
		r, err := parse(document)
		if e := refused(t, r, err, ""); strings.Contains(e.Error(), "access") {
			t.Errorf("%s: the message shows the document: %v", name, e)
		}
	}
}

func TestTheMessageSaysWhereAndWhat(t *testing.T) {
	for encoded, want := range map[string]string{
		"":                                   "the SAML response was refused for safety: it is empty",
		"P Hg=":                              "the SAML response was refused for safety: it is not strict base64, at character 1 of its base64",
		encode("<a></b>").Reveal():           "the SAML response was refused for safety: an end tag does not fit its start tag (in a), at byte 3 of its XML",
		encode("<a>\u00e4\xE4</a>").Reveal(): "the SAML response was refused for safety: it is not UTF-8, at byte 5 of its XML",
		encode("<a\u202e/>").Reveal():        "the SAML response was refused for safety: it is not well-formed XML, or it ends early, at byte 5 of its XML",
		encode("<sch\u00f6n/>").Reveal():     "the SAML response was refused for safety: it is not a SAML 2.0 response (in sch\u00f6n), at byte 0 of its XML",
	} {
		if _, err := saml.Parse(secret.New(encoded)); err == nil || err.Error() != want {
			t.Errorf("%q, want %q", err, want)
		}
	}
}

// security case 31
func TestOnlyPlainUTF8(t *testing.T) {
	var utf16le strings.Builder
	for _, u := range utf16.Encode([]rune(good)) {
		utf16le.Write([]byte{byte(u), byte(u >> 8)})
	}
	declare := func(s string) string { return s + good }
	for name, c := range map[string]struct{ document, words string }{
		"byte order mark":       {"\xEF\xBB\xBF" + good, "byte order mark"},
		"UTF-16 without a mark": {utf16le.String(), "NUL"},
		"UTF-16 with a mark":    {"\xFF\xFE" + utf16le.String(), "NUL"},
		"NUL":                   {with(t, good, "jane@example.com", "jane\x00"), "NUL"},
		"NUL by reference":      {with(t, good, "jane@example.com", "jane&#0;"), "well-formed"},
		"Latin-1 byte":          {with(t, good, "jane@example.com", "j\xE4ne"), "UTF-8"},
		"overlong":              {with(t, good, "jane@example.com", "j\xC0\xAFne"), "UTF-8"},
		"surrogate":             {with(t, good, "jane@example.com", "j\xED\xA0\x80ne"), "UTF-8"},
		"UTF-16 declared":       {declare(`<?xml version="1.0" encoding="UTF-16"?>`), ""},
		"UTF-7 declared":        {declare(`<?xml version="1.0" encoding="UTF-7"?>`), ""},
		"Latin-1 declared":      {declare(`<?xml version="1.0" encoding="ISO-8859-1"?>`), ""},
		"declared twice":        {declare(`<?xml version="1.0" encoding="UTF-8" encoding="UTF-16"?>`), "declaration"},
		"XML 1.1":               {declare(`<?xml version="1.1"?>`), ""},
		"hidden in another":     {declare(`<?xml version="1.0" xencoding="UTF-8" encoding='UTF-16'?>`), "declaration"},
		"declared later":        {declare("\n" + `<?xml version="1.0"?>`), "processing instruction"},
	} {
		r, err := parse(c.document)
		if e := refused(t, r, err, c.words); t.Failed() {
			t.Fatalf("%s: %v", name, e)
		}
	}
	for _, ok := range []string{`<?xml version="1.0"?>`, `<?xml version='1.0' encoding='utf-8' standalone='yes' ?>`, `<?xml version="1.0" encoding="UTF-8"?>` + "\n"} {
		mustParse(t, declare(ok))
	}
	if r := mustParse(t, with(t, good, "jane@example.com", "jürgen")); r.SessionName.Raw() != "jürgen" {
		t.Errorf("SessionName = %q (%s)", r.SessionName, hex.EncodeToString([]byte(r.SessionName.Raw())))
	}
}

// security case 28, 29: a document of a megabyte is the end
func TestLongDocumentsAreRefused(t *testing.T) {
	pad := func(n int) string { return good + strings.Repeat("\n", n-len(good)) }
	mustParse(t, pad(1<<20))
	r, err := parse(pad(1<<20 + 1))
	refused(t, r, err, "1 MiB")
	r, err = saml.Parse(secret.New(strings.Repeat("\n", 8<<20)))
	refused(t, r, err, "1 MiB")
}
