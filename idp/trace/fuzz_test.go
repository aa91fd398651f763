package trace_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/samlogin/samlogin/idp/trace"
)

// pages calls f with every page of testdata.
func pages(t testing.TB, f func(name, page string)) {
	t.Helper()
	found := 0
	err := filepath.WalkDir("../../testdata/pages", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".html" {
			return err
		}
		text, err := os.ReadFile(path)
		found++
		f(path, string(text))
		return err
	})
	if err != nil || found == 0 {
		t.Fatalf("%d pages: %v", found, err)
	}
}

var (
	placeholder = regexp.MustCompile(`^\[\d+(#\d+)?\]$`)
	keptName    = regexp.MustCompile(`^(id|name|class|for|role|form|headers|type|method|formmethod|http-equiv|charset|lang|dir|autocomplete|inputmode|enctype|target|rel|maxlength|minlength|size|hidden|checked|selected|disabled|readonly|required|multiple|novalidate|autofocus|style|placeholder|aria-label|title|alt|label|value|href|action|src|formaction|content|data-(host|sig-request|post-action|post-argument|xsrf)|on[a-z]+)$`)
	stubs       = regexp.MustCompile(`^((document\.forms\[0\]\.submit|SelectOption|HRD\.selection|Login\.submitLoginRequest|Duo\.init|getToContent|location\.reload|setTimeout)\(\);|\$Config=0;| )*$`)
)

// check says what is wrong with a page that was cleaned.
func check(page string) (wrong string) {
	root, err := html.ParseWithOptions(strings.NewReader(page), html.ParseOptionEnableScripting(false))
	if err != nil {
		return "it does not parse"
	}
	for n := range root.Descendants() {
		switch n.Type {
		case html.CommentNode:
			return "a comment is left"
		case html.TextNode:
			if n.Parent.Data == "script" && !stubs.MatchString(n.Data) {
				return "a script is left: " + n.Data
			}
			if n.Parent.Data == "textarea" && !placeholder.MatchString(n.Data) {
				return "a text area is left: " + n.Data
			}
			if strings.ContainsAny(withoutErrorCodes(n.Data), "23456789") {
				return "a number is left: " + n.Data
			}
		case html.ElementNode:
			name, kind := attr(n, "name"), strings.ToLower(strings.TrimSpace(attr(n, "type")))
			for _, a := range n.Attr {
				if !keptName.MatchString(a.Key) {
					return "an attribute is left: " + a.Key
				}
			}
			value := attr(n, "value")
			free := kind == "submit" || kind == "button" || kind == "reset" || kind == "radio" || kind == "checkbox"
			if n.Data == "input" && value != "" && !free && !placeholder.MatchString(value) && (kind == "password" || !trace.IsProtocolWord(name)) {
				return "a value is left: " + value
			}
		}
	}
	return ""
}

// withoutErrorCodes takes out what may hold digits: error codes, placeholders, addresses.
func withoutErrorCodes(s string) string {
	return regexp.MustCompile(`\b(MSIS|AADSTS)\d{4,8}|\[\d+(#\d+)?\]|https?:\S*`).ReplaceAllString(s, "")
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// Whatever a page is: what was typed is not in what is kept of it, nor is any value, script, comment or attribute off
// the lists; cleaning it again changes nothing.
func FuzzPage(f *testing.F) {
	pages(f, func(_, page string) {
		f.Add(page)
		f.Add(strings.ReplaceAll(page, `value="`, `value="`+password))
	})
	f.Add(`<p>` + password + `<!--` + password + `--><script>"` + password + `"</script><a href="/` + password + `?` + password + `=` + password + `" ` + password + `>`)
	f.Add(`<noscript>&lt;b&gt;&amp;</noscript><textarea>` + password + `</textarea><` + password + `><template><form action="//` + password + `.example.com"></template>`)
	f.Add(`<p>` + password[:10] + `<p>` + password[10:] + `<p id="mfaGreeting">` + password) // in pieces: no word is kept
	f.Add(`<table><a><form><tr><td><input value=1><a>x</table><select><option value="a@b">1<input>`)
	f.Fuzz(func(t *testing.T, page string) {
		root, err := html.ParseWithOptions(strings.NewReader(page), html.ParseOptionEnableScripting(false))
		if err != nil {
			return
		}
		clean := knowing().Page(root)
		text := clean.String()
		if strings.Contains(text, password) {
			t.Errorf("%q holds what was typed", text)
		}
		if wrong := check(raw(t, clean)); wrong != "" && !clean.IsZero() {
			t.Errorf("%s\n%q", wrong, text)
		}
		if clean.IsZero() {
			return
		}
		if again := knowing().Page(parse(t, raw(t, clean))); again != clean {
			t.Errorf("cleaned again it is another:\n%q\n%q", text, again)
		}
	})
}

// raw is a page as it is written into a record.
func raw(t testing.TB, c trace.Clean) string {
	t.Helper()
	text, err := c.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// No page of testdata is so odd that it is not kept.
func TestEveryPageIsKept(t *testing.T) {
	pages(t, func(name, page string) {
		clean := knowing().Page(parse(t, page))
		if wrong := check(raw(t, clean)); clean.IsZero() || wrong != "" {
			t.Errorf("%s: %s", name, wrong)
		}
	})
}

func FuzzWords(f *testing.F) {
	for _, s := range []string{password, "jane", `CORP\jane`, "a@b.c", "[12#3]", "https://a:b@c/d?e=f#g", "MSIS7007", "0f8fad5b-d9cb-469f-a165-70867728950e", "dGhpcyBpcyBub3Q7", "١٢٣", "İjane"} {
		f.Add(s)
		f.Add("x " + s + password + s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, clean := range map[string]func(string) trace.Clean{"words": knowing().Words, "name": knowing().Name} {
			once := clean(s)
			if strings.Contains(once.String(), password) {
				t.Errorf("%s: %q holds what was typed", name, once)
			}
		}
	})
}
