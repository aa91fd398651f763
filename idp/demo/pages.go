package demo

import (
	"crypto/rand"
	"embed"
	"encoding/hex"
	"html"
	"io"
	"net/http"
	"strings"
)

//go:embed pages/*.html pages/mfa
var files embed.FS

// looks are what a version of AD FS does in its own way.
type looks struct {
	footer string // later versions have none
	page   string // the sign-in page
	label  bool   // errors in a label and other methods as links, as the older versions have them, not in a span
}

func (s Skin) looks() looks {
	switch s {
	case Skin2012R2:
		return looks{footer: "© 2013 Microsoft", page: "signin.html", label: true}
	case Skin2016:
		return looks{footer: "© 2016 Microsoft", page: "signin.html", label: true}
	case Skin2019Paginated:
		return looks{footer: "© 2018 Microsoft", page: "signin-paginated.html"}
	case Skin2022:
		return looks{page: "signin.html"}
	case Skin2022Paginated:
		return looks{page: "signin-paginated.html"}
	}
	return looks{footer: "© 2018 Microsoft", page: "signin.html"}
}

func (l looks) errorNode(text string) string {
	element := "span"
	if l.label {
		element = "label"
	}
	return "<" + element + ` id="errorText" for="">` + html.EscapeString(text) + "</" + element + ">"
}

// ways are the other methods of the second step, which a script posts by their names.
func (l looks) ways(of []*method) string {
	var out strings.Builder
	for _, m := range of {
		name, label := html.EscapeString(m.name), html.EscapeString(m.label)
		choose := `id="` + name + `" tabindex="3" onclick="return SelectOption('` + name + `')"`
		if l.label {
			out.WriteString(`<div><a class="actionLink" href="#" ` + choose + ">" + label + "</a></div>\n")
		} else {
			out.WriteString(`<div class="optionButtonContainer"><span class="optionButton" role="button" ` + choose + ">" + label + "</span></div>\n")
		}
	}
	return out.String()
}

// titleOf is the title of a page; most are parts of signing in.
func titleOf(page string) string {
	switch page {
	case "error.html":
		return "Error"
	case "realms.html":
		return "Home Realm Discovery"
	case "update.html":
		return "Update Password"
	}
	return "Sign In"
}

// page shows one of the pages. Actions are relative with the whole query on the sign-in form, absolute with the port on
// the form for other methods, as AD FS has them. A word in double braces stands for a text, which is escaped; a template
// package would do the same and make the whole program megabytes larger.
func (x *exchange) page(name string, texts map[string]string) {
	skin, self := x.config.Skin.looks(), x.withRequestID()
	all := map[string]string{
		"Self": self, "Absolute": "https://" + withPort(x.r.Host) + self, "Footer": skin.footer, "Title": titleOf(name), "Agent": x.r.UserAgent(),
	}
	for word, text := range texts {
		all[word] = text
	}
	update := ""
	if all["Refused"] == saysExpired {
		update = `<div id="updatePasswordLink"><a href="/adfs/portal/updatepassword/">Update your password</a></div>` + "\n"
	}
	// The frame goes in first: what a person sent is put in last, in one pass, and no word inside it is replaced.
	body := read(name)
	for _, parts := range [][]string{{"mfa-top", "mfa-bottom", "failed", "event"}, {"frame", "top", "bottom"}} { // parts have parts
		var pairs []string
		for _, part := range parts {
			pairs = append(pairs, "{{"+part+"}}", read(part+".html"))
		}
		body = strings.NewReplacer(pairs...).Replace(body)
	}
	pairs := []string{"{{error}}", skin.errorNode(all["Refused"]), "{{update}}", update, "{{options}}", skin.ways(x.ways)}
	for word, text := range all {
		if word == strings.ToLower(word) { // made here, of escaped parts
			pairs = append(pairs, "{{"+word+"}}", text)
			continue
		}
		pairs = append(pairs, "{{"+word+"}}", html.EscapeString(text))
	}
	h := x.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-cache,no-store")
	h.Set("Pragma", "no-cache")
	h.Set("Date", x.config.Now().UTC().Format(http.TimeFormat))
	_, _ = io.WriteString(x.w, strings.NewReplacer(pairs...).Replace(body)) // who has gone away needs no page
}

func read(name string) string {
	b, err := files.ReadFile("pages/" + name)
	if err != nil {
		return "" // cannot happen: the pages are part of the program
	}
	return string(b)
}

// withRequestID is the address of this request with a client-request-id, which AD FS adds where there is none:
// administrators find a request in the event log by it.
func (x *exchange) withRequestID() string {
	u := *x.r.URL
	if len(u.Path) > len(cookiePath) && strings.EqualFold(u.Path[:len(cookiePath)], cookiePath) {
		u.Path, u.RawPath = cookiePath+u.Path[len(cookiePath):], "" // cookies do go by case
	}
	if u.Query().Has("client-request-id") {
		return u.RequestURI()
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += "client-request-id=" + guid()
	return u.RequestURI()
}

// fail shows AD FS's error page; its status is 200.
func (x *exchange) fail(code, details string) {
	what := "error page"
	if code != "" {
		details = code + ": " + details
		what += " " + code
	}
	x.page("error.html", map[string]string{
		"Details": details, "Activity": guid(), "Node": x.node, "Time": x.config.Now().UTC().Format(http.TimeFormat),
	})
	x.did(what)
}

// guid is a random one (RFC 9562, version 4).
func guid() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
