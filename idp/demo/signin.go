package demo

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// lockAfter is how many wrong passwords in a row the extranet lockout takes: from then on even the right one is refused,
// with the same words.
const lockAfter = 5

const incorrect = "Incorrect user ID or password. Type the correct user ID and password, and try again."

// readBody reads a form in its order, and notices a name that comes twice: AD FS refuses such a request.
func readBody(r *http.Request) (fields []field, twice string, err error) {
	if r.Method != http.MethodPost {
		return nil, "", nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return nil, "", fmt.Errorf("not a form")
	}
	seen := map[string]bool{}
	for _, part := range strings.Split(string(body), "&") {
		name, value, _ := strings.Cut(part, "=")
		n, err1 := url.QueryUnescape(name)
		v, err2 := url.QueryUnescape(value)
		if err1 != nil || err2 != nil {
			return nil, "", fmt.Errorf("not a form")
		}
		if seen[n] {
			twice = n
		}
		seen[n] = true
		fields = append(fields, field{n, v})
	}
	return fields, twice, nil
}

// relyingParty is one that a login is for, with what has to come back with the answer.
type relyingParty struct {
	id, inResponseTo, relayState string
}

// idpInitiated is /adfs/ls/IdpInitiatedSignOn: for the relying party of the query.
func (x *exchange) idpInitiated() {
	if x.config.IdPInitiatedOff {
		x.fail("MSIS7012", "An error occurred while processing the request.")
		return
	}
	id, err := x.wanted()
	switch {
	case err != nil || id == "":
		x.fail("MSIS7065", "There are no registered protocol handlers on path /adfs/ls/idpinitiatedsignon to process the incoming request.")
	case !slices.Contains(x.config.RelyingParties, id):
		x.fail("MSIS7007", "The requested relying party trust is unspecified or unsupported.")
	default:
		x.signIn(relyingParty{id: id})
	}
}

// wanted is the relying party of loginToRp, or of RelayState in its doubly escaped form, which wins.
func (x *exchange) wanted() (string, error) {
	query := x.r.URL.Query()
	if state := query.Get("RelayState"); state != "" {
		inner, err := url.ParseQuery(state)
		return inner.Get("RPID"), err
	}
	return query.Get("loginToRp"), nil
}

// signIn leads through password and second step to the response.
func (x *exchange) signIn(rp relyingParty) {
	if method := x.value("AuthMethod"); x.r.Method == http.MethodPost {
		switch {
		case x.value("Context") != "":
			x.secondStep(rp)
		case method == "FormsAuthentication":
			x.password()
		default: // AD FS shows its choice of methods again
			x.signInPage("")
		}
		return
	}
	who := x.session()
	switch {
	case who == nil:
		x.signInPage("")
	case !who.second:
		x.codePage(who, "")
	case who.person.State == NotPermitted:
		x.fail("MSIS5007", "The caller authorization failed for caller identity "+who.person.UPN+" for relying party trust "+rp.id+".")
	default:
		x.issue(rp, who)
	}
}

func (x *exchange) signInPage(refused string) {
	x.page(skins[x.config.Skin].Page, map[string]string{"Refused": refused})
	if refused == "" {
		x.did("sign-in page")
	}
}

func (x *exchange) password() {
	p := x.person(x.value("UserName"))
	x.mu.Lock()
	locked := p != nil && x.wrong[p.Name] >= lockAfter
	good := p != nil && !locked && hmac.Equal([]byte(p.Password.Reveal()), []byte(x.value("Password")))
	if p != nil && !good {
		x.wrong[p.Name]++
	}
	if good {
		x.wrong[p.Name] = 0
	}
	x.mu.Unlock()
	switch {
	case !good || p.State == Disabled:
		x.signInPage(incorrect)
		x.did("password refused")
	case p.State == Locked:
		x.signInPage("Your account is locked. Contact your administrator.")
		x.did("account locked")
	case p.State == PasswordExpired:
		x.did("password expired")
		x.redirect("/adfs/portal/updatepassword/?username=" + url.QueryEscape(p.UPN))
	default:
		x.start(p)
		x.did("password accepted")
		x.redirect(x.r.URL.RequestURI())
	}
}

