package demo

import (
	"crypto/hmac"
	"fmt"
	"slices"
	"strings"
)

const (
	maxCodes    = 3
	contextSize = 9000 // bytes, 12,000 characters: what AD FS sends is 2 to 20 KB
)

// method is an adapter for the second step, as an administrator registered it and one person has set it up. AD FS draws
// the frame (greeting, AuthMethod, Context, the other methods), the adapter what stands inside ("Build a Custom
// Authentication Method for AD FS in Windows Server", Microsoft Learn).
type method struct {
	key     string // in Person.Second
	name    string // AuthMethod: what Register-AdfsAuthenticationProvider was given
	label   string // among the other methods
	title   string // of its pages; "" is that of signing in
	screens string // their names; the first is where it begins. "": it leads away from here

	_ [0]func() // nobody compares two of them, and code that could do so would be part of the program
}

// screen is one page of an adapter and what it makes of the answer. All of them are plain data, so that they cost the
// program no code.
type screen struct {
	name, page string // the file of the page; "": name
	asks       string // in events; "": one-time code
	words      string // what the page tells the person
	number     string // to pick or type on the phone
	mode       string // of an adapter that has one page for all
	push       bool   // such a page offers a notification, too
	needs      string // fields that a browser would have sent: without them nobody has answered
	holds      bool   // the answer comes when the person has approved
	take       string // the field that takes the person's code
	refused    string // what is said of a wrong one
	posts      int    // answers until it goes on: pages that wait are counted in requests, not in time
	then       move   // where to; with take, done unless it says otherwise
	next       func(reply) move
}

// reply is an answer to a screen. The lock is held while a screen looks at it.
type reply struct {
	*exchange
	session *signedIn
	screen  *screen
}

// right reports whether a field holds the person's code.
func (r reply) right(field string) bool { return r.fits(r.session.person, r.value(field)) }

// wrong refuses a code.
func (r reply) wrong() move { return move{wrong: true, says: r.screen.refused} }

// move is what comes after an answer; the zero value is the same screen again.
type move struct {
	done  bool
	to    string // another screen
	says  string // what was not right, in the place that the adapter has for it
	wrong bool   // it was a wrong code, of which there may be two
	ends  string // the text of the error page that ends the sign-in
}

// Places to go to by their order among a method's screens.
const (
	beginning = "first"
	second    = "second"
)

// judge says what comes after an answer.
func (r reply) judge() move {
	s := r.screen
	switch {
	case s.next != nil:
		return s.next(r)
	case s.take != "" && !r.right(s.take):
		return r.wrong()
	case s.take != "" && s.then == move{}:
		return move{done: true}
	case r.session.posts < s.posts:
		return move{}
	}
	return s.then
}

func (s *screen) subject() string {
	if s.asks == "" {
		return "one-time code"
	}
	return s.asks
}

// SecondSteps lists the names for Person.Second, sorted.
func SecondSteps() []string {
	var names []string
	for key := range newAdapters().methods {
		names = append(names, key)
	}
	slices.Sort(names)
	return names
}

// secondSteps are the names of a person's methods.
func (p *Person) secondSteps() []string {
	if p.Second == nil && (p.Code != "" || p.Seed != "") {
		return []string{"code"}
	}
	return p.Second
}

// known says which person has a second step that there is not.
func (a *ADFS) known() error {
	for _, p := range a.config.People {
		for _, name := range p.secondSteps() {
			if a.adapters.methods[name] == nil {
				return fmt.Errorf("%s has the second step %q, which there is not", p.Name, name)
			}
		}
	}
	return nil
}

// secondPage begins the second step: with the only method there is, or with the choice between several.
func (x *exchange) secondPage(who signedIn) {
	names := who.person.secondSteps()
	if len(names) == 1 {
		x.begin(who, names[0])
		return
	}
	for _, name := range names {
		x.ways = append(x.ways, x.adapters.methods[name])
	}
	x.update(who.id, func(s *signedIn) { s.method, s.context = "", "" })
	x.page("mfa/options.html", map[string]string{"Name": who.person.Name, "UPN": who.person.UPN})
	x.did("choice of the second step")
}

// begin starts a method from its first screen.
func (x *exchange) begin(who signedIn, name string) {
	m := x.adapters.methods[name]
	x.update(who.id, func(s *signedIn) { s.method, s.context, s.posts = name, "", 0 })
	if m.screens == "" {
		x.redirect(x.certificateAddress())
		x.did("sent on to sign in with a certificate")
		return
	}
	x.show(who, m, x.adapters.screen(m, ""), "")
}

