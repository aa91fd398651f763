package saml_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// security case 30
func TestDocumentTypesAreRefused(t *testing.T) {
	var asked atomic.Int32
	canary := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) }))
	defer canary.Close()
	laughs := `<!DOCTYPE x [<!ENTITY a "ha">`
	for c := 'b'; c < 'n'; c++ {
		laughs += fmt.Sprintf(`<!ENTITY %c "%s">`, c, strings.Repeat(fmt.Sprintf("&%c;", c-1), 10))
	}
	for name, prolog := range map[string]string{
		"a bare one": `<!DOCTYPE x>`, "internal entity": `<!DOCTYPE x [<!ENTITY e "` + readerValue + `">]>`, "billion laughs": laughs + `]>`,
		"external entity": `<!DOCTYPE x [<!ENTITY e SYSTEM "` + canary.URL + `/e">]>`, "external file": `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>`,
		"external subset": `<!DOCTYPE x SYSTEM "` + canary.URL + `/dtd">`, "parameter entity": `<!DOCTYPE x [<!ENTITY % p SYSTEM "` + canary.URL + `/p"> %p;]>`,
		"after a declaration": `<?xml version="1.0"?>` + "\n" + `<!DOCTYPE x>`, "only an entity": `<!ENTITY e "x">`,
	} {
		for _, document := range []string{prolog + good, prolog + with(t, good, "jane@example.com", "&e;")} {
			r, err := parse(document)
			if e := refused(t, r, err, "document type"); t.Failed() {
				t.Fatalf("%s: %v", name, e)
			}
		}
	}
	r, err := parse(with(t, good, "jane@example.com", "&e;"))
	refused(t, r, err, "well-formed")
	r, err = parse(with(t, good, "<Subject>", "<!DOCTYPE x><Subject>"))
	refused(t, r, err, "document type")
	if n := asked.Load(); n != 0 {
		t.Errorf("%d requests were made to the address in a document", n)
	}
	if r := mustParse(t, with(t, good, "jane@example.com", "j&amp;&#97;&lt;")); r.SessionName.Raw() != "j&a<" {
		t.Errorf("the five entities of XML itself read as %q", r.SessionName)
	}
}

// security case 32
func TestLimits(t *testing.T) {
	nested := func(n int) string {
		return with(t, good, "<Subject>", strings.Repeat("<x>", n)+strings.Repeat("</x>", n)+"<Subject>")
	}
	attributes := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, ` a%d=""`, i)
		}
		return with(t, good, "<Subject>", "<Subject"+b.String()+">")
	}
	value := func(n int) string { return with(t, good, "jane@example.com", strings.Repeat("j", n)) }
	attribute := func(n int) string {
		return with(t, good, "<Subject>", `<Subject a="`+strings.Repeat("a", n)+`">`)
	}
	pieces := func(n int) string { return with(t, good, "<Subject>", strings.Repeat("a<!---->", n)+"<Subject>") }
	for name, c := range map[string]struct {
		most, more string
		words      string
	}{
		"depth":               {nested(62), nested(63), "64 deep"}, // two are around it
		"depth of 10,000":     {nested(1), nested(10_000), "64 deep"},
		"attributes":          {attributes(256), attributes(257), "256 attributes"},
		"many attributes":     {attributes(1), attributes(100_000), "256 attributes"},
		"text":                {value(64 << 10), value(64<<10 + 1), "text is longer than 64 KiB"},
		"text in pieces":      {pieces(64 << 10), pieces(64<<10 + 1), "text is longer than 64 KiB"},
		"attribute's value":   {attribute(64 << 10), attribute(64<<10 + 1), "attribute is longer than 64 KiB"},
		"half a MiB of value": {attribute(1), attribute(512 << 10), "attribute is longer than 64 KiB"},
	} {
		if _, err := parse(c.most); err != nil {
			t.Errorf("%s: what the limit allows is refused: %v", name, err)
		}
		r, err := parse(c.more)
		if e := refused(t, r, err, c.words); t.Failed() {
			t.Fatalf("%s: %v", name, e)
		}
	}
	million := "<a" + strings.Repeat(` b=""`, 1_000_000) + "/>"
	r, err := parse(million)
	refused(t, r, err, "1 MiB")
	if long := with(t, recorded(t, "encrypted.xml"), "<xenc:CipherValue>", "<xenc:CipherValue>"+strings.Repeat("QUJD", 32<<10)); mustParse(t, long).Encrypted != true {
		t.Error("an encrypted assertion may not be as long as one in the clear")
	}
}

