package idp

import (
	"bytes"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"

	"github.com/samlogin/samlogin/saml/foreign"
)

// Limits of one page (security case 15). A page beyond them is not understood; it is not cut and guessed at.
const (
	maxPageBytes = 4 << 20 // decoded
	maxFields    = 2000    // of all forms together
	maxForms     = 100

	maxFormsShown = 10 // in an error text
)

// A Page is one answer of the IdP, read once: recognisers look at it and never fetch anything themselves.
type Page struct {
	URL     *url.URL // where it was in the end found, after redirects
	Origin  Origin
	Status  int
	Bytes   int      // of its body, decompressed
	Mark    string   // a Driver's own, by which it knows its document again
	Asks    []string // WWW-Authenticate schemes of a 401, as sent ("Negotiate", "NTLM")
	Title   foreign.Text
	Forms   []*Form
	Orphans []Field           // named fields outside every form element
	Refresh *Refresh          // <meta http-equiv=refresh>, nil where there is none
	Doc     *goquery.Document // the whole page, for marks and texts
}

// Refresh is a page's wish to be left for another after a while.
type Refresh struct {
	After time.Duration
	URL   *url.URL
}

// errUnread says why a body cannot be read into a Page; the walk turns it into a *PageError.
var errUnread = errors.New("idp: not a page")

// ReadPage reads a body into a Page. The errors wrap errUnread and say why in plain words: not HTML, in a character
// set that is not read, too deeply nested, too many fields.
func ReadPage(u *url.URL, status int, header http.Header, body []byte) (*Page, error) {
	origin, err := OriginOf(u)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", errUnread, err)
	}
	p := &Page{URL: u, Origin: origin, Status: status}
	if status == http.StatusUnauthorized {
		p.Asks = asked(header.Values("WWW-Authenticate"))
	}
	text, err := decode(header.Get("Content-Type"), body)
	if err != nil && slices.ContainsFunc(p.Asks, windowsScheme) {
		text, err = nil, nil // it is the header that asks; Windows answers with whatever text it likes
	}
	if err != nil {
		return nil, err
	}
	// Without scripting, what stands in <noscript> is read as the elements it is meant to be: the submit button of
	// a page that posts itself on stands there.
	root, err := html.ParseWithOptions(bytes.NewReader(text), html.ParseOptionEnableScripting(false))
	if err != nil {
		return nil, fmt.Errorf("%w: its HTML cannot be read", errUnread)
	}
	p.Bytes, p.Doc = len(body), goquery.NewDocumentFromNode(root)
	p.Title = foreign.Line(p.Doc.Find("title").First().Text())
	base := p.base()
	if err := p.readForms(base); err != nil {
		return nil, err
	}
	p.Refresh = p.readRefresh(base)
	return p, nil
}

// decode gives the page in UTF-8. Field names and the base64 of a response are ASCII, so it is enough to read the
// sets that hold ASCII as it is; UTF-16 and the like are refused.
func decode(contentType string, body []byte) ([]byte, error) {
	kind, params, err := mime.ParseMediaType(contentType)
	if errors.Is(err, mime.ErrInvalidMediaParameter) {
		err = nil // "text/html; charset=" is common, and its kind is plain
	}
	if contentType != "" && (err != nil || (kind != "text/html" && kind != "application/xhtml+xml")) {
		return nil, fmt.Errorf("%w: it is %s and not HTML", errUnread, foreign.Text(contentType))
	}
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	switch charset := strings.ToLower(params["charset"]); {
	case strings.HasPrefix(charset, "utf-16"), strings.HasPrefix(charset, "utf-32"), charset == "utf-7", bytes.IndexByte(body, 0) >= 0:
		return nil, fmt.Errorf("%w: it is in a character set that is not read", errUnread)
	case utf8.Valid(body):
		return body, nil
	default:
		// Latin-1, which Windows-1252 shares where letters are: each byte is its code point.
		out := make([]byte, 0, len(body)+len(body)/8)
		for _, b := range body {
			out = utf8.AppendRune(out, rune(b))
		}
		return out, nil
	}
}