// show shows a screen. Its Context is new each time, and only the newest is taken.
func (x *exchange) show(who signedIn, m *method, s *screen, refused string) {
	texts := map[string]string{
		"Method": m.name, "Context": random(contextSize), "Name": who.person.Name, "UPN": who.person.UPN, "Refused": refused, "Instructions": s.words,
		"Number": s.number, "Mode": s.mode, "Push": "0", "DuoHost": x.duo.host, "DuoRequest": x.duo.tx + ":" + x.duo.app,
	}
	if s.push {
		texts["Push"] = "1"
	}
	if m.title != "" {
		texts["Title"] = m.title
	}
	there := x.update(who.id, func(now *signedIn) {
		if now.screen != s.name {
			now.screen, now.posts = s.name, 0
		}
		now.context = texts["Context"]
		texts["Times"] = fmt.Sprint(now.posts + 1)
	})
	if !there {
		x.signInPage("")
		return
	}
	for _, name := range who.person.secondSteps() {
		if other := x.adapters.methods[name]; other != m {
			x.ways = append(x.ways, other)
		}
	}
	page := s.page
	if page == "" {
		page = s.name
	}
	x.page("mfa/"+page+".html", texts)
	if refused == "" {
		x.did("page for the " + s.subject())
	}
}

// frame is a field that AD FS itself put there. Duo's hosted prompt sends it back in its own spelling.
func (x *exchange) frame(name string) string {
	if v := x.value(name); v != "" {
		return v
	}
	return x.value(strings.ToLower(name[:1]) + name[1:])
}

func (x *exchange) has(name string) bool {
	return slices.ContainsFunc(x.fields, func(f field) bool { return f.name == name })
}

// secondStep takes what is posted after the password: a method that was chosen, or an answer to its page.
func (x *exchange) secondStep() {
	who, ok := x.session()
	if !ok || who.second {
		x.signInPage("")
		return
	}
	chosen := ""
	for _, name := range who.person.secondSteps() {
		if x.adapters.methods[name].name == x.frame("AuthMethod") {
			chosen = name
		}
	}
	switch {
	case chosen == "":
		x.fail("", "The selected authentication method is not available for '"+who.person.UPN+"'. Choose another authentication method or contact your system administrator for details.")
	case chosen != who.method || len(x.fields) == 1:
		x.begin(who, chosen)
	default:
		x.answered(who, x.adapters.methods[chosen])
	}
}

// answered takes an answer to the screen that was shown last.
func (x *exchange) answered(who signedIn, m *method) {
	s, current := x.adapters.screen(m, who.screen), false
	x.update(who.id, func(now *signedIn) {
		current = now.context != "" && hmac.Equal([]byte(now.context), []byte(x.frame("Context")))
		now.context = ""
	})
	if !current {
		x.did("page for the " + s.subject() + " had expired")
		x.show(who, m, s, "The page had expired. Try again.")
		return
	}
	if slices.ContainsFunc(strings.Fields(s.needs), func(name string) bool { return !x.has(name) }) {
		x.show(who, m, s, "")
		return
	}
	if s.holds && x.config.Approval != nil {
		if x.config.Approval(x.r.Context()); x.r.Context().Err() != nil {
			return // nobody waits any more
		}
	}
	var next move
	codes := 0
	x.update(who.id, func(now *signedIn) {
		now.posts++
		next = reply{x, now, s}.judge()
		now.second = next.done
		if next.wrong {
			now.codes++
		}
		codes = now.codes
	})
	x.follow(who, m, s, next, codes)
}

func (x *exchange) follow(who signedIn, m *method, s *screen, next move, codes int) {
	if next.wrong && codes >= maxCodes {
		next.ends = "Authentication attempt failed. The code was wrong three times."
	}
	switch {
	case next.done:
		x.renew(who.id)
		x.redirect(x.r.URL.RequestURI())
		x.did(s.subject() + " accepted")
	case next.ends != "":
		x.forget(who.id)
		x.did(s.subject() + " refused")
		x.fail("", next.ends)
	default:
		if next.says != "" {
			x.did(s.subject() + " refused")
		}
		if next.to != "" {
			s = x.adapters.screen(m, next.to)
		}
		x.show(who, m, s, next.says)
	}
}