// security case 35
func TestOneRootAndNothingBesides(t *testing.T) {
	for name, c := range map[string]struct{ document, words string }{
		"a second root":           {good + "<x/>", "second root"},
		"a second response":       {good + good, "second root"},
		"a root before":           {"<x/>" + good, "second root"},
		"text behind":             {good + "x", "text outside"},
		"text before":             {"x" + good, "text outside"},
		"CDATA behind":            {good + "<![CDATA[ ]]>", "text outside"},
		"a blank by reference":    {good + "&#32;", "text outside"},
		"a no-break space behind": {good + "\u00A0", "text outside"},
		"an end tag behind":       {good + "</samlp:Response>", "end tag"},
		"crossed tags":            {with(t, good, "jane</NameID>", "jane</Subject>"), "end tag"},
		"another prefix at end":   {strings.TrimSuffix(good, "</samlp:Response>") + "</Response>", "end tag"},
	} {
		r, err := parse(c.document)
		if e := refused(t, r, err, c.words); t.Failed() {
			t.Fatalf("%s: %v", name, e)
		}
	}
	mustParse(t, "\n"+good+"\r\n\t <!-- sent by idp.example.com -->\n")
}

// security case 36
func TestAttributesCountByNamespaceAndName(t *testing.T) {
	const evil = ` xmlns:e="urn:example:other" xmlns:f="urn:example:other"`
	for name, c := range map[string]struct{ document, words string }{
		"twice":                  {with(t, good, ` ID="_r1"`, ` ID="_r1" ID="_r2"`), "same attribute twice"},
		"twice by two prefixes":  {with(t, good, ` ID="_r1"`, evil+` e:ID="1" f:ID="2"`), "same attribute twice"},
		"prefix declared twice":  {with(t, good, ` ID="_r1"`, ` xmlns:e="urn:a" xmlns:e="urn:a"`), "declared twice"},
		"default declared twice": {with(t, good, `<Assertion `, `<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion" `), "declared twice"},
	} {
		r, err := parse(c.document)
		if e := refused(t, r, err, c.words); t.Failed() {
			t.Fatalf("%s: %v", name, e)
		}
	}
	foreign := with(t, good, ` Destination="https://signin.aws.amazon.com/saml"`, evil+` e:Destination="https://evil.test/saml"`)
	foreign = with(t, foreign, `Name="https://aws.amazon.com/SAML/Attributes/RoleSessionName"`, `Name="other" xmlns:e="urn:example:other" e:Name="https://aws.amazon.com/SAML/Attributes/RoleSessionName"`)
	foreign = with(t, foreign, ` NotBefore="2026-11-21T08:00:00Z"`, ` xmlns:e="urn:example:other" e:NotBefore="2030-01-01T00:00:00Z"`)
	r := mustParse(t, foreign)
	if r.Destination != "https://signin.aws.amazon.com/saml" || r.SessionName != "" || !r.NotBefore.IsZero() {
		t.Errorf("attributes of a foreign namespace count: %q, %q, %v", r.Destination, r.SessionName, r.NotBefore)
	}
	both := with(t, good, ` Destination=`, evil+` e:Destination="https://evil.test/" Destination=`)
	if r := mustParse(t, both); r.Destination != "https://signin.aws.amazon.com/saml" {
		t.Errorf("Destination = %q", r.Destination)
	}
}

