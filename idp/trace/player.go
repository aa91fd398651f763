package trace

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Player answers the requests of a recording as they were answered when it was made. It is an http.Handler for all
// hosts of the recording.
type Player struct {
	mu     sync.Mutex
	all    []played
	next   int      // of all, the one that comes next
	missed []string // requests that the recording does not have
}

type played struct {
	hop  Hop
	at   *url.URL
	page *Page
}

// NewPlayer makes a Player of the first login of a recording.
func NewPlayer(r *Recording) *Player {
	p := &Player{}
	for _, e := range r.Entries {
		switch {
		case e.Login != nil && len(p.all) > 0:
			return p
		case e.Hop != nil:
			at, err := url.Parse(e.Hop.Address.text)
			if err != nil || at.Host == "" {
				continue // nobody could ask for it
			}
			p.all = append(p.all, played{hop: *e.Hop, at: at})
		case e.Page != nil && len(p.all) > 0:
			p.all[len(p.all)-1].page = e.Page
		}
	}
	return p
}

// Start is the address at which the recording begins; nil where it has no request.
func (p *Player) Start() *url.URL {
	if len(p.all) == 0 {
		return nil
	}
	start := *p.all[0].at
	return &start
}

// Hosts lists the hosts that were asked, with their ports as they stand in the addresses. With posted, only those that
// were sent a form.
func (p *Player) Hosts(posted bool) []string {
	var out []string
	for _, one := range p.all {
		if !slices.Contains(out, one.at.Host) && (!posted || one.hop.Method == http.MethodPost) {
			out = append(out, one.at.Host)
		}
	}
	return out
}

// Ended reports whether the recording has nothing more.
func (p *Player) Ended() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.next >= len(p.all)
}

// Missed lists requests that were made and that the recording does not have.
func (p *Player) Missed() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.missed)
}

// Chosen reports whether the next form that was sent in the recording had this value among the words of the protocol.
func (p *Player) Chosen(value string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, one := range p.all[min(p.next, len(p.all)):] {
		for _, f := range one.hop.Sent {
			if f.Value.text == value {
				return true
			}
		}
		if len(one.hop.Sent) > 0 {
			break
		}
	}
	return false
}

// ServeHTTP answers a request with the next answer of the recording that was given to one like it. One that was not
// made then gets 404.
func (p *Player) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at := *r.URL
	at.Scheme, at.Host = "https", r.Host
	one, ok := p.find(r.Method, &at)
	if !ok {
		http.NotFound(w, r)
		return
	}
	if one.hop.Failed {
		panic(http.ErrAbortHandler) // how a server ends a connection without an answer
	}
	h := w.Header()
	if to := one.hop.To.text; to != "" {
		h.Set("Location", to)
	}
	for _, ask := range one.hop.Asks {
		h.Add("WWW-Authenticate", ask.text)
	}
	for _, name := range one.hop.Cookies {
		http.SetCookie(w, &http.Cookie{Name: name.text, Value: "made-up", Path: "/", Secure: true})
	}
	if date, err := time.Parse(time.RFC3339, one.hop.Date); err == nil {
		h.Set("Date", date.UTC().Format(http.TimeFormat))
	}
	h.Set("Content-Type", one.hop.Type.text)
	if one.page != nil { // a page could be read: whatever its character set was, it is UTF-8 now
		h.Set("Content-Type", "text/html; charset=utf-8")
	}
	status := one.hop.Status
	if status < 200 || status > 599 {
		status = http.StatusBadGateway
	}
	w.WriteHeader(status)
	if one.page != nil {
		_, _ = w.Write([]byte(one.page.HTML.text)) // who has gone away needs no page
	}
}

// find looks for a request from where the recording is on, first by all of its address, then without the query; at the
// end for the last one, which a login may ask for again and again.
func (p *Player) find(method string, at *url.URL) (played, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	want := key((&Cleaner{}).address(at.String()))
	for _, same := range []func(string) string{func(k string) string { return k }, withoutQuery} {
		for i := p.next; i < len(p.all); i++ {
			if p.all[i].hop.Method == method && same(key(p.all[i].at.String())) == same(want) {
				p.next = i + 1
				return p.all[i], true
			}
		}
	}
	if last := len(p.all) - 1; last >= 0 && p.next > last && p.all[last].hop.Method == method && key(p.all[last].at.String()) == want {
		return p.all[last], true
	}
	p.missed = append(p.missed, method+" "+withoutQuery(want))
	return played{}, false
}

func withoutQuery(address string) string {
	address, _, _ = strings.Cut(address, "?")
	return address
}

// key is an address with the names of its query alone, sorted.
func key(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	var names []string
	for name := range u.Query() {
		names = append(names, name)
	}
	slices.Sort(names)
	return u.Scheme + "://" + u.Host + u.EscapedPath() + "?" + strings.Join(names, "&")
}
