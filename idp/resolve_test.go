package idp_test

import (
	"testing"

	"github.com/samlogin/samlogin/idp/idptest"
)

// What browsers make of an address on the page https://adfs.example.com/a/b?c=d, by the WHATWG URL standard, section
// 4.4 (basic URL parser), and the HTML standard, section 4.10.22.3 (form submission). "" where such an address is
// nowhere for samlogin, although a browser may make something of it.
//
// security case 6, 7
func TestAddressesMeanWhatTheyMeanInABrowser(t *testing.T) {
	for action, want := range map[string]string{
		"":                            "https://adfs.example.com/a/b?c=d",
		" ":                           "https://adfs.example.com/a/b?c=d",
		"x":                           "https://adfs.example.com/a/x",
		"./x":                         "https://adfs.example.com/a/x",
		"../x":                        "https://adfs.example.com/x",
		"../../../x":                  "https://adfs.example.com/x",
		"/x":                          "https://adfs.example.com/x",
		`\x`:                          "https://adfs.example.com/x",
		`..\x`:                        "https://adfs.example.com/x",
		"?x=y":                        "https://adfs.example.com/a/b?x=y",
		"?x=a b":                      "https://adfs.example.com/a/b?x=a%20b",
		`?x=\"`:                       `https://adfs.example.com/a/b?x=\%22`,
		"?x=ö":                        "https://adfs.example.com/a/b?x=%C3%B6",
		"?x=%zz":                      "https://adfs.example.com/a/b?x=%zz",
		`?x=\\evil.example.com`:       `https://adfs.example.com/a/b?x=\\evil.example.com`,
		"/x y":                        "https://adfs.example.com/x%20y",
		"/x?u=https://evil":           "https://adfs.example.com/x?u=https://evil",
		"/x?u=a:b@c":                  "https://adfs.example.com/x?u=a:b@c",
		"//other.example.com/x":       "https://other.example.com/x",
		`\\other.example.com\x`:       "https://other.example.com/x",
		`/\other.example.com`:         "https://other.example.com",
		"/\t/other.example.com/":      "https://other.example.com/",
		"\t/\n/\rother.example.com/":  "https://other.example.com/",
		"https://other.example.com":   "https://other.example.com",
		"hTTps://other.example.com/":  "https://other.example.com/",
		`https:\\other.example.com\x`: "https://other.example.com/x",
		"https://other.example.com?@adfs.example.com/": "https://other.example.com?@adfs.example.com/",
		`https://other.example.com\@adfs.example.com/`: "https://other.example.com/@adfs.example.com/",
		"https://other.example.com/@adfs.example.com/": "https://other.example.com/@adfs.example.com/",
		"http://adfs.example.com/":                     "http://adfs.example.com/",
		"https:other.example.com":                      "",
		"https:/other.example.com":                     "",
		"https:///other.example.com":                   "",
		"///other.example.com":                         "",
		`\\\other.example.com`:                         "",
		"https://a b/":                                 "",
		"/%zz":                                         "",
		"https://[::1":                                 "",
		"https://other.example.com:port/":              "",
	} {
		p := readPage(t, "https://"+host+"/a/b?c=d", login(`method="post" action='`+action+`'`))
		got := ""
		if u := p.Forms[0].Action; u != nil {
			got = u.String()
		}
		if got != want {
			t.Errorf("%q leads to %q, want %q", action, got, want)
		}
	}
}

// security case 7
func TestBaseIsFollowedAsInABrowser(t *testing.T) {
	for name, c := range map[string]struct{ head, action, want string }{
		"relative to evil":          {`<base href="https://evil.example.com/">`, "collect", "https://evil.example.com/collect"},
		"absolute path":             {`<base href="https://evil.example.com/x/">`, "/adfs/ls", "https://evil.example.com/adfs/ls"},
		"first one counts":          {`<base href="https://evil.example.com/"><base href="https://adfs.example.com/">`, "x", "https://evil.example.com/x"},
		"without href does not":     {`<base target="_blank"><base href="/z/">`, "x", "https://adfs.example.com/z/x"},
		"in the body":               {`<body><base href="//evil.example.com">`, "x", "https://evil.example.com/x"},
		"empty action: page itself": {`<base href="https://evil.example.com/">`, "", "https://adfs.example.com/a/b?c=d"},
		"blank action: base":        {`<base href="https://evil.example.com/">`, " ", "https://evil.example.com/"},
		"absolute action":           {`<base href="https://evil.example.com/">`, "https://adfs.example.com/x", "https://adfs.example.com/x"},
	} {
		p := readPage(t, "https://"+host+"/a/b?c=d", c.head+posting(c.action))
		if got := p.Forms[0].Action.String(); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	w := idptest.New(t)
	w.Site(host).On(start, idptest.HTML(`<base href="https://evil.example.com/">`+posting("collect")))
	w.Site(evil)
	_, err := run(t, w)
	unsafe(t, err)
	reached(t, w, host+":443")
}