// base is what relative addresses on the page are resolved against: <base href>, as in a browser, else the page's own.
func (p *Page) base() *url.URL {
	if href, ok := p.Doc.Find("base[href]").First().Attr("href"); ok {
		if u, err := resolve(p.URL, href); err == nil {
			return u
		}
	}
	return p.URL
}

var refreshContent = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?is)^\s*(\d{0,6})(?:\.\d*)?\s*[;,]\s*url\s*=\s*['"]?([^'"]*)`)
})

func (p *Page) readRefresh(base *url.URL) *Refresh {
	var found *Refresh
	p.Doc.Find("meta[http-equiv]").EachWithBreak(func(_ int, s *goquery.Selection) bool {
		if !strings.EqualFold(strings.TrimSpace(s.AttrOr("http-equiv", "")), "refresh") {
			return true
		}
		m := refreshContent().FindStringSubmatch(s.AttrOr("content", ""))
		if m == nil {
			return true
		}
		if u, err := resolve(base, strings.TrimSpace(m[2])); err == nil {
			seconds, _ := strconv.Atoi(m[1])
			found = &Refresh{After: time.Duration(seconds) * time.Second, URL: u}
		}
		return false
	})
	return found
}

// Has reports whether the page holds an element that a CSS selector names.
func (p *Page) Has(selector string) bool { return p.Doc.Find(selector).Length() > 0 }

// TextOf is the text of the first element that a CSS selector names and that has any, as a reader would see it.
func (p *Page) TextOf(selector string) foreign.Text {
	var text foreign.Text
	p.Doc.Find(selector).EachWithBreak(func(_ int, s *goquery.Selection) bool {
		text = foreign.Line(textOf(s, undrawn))
		return text == ""
	})
	return text
}

// WholeTextOf is the text of the first element that a CSS selector names, with what is hidden until somebody clicks.
func (p *Page) WholeTextOf(selector string) foreign.Text {
	return foreign.Line(textOf(p.Doc.Find(selector).First(), unread))
}

// Text is what a person would read on the page, scripts and styles left out.
func (p *Page) Text() foreign.Text { return foreign.Line(textOf(p.Doc.Find("body"), undrawn)) }

// textOf joins the text nodes, without those inside elements that are to be left out.
func textOf(s *goquery.Selection, leave func(*html.Node) bool) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		switch {
		case n.Type == html.TextNode:
			b.WriteString(n.Data)
			b.WriteByte(' ')
		case n.Type == html.ElementNode && leave(n):
		default:
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				walk(c)
			}
		}
	}
	for _, n := range s.Nodes {
		walk(n)
	}
	return b.String()
}

// undrawn reports whether a browser would not draw the element. AD FS has a div#noScript on every page, hidden by a
// script at once.
func undrawn(n *html.Node) bool {
	return unread(n) || attr(n, "id") == "noScript" || hiddenByMarkup(n)
}

// unread reports whether what stands in the element is not text for a person at all.
func unread(n *html.Node) bool {
	switch n.Data {
	case "script", "style", "noscript", "template", "head", "option", "textarea":
		return true
	}
	return false
}

// hiddenByMarkup reports whether the element itself says that it is not to be seen. What style sheets say is not read.
func hiddenByMarkup(n *html.Node) bool {
	for _, a := range n.Attr {
		switch a.Key {
		case "hidden":
			return true
		case "style":
			style := strings.ToLower(strings.ReplaceAll(a.Val, " ", ""))
			if strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden") {
				return true
			}
		}
	}
	return false
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// NotUnderstood reports this page as one that no recogniser could answer.
func (p *Page) NotUnderstood(why string) *PageError {
	e := &PageError{Address: address(p.URL), Status: p.Status, Title: p.Title, Text: p.Text(), Why: why}
	for i, f := range p.Forms {
		if i == maxFormsShown {
			e.Forms = append(e.Forms, fmt.Sprintf("%d more", len(p.Forms)-i))
			break
		}
		e.Forms = append(e.Forms, f.String())
	}
	return e
}

// NeedsBrowser reports this page as one that only a real browser gets past; why says what stands in the way.
func (p *Page) NeedsBrowser(why string) *PageError {
	e := p.NotUnderstood("this page needs a real browser: " + why)
	e.Browser = true
	return e
}
