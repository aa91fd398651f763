package idp_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/idp"
)

func TestOnlyHTMLIsRead(t *testing.T) {
	const page = "<title>Grüße</title>"
	for name, c := range map[string]struct{ kind, body, title, refused string }{
		"UTF-8":                  {"text/html; charset=utf-8", page, "Grüße", ""},
		"UTF-8 with a mark":      {"text/html", "\xef\xbb\xbf" + page, "Grüße", ""},
		"Latin-1":                {"text/html; charset=iso-8859-1", "<title>Gr\xfc\xdfe</title>", "Grüße", ""},
		"Latin-1, unsaid":        {"text/html", "<title>Gr\xfc\xdfe</title>", "Grüße", ""},
		"XHTML":                  {"application/xhtml+xml", page, "Grüße", ""},
		"capitals":               {"Text/HTML;Charset=UTF-8", page, "Grüße", ""},
		"no kind":                {"", page, "Grüße", ""},
		"an empty parameter":     {"text/html; charset=", page, "Grüße", ""},
		"JSON":                   {"application/json", page, "", "it is application/json and not HTML"},
		"plain text":             {"text/plain", page, "", "it is text/plain and not HTML"},
		"a kind with an escape":  {"text/\x1b[2J", page, "", "it is text/<U+001B>[2J and not HTML"},
		"UTF-16, said":           {"text/html; charset=utf-16le", page, "", "character set"},
		"UTF-16, unsaid":         {"text/html", "\xff\xfe<\x00t\x00", "", "character set"},
		"UTF-7":                  {"text/html; charset=UTF-7", "+ADw-script+AD4-", "", "character set"},
		"deeper than 512 levels": {"text/html", strings.Repeat("<div>", 600), "", "cannot be read"},
	} {
		p, err := idp.ReadPage(at(t, "https://"+host+"/"), http.StatusOK, http.Header{"Content-Type": {c.kind}}, []byte(c.body))
		switch {
		case c.refused == "" && (err != nil || p.Title.Raw() != c.title):
			t.Errorf("%s: %v", name, err)
		case c.refused != "" && (err == nil || !strings.Contains(err.Error(), c.refused)):
			t.Errorf("%s: read with the error %v", name, err)
		}
	}
}

func TestTextIsWhatAPersonReads(t *testing.T) {
	p := readPage(t, "https://"+host+"/", `<title>T</title><style>s</style><body> One <b>two</b>
		<script>no</script><noscript>no</noscript><template>no</template><p hidden>no</p><p style="color:red; Display : None">no</p>
		<div style="visibility:hidden">no</div><div id="noScript">no</div><select><option>no</option></select><textarea>no</textarea><!-- no -->
		<p id="x"></p><p id="y">three <i hidden>folded</i></p></body>`)
	if got := p.Text(); got != "One two three" {
		t.Errorf("read %q", got)
	}
	if got := p.TextOf("#x, #y"); got != "three" {
		t.Errorf("the first element with a text has %q", got)
	}
	if got := p.WholeTextOf("#y"); got != "three folded" {
		t.Errorf("whole: %q", got)
	}
}

func TestLabelsComeFromThePage(t *testing.T) {
	p := readPage(t, "https://"+host+"/", `<form><label for="a"> The <b>code</b> </label><input id="a" name="a" placeholder="no">
		<input name="b" placeholder=" Code "><input name="c" aria-label="Code"><input name="d" title="Code"><input name="e"></form>`)
	want := []string{"The code", "Code", "Code", "Code", ""}
	for i, f := range p.Forms[0].Fields {
		if f.Label.Raw() != want[i] {
			t.Errorf("%s is labelled %q, want %q", f.Name, f.Label, want[i])
		}
	}
}
