package demo

import (
	"embed"
	"html/template"
	"net/http"
)

//go:embed pages/*.html
var files embed.FS

var skins = map[Skin]struct {
	Year      string // in the footer; later versions have none
	Paginated bool
	Label     bool // errors in a label, as the older versions have them
}{
	Skin2012R2: {Year: "2013", Label: true}, Skin2016: {Year: "2016", Label: true}, Skin2019: {Year: "2018"},
	Skin2019Paginated: {Year: "2018", Paginated: true}, Skin2022: {}, Skin2022Paginated: {Paginated: true},
}

// page shows one of the pages. Actions are relative with the whole query on the sign-in form, absolute with the port on
// the form for other methods, as AD FS has them.
func (x *exchange) page(name string, data map[string]any) {
	if data == nil {
		data = map[string]any{}
	}
	data["Skin"] = skins[x.config.Skin]
	data["Self"] = x.r.URL.RequestURI()
	data["Absolute"] = "https://" + withPort(x.r.Host) + x.r.URL.RequestURI()
	data["Host"] = x.r.Host
	t, err := template.ParseFS(files, "pages/"+name, "pages/frame.html")
	if err != nil {
		http.Error(x.w, "the page is missing", http.StatusInternalServerError)
		return
	}
	h := x.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-cache,no-store")
	h.Set("Date", x.config.Now().UTC().Format(http.TimeFormat))
	_ = t.ExecuteTemplate(x.w, name, data)
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
	x.page("error.html", map[string]any{"Details": details, "Activity": "3a7c1b6e-5d1f-4c1e-9c0b-0080010000e5", "Time": x.config.Now().UTC().Format(http.TimeFormat)})
	x.did("error page " + code)
}
