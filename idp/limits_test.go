package idp_test

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/idptest"
)

// notUnderstood wants a *idp.PageError that tells why.
func notUnderstood(t testing.TB, err error, why string) *idp.PageError {
	t.Helper()
	var e *idp.PageError
	if !errors.As(err, &e) || !strings.Contains(e.Why, why) {
		t.Fatalf("%v, want a page that is not understood: %s", err, why)
	}
	return e
}

const mebibyte = 1 << 20

// endless is a body without an end; sent counts the bytes that somebody took.
func endless(part string, sent *int) idptest.Answer {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		block := []byte(strings.Repeat(part, 64<<10/len(part)))
		for *sent < 1<<30 { // a client that reads it all shows by this
			n, err := w.Write(block)
			*sent += n
			if err != nil {
				return
			}
		}
	}
}

// security case 15
func TestAnEndlessPageIsCutOff(t *testing.T) {
	w := idptest.New(t)
	done, sent := make(chan struct{}), 0
	answer := endless("<p>x</p>", &sent)
	w.Site(host).On(start, func(w http.ResponseWriter, r *http.Request) { defer close(done); answer(w, r) })
	_, err := run(t, w)
	notUnderstood(t, err, "larger than 4 MiB")
	w.Transport.CloseIdleConnections()
	<-done
	if sent > 64*mebibyte {
		t.Errorf("%d bytes were taken", sent)
	}
}

// security case 15
func TestAPageBeyondItsLimitsIsNotGuessedAt(t *testing.T) {
	for name, c := range map[string]struct{ page, why string }{
		"4 MiB and a byte":   {strings.Repeat("x", 4*mebibyte+1), "larger than 4 MiB"},
		"2001 fields":        {posting("/post") + strings.Repeat("<input>", 1998), "more than 2000 fields"},
		"a million fields":   {strings.Repeat("<input>", 500_000), "more than 2000 fields"},
		"101 forms":          {strings.Repeat("<form></form>", 101), "more than 100 forms"},
		"no HTML":            {"\x00\x00", "character set"},
		"nothing understood": {strings.Repeat("x", 4*mebibyte), "a page that is not known"},
	} {
		t.Run(name, func(t *testing.T) {
			w := idptest.New(t)
			w.Site(host).On(start, idptest.HTML(c.page))
			_, err := run(t, w)
			notUnderstood(t, err, c.why)
			if n := len(err.Error()); n > 1000 {
				t.Errorf("the error is %d bytes long", n)
			}
		})
	}
	w := idptest.New(t)
	w.Site(host).On(start, idptest.HTML(posting("/post")+strings.Repeat("<input>", 1997))).On("POST /post", response(t))
	if _, err := run(t, w); err != nil {
		t.Errorf("2000 fields: %v", err)
	}
}

// security case 16
func TestCompressionDoesNotGetRoundTheLimit(t *testing.T) {
	bomb := compress(t, strings.NewReader(strings.Repeat("<p>x</p>", 32*mebibyte/8)))
	if len(bomb) > mebibyte {
		t.Fatalf("the bomb is %d bytes on the wire", len(bomb))
	}
	var deflated bytes.Buffer
	f, _ := flate.NewWriter(&deflated, flate.BestSpeed)
	_, _ = f.Write([]byte(posting("/post")))
	_ = f.Close()
	for name, c := range map[string]struct {
		coding, why string
		body        []byte
	}{
		"bomb":               {"gzip", "larger than 4 MiB", bomb},
		"bomb in a bomb":     {"gzip, gzip", "compressed in a way that was not asked for", compress(t, bytes.NewReader(bomb))},
		"deflate":            {"deflate", "compressed in a way that was not asked for", deflated.Bytes()},
		"one nobody knows":   {"\"x\u009b\"", "compressed in a way that was not asked for", []byte(posting("/post"))},
		"compressed in fact": {"", "character set", compress(t, strings.NewReader(posting("/post")))},
	} {
		t.Run(name, func(t *testing.T) {
			w := idptest.New(t)
			w.Site(host).On(start, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/html")
				if c.coding != "" {
					w.Header().Set("Content-Encoding", c.coding)
				}
				_, _ = w.Write(c.body)
			})
			_, err := run(t, w)
			notUnderstood(t, err, c.why)
		})
	}
}

func compress(t testing.TB, r io.Reader) []byte {
	t.Helper()
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if _, err := io.Copy(z, r); err != nil {
		t.Fatal(err)
	}
	_ = z.Close()
	return b.Bytes()
}

