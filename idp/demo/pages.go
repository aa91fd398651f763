package demo

import (
	"embed"
	"html"
	"io"
	"net/http"
	"strings"
)

//go:embed pages/*.html
var files embed.FS

// looks are what a version of AD FS does in its own way.
type looks struct {
	Footer string // later versions have none
	Page   string // the sign-in page
	Label  bool   // errors in a label, as the older versions have them
}

var skins = map[Skin]looks{
	Skin2012R2:        {Footer: "© 2013 Microsoft", Page: "signin.html", Label: true},
	Skin2016:          {Footer: "© 2016 Microsoft", Page: "signin.html", Label: true},
	Skin2019:          {Footer: "© 2018 Microsoft", Page: "signin.html"},
	Skin2019Paginated: {Footer: "© 2018 Microsoft", Page: "signin-paginated.html"},
	Skin2022:          {Page: "signin.html"},
	Skin2022Paginated: {Page: "signin-paginated.html"},
}

func (l looks) errorNode(text string) string {
	element := "span"
	if l.Label {
		element = "label"
	}
	return "<" + element + ` id="errorText" for="">` + html.EscapeString(text) + "</" + element + ">"
}

// page shows one of the pages. Actions are relative with the whole query on the sign-in form, absolute with the port on
// the form for other methods, as AD FS has them. A word in double braces stands for a text, which is escaped; a template
// package would do the same and make the whole program megabytes larger.
func (x *exchange) page(name string, texts map[string]string) {
	skin := skins[x.config.Skin]
	all := map[string]string{
		"Self": x.r.URL.RequestURI(), "Absolute": "https://" + withPort(x.r.Host) + x.r.URL.RequestURI(), "Footer": skin.Footer, "Title": titles[name],
	}
	for word, text := range texts {
		all[word] = text
	}
	var pairs []string
	for word, text := range all {
		pairs = append(pairs, "{{"+word+"}}", html.EscapeString(text))
	}
	pairs = append(pairs, "{{top}}", read("top.html"), "{{bottom}}", read("bottom.html"), "{{error}}", skin.errorNode(all["Refused"]))
	body := read(name)
	for range 2 { // the frame has words of its own
		body = strings.NewReplacer(pairs...).Replace(body)
	}
	h := x.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-cache,no-store")
	h.Set("Date", x.config.Now().UTC().Format(http.TimeFormat))
	_, _ = io.WriteString(x.w, body)
}

func read(name string) string {
	b, err := files.ReadFile("pages/" + name)
	if err != nil {
		return "" // cannot happen: the pages are part of the program
	}
	return string(b)
}

func withPort(host string) string {
	for i := len(host) - 1; i >= 0 && host[i] != ']'; i-- {
		if host[i] == ':' {
			return host
		}
	}
	return host + ":443"
}

// fail shows AD FS's error page; its status is 200.
func (x *exchange) fail(code, details string) {
	if code != "" {
		details = code + ": " + details
	}
	x.page("error.html", map[string]string{"Details": details, "Activity": "3a7c1b6e-5d1f-4c1e-9c0b-0080010000e5", "Time": x.config.Now().UTC().Format(http.TimeFormat)})
	x.did("error page " + code)
}

// titles of pages that are not the sign-in page's.
var titles = map[string]string{"signin.html": "Sign In", "signin-paginated.html": "Sign In", "code.html": "Sign In", "error.html": "Error", "update.html": "Update Password"}