// security case 37
func TestNamespacesAreResolvedStrictly(t *testing.T) {
	for name, c := range map[string]struct{ document, words string }{
		"unbound prefix":                 {with(t, good, "<Subject>", "<e:x/><Subject>"), "not bound"},
		"unbound attribute prefix":       {with(t, good, "<Subject>", `<Subject e:x="">`), "not bound"},
		"prefix out of scope":            {with(t, good, "<Subject>", `<e:x xmlns:e="urn:x"/><e:y/><Subject>`), "not bound"},
		"prefix bound again":             {with(t, good, "<Assertion ", `<Assertion xmlns:samlp="urn:example:other" `), "bound again"},
		"bound again deep":               {with(t, good, "<Subject>", `<x xmlns:samlp="urn:example:other"/><Subject>`), "bound again"},
		"prefix to nothing":              {with(t, good, "<Subject>", `<Subject xmlns:e="">`), "no namespace"},
		"default taken away":             {with(t, good, "<AttributeStatement>", `<AttributeStatement xmlns="">`), "taken away"},
		"two colons":                     {with(t, good, "<Subject>", "<samlp:a:b/><Subject>"), "well-formed"},
		"attribute, two colons":          {with(t, good, "<Subject>", `<Subject samlp:a:b="">`), "well-formed"},
		"colon first":                    {with(t, good, "<Subject>", "<:x/><Subject>"), "colon"},
		"colon last":                     {with(t, good, "<Subject>", "<x:/><Subject>"), "colon"},
		"attribute, colon first":         {with(t, good, "<Subject>", `<Subject :x="">`), "colon"},
		"xmlns and a colon":              {with(t, good, "<Subject>", `<Subject xmlns:="urn:x">`), "colon"},
		"xml bound elsewhere":            {with(t, good, "<Subject>", `<Subject xmlns:xml="urn:x">`), "reserved"},
		"xmlns bound":                    {with(t, good, "<Subject>", `<Subject xmlns:xmlns="urn:x">`), "reserved"},
		"another name for xml":           {with(t, good, "<Subject>", `<Subject xmlns:e="http://www.w3.org/XML/1998/namespace">`), "reserved"},
		"default is xmlns":               {with(t, good, "<Subject>", `<Subject xmlns="http://www.w3.org/2000/xmlns/">`), "reserved"},
		"element named xmlns":            {with(t, good, "<Subject>", "<xmlns:x/><Subject>"), "not bound"},
		"SAML 1.1":                       {strings.ReplaceAll(good, "SAML:2.0:protocol", "SAML:1.0:protocol"), "not a SAML 2.0 response"},
		"no namespace":                   {"<Response/>", "not a SAML 2.0 response"},
		"another root":                   {strings.ReplaceAll(good, "samlp:Response", "samlp:LogoutResponse"), "not a SAML 2.0 response"},
		"assertion of another namespace": {with(t, good, `<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion"`, `<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion "`), "no assertion"},
		"assertion of none":              {with(t, good, `<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion"`, `<Assertion`), "no assertion"},
	} {
		r, err := parse(c.document)
		if e := refused(t, r, err, c.words); t.Failed() {
			t.Fatalf("%s: %v", name, e)
		}
	}
	for name, document := range map[string]string{
		"declared again, the same":    with(t, good, "<Assertion ", `<Assertion xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" `),
		"the default changes":         with(t, good, "<Subject>", `<Other xmlns="urn:example:other"><y/></Other><Subject>`),
		"no default to take away":     with(t, good, ` ID="_r1"`, ` ID="_r1" xmlns=""`),
		"siblings, each its own":      with(t, good, "<Subject>", `<e:x xmlns:e="urn:a"/><e:x xmlns:e="urn:b"/><Subject>`),
		"xml declared as it is":       with(t, good, "<Subject>", `<Subject xmlns:xml="http://www.w3.org/XML/1998/namespace" xml:lang="en">`),
		"other prefixes for the same": strings.NewReplacer("samlp:", "x:", ":samlp=", ":x=").Replace(good),
	} {
		if r := mustParse(t, document); len(r.Roles) != 1 {
			t.Errorf("%s: %d roles, want 1", name, len(r.Roles))
		}
	}
}

// security case 38
func TestValuesHoldNothingButText(t *testing.T) {
	values := map[string]string{
		"role": "role/Reader,", "session name": "jane@example.com<", "duration": "28800<", "audience": "urn:amazon:webservices<",
		"issuer": "https://idp.example.com/</Issuer><ds", "name": ">jane<",
	}
	for value, place := range values {
		for name, c := range map[string]struct{ inserted, words string }{
			"comment": {"<!---->", "a comment"}, "CDATA": {"<![CDATA[x]]>", "CDATA"}, "empty CDATA": {"<![CDATA[]]>", "CDATA"},
			"instruction": {"<?x y?>", "processing instruction"}, "element": {"<b>x</b>", "an element"}, "empty element": {"<b/>", "an element"},
		} {
			for _, at := range []int{1, len(place) / 2} {
				r, err := parse(with(t, good, place, place[:at]+c.inserted+place[at:]))
				if e := refused(t, r, err, c.words); t.Failed() {
					t.Fatalf("%s in %s at %d: %v", name, value, at, e)
				}
			}
		}
	}
	r, err := parse(with(t, recorded(t, "status-only.xml"), "</samlp:Status>", "<samlp:StatusMessage>no<!-- -->pe</samlp:StatusMessage></samlp:Status>"))
	refused(t, r, err, "a comment")
	// Between elements, comments change nothing that is read.
	mustParse(t, with(t, good, "<Subject>", "<!-- who --><Subject>"))
	// What nobody reads may hold what it likes.
	mustParse(t, with(t, good, "<AttributeStatement>", `<AttributeStatement><Attribute Name="photo"><AttributeValue><b><![CDATA[x]]></b><!-- --></AttributeValue></Attribute>`))
}