// Shapes that cost a parser the square of their size, which is 16 trillion steps here: a test that hangs has failed.
// The list follows the advisories of golang.org/x/net/html (GO-2021-0238, GO-2022-0193, GO-2024-3333, GO-2025-3595).
//
// security case 18
func TestCostlyPagesEnd(t *testing.T) {
	big := func(s string) string { return strings.Repeat(s, 4*mebibyte/len(s)-1) }
	for name, page := range map[string]string{
		"nested":              big("<b>"),
		"nested tables":       big("<table>"),
		"nested templates":    big("<template>"),
		"nested selects":      big("<select>"),
		"nested foreign":      big("<svg>"),
		"foreign, unclosed":   big("<math><mi>"),
		"attributes":          "<form" + attributes(200_000) + ">",
		"attributes of body":  strings.Repeat("<body"+attributes(2_000)+">", 50),
		"formatting elements": big("<a><i><p>"),
		"open comments":       big("<!--"),
		"open tags":           big("<a "),
		"entities":            big("&amp;"),
		"labels":              big("<label for=x>y</label>"),
		"options":             "<form method=post>" + strings.Repeat("<select name=a>"+strings.Repeat("<option>", 100)+"</select>", 1000) + "</form>",
		"doctype":             "<!DOCTYPE" + big(" x"),
		"raw text":            "<textarea>" + big("</textare"),
	} {
		t.Run(name, func(t *testing.T) {
			p, err := idp.ReadPage(at(t, "https://"+host+"/"), 200, http.Header{}, []byte(page))
			if err == nil {
				_ = p.NotUnderstood("").Error()
			}
		})
	}
}

func attributes(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, " a%d", i)
	}
	return b.String()
}

// security case 13
func TestPagesThatGoRoundEnd(t *testing.T) {
	self := func(action string) string {
		return `<title>Working...</title><form method="post" action="` + action + `"><input type="hidden" name="Context" value="%d"></form><script>document.forms[0].submit()</script>`
	}
	n := 0
	fresh := func(page string) idptest.Answer { // what changes with every answer does not hide the circle
		return func(w http.ResponseWriter, r *http.Request) {
			n++
			idptest.HTML(strings.ReplaceAll(page, "%d", fmt.Sprint(n)))(w, r)
		}
	}
	for name, c := range map[string]struct {
		page, why string
		requests  int
	}{
		"posting itself":              {self("/loop"), "circle", 3},
		"posting itself, new query":   {self("/loop?r=%d"), "circle", 3},
		"meta refresh":                {`<meta http-equiv="refresh" content="0;url=/loop?r=%d">`, "circle", 3},
		"a new title and name always": {`<title>%d</title>` + strings.Replace(self("/loop"), "Context", "c%d", 1), "did not end within 30 pages", 30},
	} {
		t.Run(name, func(t *testing.T) {
			w := idptest.New(t)
			s := w.Site(host).On(start, idptest.Redirect(302, "/loop")).On("GET /loop", fresh(c.page)).On("POST /loop", fresh(c.page))
			_, err := run(t, w)
			notUnderstood(t, err, c.why)
			if got := len(s.Requests()) - 1; got != c.requests {
				t.Errorf("%d pages, want %d", got, c.requests)
			}
		})
	}
}

// security case 14
func TestRefreshStaysWithinTheOriginAndItsTime(t *testing.T) {
	var waited []time.Duration
	wait := func(_ context.Context, d time.Duration) error { waited = append(waited, d); return nil }
	for name, c := range map[string]struct {
		content string
		wait    time.Duration
	}{
		"at once":             {"0; url=/end", 0},
		"after a while":       {"3;URL='/end'", 3 * time.Second},
		"long":                {"999999; url=/end", 10 * time.Second},
		"relative, no blanks": {"1;url=end", time.Second},
		"fractions, a comma":  {" 2.5 , url = \"https://ADFS.example.com:443/end\"", 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			waited = nil
			w := idptest.New(t)
			w.Site(host).On(start, idptest.HTML(`<meta http-equiv="Refresh" content="`+strings.ReplaceAll(c.content, `"`, "&quot;")+`">`)).On("GET /end", response(t))
			conf := config(t, w)
			conf.After = wait
			if _, err := idp.NewWalk(conf).Run(t.Context(), at(t, "https://"+host+startURL), stored()); err != nil {
				t.Fatal(err)
			}
			if len(waited) != 1 || waited[0] != c.wait {
				t.Errorf("waited %v, want %s", waited, c.wait)
			}
		})
	}
	for _, to := range []string{"https://evil.example.com/", "//evil.example.com/", "http://adfs.example.com/", "javascript:alert(1)", "data:text/html,x", "https://adfs.example.com:8443/"} {
		t.Run(to, func(t *testing.T) {
			w := idptest.New(t)
			w.Site(host).On(start, idptest.HTML(`<meta http-equiv="refresh" content="0;url=`+to+`">`))
			_, err := run(t, w)
			unsafe(t, err)
			reached(t, w, host+":443")
		})
	}
	t.Run("script", func(t *testing.T) { // scripts are not run
		w := idptest.New(t)
		w.Site(host).On(start, idptest.HTML(`<script>window.location.href = "https://evil.example.com/";</script>`))
		_, err := run(t, w)
		notUnderstood(t, err, "not known")
		reached(t, w, host+":443")
	})
}

func TestTheEndOfTheContextEndsTheWalk(t *testing.T) {
	gone := errors.New("the person has gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	w := idptest.New(t)
	w.Site(host).On(start, func(w http.ResponseWriter, r *http.Request) {
		cancel(gone)
		<-r.Context().Done()
	})
	if _, err := idp.NewWalk(config(t, w)).Run(ctx, at(t, "https://"+host+startURL), stored()); !errors.Is(err, gone) {
		t.Errorf("ended with %v", err)
	}
}
