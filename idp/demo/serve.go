package demo

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
)

// maxBody is the longest body in bytes that is read: far above a Context, far below what could hurt.
const maxBody = 1 << 20

// ServeHTTP implements http.Handler. Paths are compared as Windows does, without regard to case.
func (a *ADFS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fields, twice, err := readBody(w, r)
	a.note(r, fields)
	if a.config.Latency != nil {
		a.config.Latency(r.Context())
	}
	if a.config.Intercept != nil && a.config.Intercept(w, r) {
		return
	}
	x := &exchange{ADFS: a, w: w, r: r, fields: fields}
	switch {
	case err != nil:
		x.fail("", "The request cannot be read.")
	case twice != "":
		x.fail("", "Duplicate post parameter "+twice+".")
	default:
		x.route()
	}
}

func (a *ADFS) note(r *http.Request, fields []field) {
	entry := Request{Method: r.Method, Path: r.URL.Path, Agent: r.UserAgent()}
	for _, f := range fields {
		entry.Fields = append(entry.Fields, f.name)
	}
	for _, c := range r.Cookies() {
		entry.Cookies = append(entry.Cookies, c.Name)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.log = append(a.log, entry)
}

var errNoForm = errors.New("not a form")

// readBody reads a form in its order, and notices a name that comes twice: AD FS refuses such a request. The body stays
// there for an Intercept to read.
func readBody(w http.ResponseWriter, r *http.Request) (fields []field, twice string, err error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	r.Body = io.NopCloser(bytes.NewReader(body))
	switch {
	case err != nil:
		return nil, "", err
	case r.Method != http.MethodPost:
		return nil, "", nil
	case !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded"):
		return nil, "", errNoForm
	}
	seen := map[string]bool{}
	for _, part := range strings.Split(string(body), "&") {
		name, value, _ := strings.Cut(part, "=")
		n, err1 := url.QueryUnescape(name)
		v, err2 := url.QueryUnescape(value)
		if err1 != nil || err2 != nil {
			return nil, "", errNoForm
		}
		if seen[n] {
			twice = n
		}
		seen[n] = true
		fields = append(fields, field{n, v})
	}
	return fields, twice, nil
}

type field struct{ name, value string }

// exchange is one request and its answer.
type exchange struct {
	*ADFS
	w      http.ResponseWriter
	r      *http.Request
	fields []field
	ways   []*method // other methods of the second step, on the page that answers
}

func (x *exchange) value(name string) string {
	for _, f := range x.fields {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

func (x *exchange) did(what string) {
	if x.config.Observe != nil {
		x.config.Observe(Event{Method: x.r.Method, Path: x.r.URL.Path, What: what})
	}
}

// windowsAgent is what AD FS takes for a browser that can sign in by Windows alone: an excerpt of the defaults of
// WIASupportedUserAgents ("Configure browsers to use Windows Integrated Authentication", Microsoft Learn).
var windowsAgent = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`MSIE (6|7|8|9|10)\.0|Trident/7\.0|Windows\s*NT.*Edg|MSIPC|Windows Rights Management Client`)
})

func (x *exchange) route() {
	path := strings.ToLower(x.r.URL.Path)
	switch path {
	case "/adfs/ls/wia":
		x.windows()
		return
	case "/adfs/portal/updatepassword/", "/adfs/portal/updatepassword":
		x.page("update.html", nil)
		x.did("page to change the password")
		return
	case "/federationmetadata/2007-06/federationmetadata.xml":
		x.metadata()
		return
	}
	switch path {
	case "/adfs/scripted/":
		x.scriptedPage()
		return
	case "/adfs/scripted/api":
		x.scripted()
		return
	}
	if x.config.Certificates && x.byCertificate() {
		return
	}
	if _, ok := x.session(); !ok && strings.HasPrefix(path, "/adfs/ls") && windowsAgent().MatchString(x.r.UserAgent()) {
		x.redirect("/adfs/ls/wia?" + x.r.URL.RawQuery)
		x.did("sent on to Windows sign-in")
		return
	}
	switch path {
	case "/adfs/ls/idpinitiatedsignon", "/adfs/ls/idpinitiatedsignon.aspx", "/adfs/ls/idpinitiatedsignon.htm":
		x.idpInitiated()
	case "/adfs/ls/", "/adfs/ls":
		x.spInitiated()
	default:
		http.NotFound(x.w, x.r)
		x.did("no such page")
	}
}

// byCertificate signs in whoever has a client certificate, as port 49443 and certauth names do.
func (x *exchange) byCertificate() bool {
	if x.r.TLS == nil || len(x.r.TLS.PeerCertificates) == 0 {
		return false
	}
	if _, ok := x.session(); ok {
		return false
	}
	for _, address := range x.r.TLS.PeerCertificates[0].EmailAddresses {
		if p := x.person(address); p != nil && p.State == Active {
			x.start(p)
			x.redirect(x.config.Home + x.r.URL.RequestURI())
			x.did("certificate accepted")
			return true
		}
	}
	return false
}

func (x *exchange) redirect(to string) {
	x.w.Header().Set("Location", to)
	x.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	x.w.WriteHeader(http.StatusFound)
	_, _ = io.WriteString(x.w, "<html><head><title>Object moved</title></head><body><h2>Object moved to here.</h2></body></html>")
}