func (x *exchange) person(name string) *Person {
	for i, p := range x.config.People {
		if strings.EqualFold(name, p.Name) || strings.EqualFold(name, p.UPN) {
			return &x.config.People[i]
		}
	}
	return nil
}

// start begins a session and sets its cookie in two pieces, as AD FS does with long ones.
func (x *exchange) start(p *Person) {
	id := random(24)
	x.mu.Lock()
	x.sessions[id] = &signedIn{person: p, second: p.Code == "", at: x.config.Now()}
	x.mu.Unlock()
	x.cookie("MSISAuth", id[:16])
	x.cookie("MSISAuth1", id[16:])
}

func (x *exchange) cookie(name, value string) {
	http.SetCookie(x.w, &http.Cookie{Name: name, Value: value, Path: "/adfs", Secure: true, HttpOnly: true})
}

func (x *exchange) session() *signedIn {
	first, err := x.r.Cookie("MSISAuth")
	second, err2 := x.r.Cookie("MSISAuth1")
	if err != nil || err2 != nil {
		return nil
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.sessions[first.Value+second.Value]
}

// codePage asks for the one-time code. Its Context is new each time and good once.
func (x *exchange) codePage(who *signedIn, refused string) {
	nonce := random(9000)
	mac := hmac.New(sha256.New, x.key.D.Bytes())
	mac.Write([]byte(nonce))
	context := nonce + "." + hex.EncodeToString(mac.Sum(nil))
	x.mu.Lock()
	x.contexts[context] = who
	x.mu.Unlock()
	x.page("code.html", map[string]string{"Refused": refused, "Context": context, "Name": who.person.Name, "UPN": who.person.UPN})
	if refused == "" {
		x.did("page for the one-time code")
	}
}

func (x *exchange) secondStep(rp relyingParty) {
	context := x.value("Context")
	x.mu.Lock()
	who := x.contexts[context]
	delete(x.contexts, context)
	x.mu.Unlock()
	session := x.session()
	switch {
	case session == nil:
		x.signInPage("")
	case who == nil || who != session:
		x.codePage(session, "The page had expired. Try again.")
	case x.value("AuthMethod") != "DemoOneTimeCode":
		x.fail("", "The selected authentication method is not available.")
	case x.value("ChallengeQuestionAnswer") == who.person.Code:
		x.mu.Lock()
		who.second = true
		x.mu.Unlock()
		x.did("one-time code accepted")
		x.redirect(x.r.URL.RequestURI())
	default:
		x.mu.Lock()
		who.codes++
		over := who.codes >= 3
		x.mu.Unlock()
		x.did("one-time code refused")
		if over {
			x.fail("", "Authentication attempt failed. The code was wrong three times.")
			return
		}
		x.codePage(who, "The code is not right. Try again.")
	}
}

// looping counts the tokens of a browser: five within twenty seconds are taken for a loop.
func (x *exchange) looping() bool {
	const name, layout = "MSISLoopDetectionCookie", "2006-01-02:15:04:05Z"
	count, since := 0, x.config.Now().UTC()
	if c, err := x.r.Cookie(name); err == nil {
		raw, _ := base64.StdEncoding.DecodeString(c.Value)
		at, n, _ := strings.Cut(string(raw), `\`)
		if t, err := time.Parse(layout, at); err == nil && since.Sub(t) < 20*time.Second {
			since = t
			_, _ = fmt.Sscanf(n, "%d", &count)
		}
	}
	count++
	x.cookie(name, base64.StdEncoding.EncodeToString(fmt.Appendf(nil, `%s\%d`, since.Format(layout), count)))
	return count > 5
}

func random(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b)
}
