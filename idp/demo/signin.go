package demo

import (
	"crypto/hmac"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The extranet lockout: after so many wrong passwords in a row even the right one is refused, with the same words, until
// some time has gone by without a try ("Configure AD FS Extranet Smart Lockout Protection", Microsoft Learn).
const (
	lockAfter = 5
	lockTime  = 30 * time.Minute
)

// What the page says. AD FS has one text for everything, on purpose; sites that changed it say more.
const (
	saysIncorrect = "Incorrect user ID or password. Type the correct user ID and password, and try again."
	saysLocked    = "Your account is locked. Contact your administrator."
	saysExpired   = "Your password has expired."
)

// refusals are wrong passwords in a row.
type refusals struct {
	count int
	last  time.Time
}

// relyingParty is one that a sign-in is for, with what has to come back with the answer.
type relyingParty struct {
	id, inResponseTo, relayState string
	after                        time.Time // a sign-in before it does not count (ForceAuthn)
}

// idpInitiated is /adfs/ls/IdpInitiatedSignOn: for the relying party of the query.
func (x *exchange) idpInitiated() {
	if x.config.IdPInitiatedOff {
		x.fail("MSIS7012", "An error occurred while processing the request. Contact your administrator for details.")
		return
	}
	rp, err := x.wanted()
	switch {
	case err == nil && x.config.Applications && !slices.Contains(x.config.RelyingParties, rp.id):
		x.applications()
	case err != nil || rp.id == "":
		x.fail("MSIS7065", "There are no registered protocol handlers on path /adfs/ls/idpinitiatedsignon to process the incoming request.")
	case !slices.Contains(x.config.RelyingParties, rp.id):
		x.fail("MSIS7007", "The requested relying party trust '"+rp.id+"' is unspecified or unsupported.")
	default:
		x.signIn(rp)
	}
}

// wanted is the relying party of loginToRp, or of RelayState in its doubly escaped form, beside which nothing else counts.
func (x *exchange) wanted() (relyingParty, error) {
	query := x.r.URL.Query()
	if !query.Has("RelayState") {
		return relyingParty{id: query.Get("loginToRp")}, nil
	}
	inner, err := url.ParseQuery(query.Get("RelayState"))
	return relyingParty{id: inner.Get("RPID"), relayState: inner.Get("RelayState")}, err
}

// signIn leads through password and second step to the response.
func (x *exchange) signIn(rp relyingParty) {
	method := x.value("AuthMethod")
	if x.r.Method == http.MethodPost {
		switch {
		case x.value("HomeRealmSelection") != "":
			x.chooseRealm(x.value("HomeRealmSelection"))
		case x.config.Skin == Skin20 && x.value(webForms+"UsernameTextBox") != "":
			x.webFormsPassword()
		case method == "FormsAuthentication":
			x.password(x.value("UserName"), x.value("Password"))
		default: // of the second step, if it is one that is offered
			x.secondStep()
		}
		return
	}
	who, ok := x.session()
	switch {
	case !ok || who.at.Before(rp.after):
		x.signInPage("")
	case !who.second:
		x.secondPage(who)
	case who.person.State == NotPermitted:
		x.fail("MSIS5007", "The caller authorization failed for caller identity "+who.person.Name+" for relying party trust "+rp.id+".")
	default:
		x.issue(rp, who)
	}
}

func (x *exchange) signInPage(refused string) {
	switch {
	case len(x.config.Realms) > 0 && !x.realmChosen():
		x.realmsPage()
		return
	case x.config.Skin == Skin20:
		x.webFormsPage(refused)
		if refused == "" {
			x.did("sign-in page")
		}
		return
	}
	x.page(x.config.Skin.looks().page, map[string]string{"Refused": refused})
	if refused == "" {
		x.did("sign-in page")
	}
}

func (x *exchange) password(name, password string) {
	p := x.person(name)
	switch {
	case !x.right(p, password) || p.State == Disabled:
		x.signInPage(saysIncorrect)
		x.did("password refused")
	case p.State == Locked:
		x.signInPage(saysLocked)
		x.did("account locked")
	case p.State == PasswordExpired:
		x.signInPage(saysExpired)
		x.did("password expired")
	case p.State == MustChange:
		x.redirect("/adfs/portal/updatepassword/?username=" + url.QueryEscape(p.UPN))
		x.did("password has to be changed")
	default:
		x.start(p)
		x.redirect(x.r.URL.RequestURI())
		x.did("password accepted")
	}
}

// right reports whether it is the person's password and the person may try, and counts.
func (x *exchange) right(p *Person, password string) bool {
	good := p != nil && hmac.Equal([]byte(p.Password.Reveal()), []byte(password))
	return p != nil && x.counted(p, good)
}

// counted reports whether a right password lets the person in, and counts a wrong one.
func (x *exchange) counted(p *Person, good bool) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	now, tries := x.config.Now(), x.wrong[p.Name]
	if now.Sub(tries.last) >= lockTime {
		tries = refusals{}
	}
	if tries.count >= lockAfter {
		good = false
	}
	if good {
		delete(x.wrong, p.Name)
	} else {
		x.wrong[p.Name] = refusals{count: tries.count + 1, last: now}
	}
	return good
}

func (x *exchange) person(name string) *Person {
	for i, p := range x.config.People {
		if strings.EqualFold(name, p.Name) || strings.EqualFold(name, p.UPN) {
			return &x.config.People[i]
		}
	}
	return nil
}
