package idp

import (
	"fmt"
	"strings"

	"github.com/samlogin/samlogin/saml/foreign"
)

// Reason says why an IdP said no.
type Reason int

// Why an IdP says no, as far as its page tells.
const (
	WrongPassword       Reason = iota // user name or password not accepted
	Locked                            // the account is locked
	Disabled                          // the account is disabled
	PasswordExpired                   // the password must be changed first
	CodeRefused                       // the one-time code, or the whole second step, was not accepted
	NotPermitted                      // signed in, but not allowed to use AWS by this IdP
	UnknownRelyingParty               // the IdP does not know the relying party asked for
	IdPInitiatedOff                   // the page that starts a login from the IdP's side is switched off
	TooManyLogins                     // the IdP's loop detection stopped us
	WindowsSignIn                     // the IdP wants integrated Windows authentication
	WindowsPassword                   // user name and password not accepted, without a form
	CertificateUnread                 // the IdP's server for certificates cannot judge any
	MFATimedOut                       // nobody answered the notification or call in time
	ActionNeeded                      // signed in, but something has to be done in a browser first: set up a second factor
	OtherRefusal                      // an error page of the IdP's own
)

// RefusedError reports that the IdP said no. It holds the IdP's words, cleaned when shown, and no secret.
type RefusedError struct {
	Reason   Reason
	Origin   Origin
	User     string       // who was refused, "" where that is not known
	Said     foreign.Text // the IdP's words, "" where it had none
	Code     string       // the IdP's own error code (MSIS7065), "" where it showed none
	Activity string       // the id under which the IdP's administrator finds the event, "" where there is none
	Address  string       // where to go with a browser (the page to change a password), "" where that helps nobody
	Advice   string       // what to do, where the kind of IdP knows better than what is said of every IdP; "" it does not
}

func (e *RefusedError) Error() string {
	host := e.Origin.Host()
	who := host
	if e.User != "" {
		who = fmt.Sprintf("%s, asked for %s,", host, foreign.Text(e.User))
	}
	what := map[Reason]string{
		WrongPassword:       who + " refused the user name or password",
		Locked:              who + " says that the account is locked",
		Disabled:            who + " says that the account is disabled",
		PasswordExpired:     who + " says that the password has expired",
		CodeRefused:         who + " refused the second step (MFA)",
		NotPermitted:        who + " signed you in, but does not let you use AWS",
		UnknownRelyingParty: host + " does not know this relying party",
		IdPInitiatedOff:     "IdP-initiated sign-on is switched off at " + host,
		TooManyLogins:       host + " stopped this login, because there were too many within seconds",
		WindowsPassword:     who + " refused the user name or password, given without a form",
		CertificateUnread:   host + " read the client certificate and answered with nothing (204)",
		WindowsSignIn:       host + " wants integrated Windows authentication instead of a password",
		MFATimedOut:         "nobody confirmed the second step (MFA) of " + host + " in time",
		ActionNeeded:        who + " wants something done in a browser first",
		OtherRefusal:        host + " answered with an error page",
	}[e.Reason]
	if e.Said != "" {
		what += fmt.Sprintf(": %q", e.Said)
	}
	var found []string
	if e.Code != "" {
		found = append(found, e.Code)
	}
	if e.Activity != "" {
		found = append(found, "activity "+foreign.Text(e.Activity).String())
	}
	if len(found) > 0 {
		what += " (" + strings.Join(found, ", ") + ")"
	}
	return what
}

// NeedError reports that the IdP asks for something that nobody could answer: no terminal, or asking was forbidden.
type NeedError struct{ Question Question }

func (e *NeedError) Error() string {
	if e.Question.User != "" && e.Question.Kind != Choice {
		return fmt.Sprintf("%s asks for the %s of %s, and nobody can be asked", e.Question.Origin.Host(), e.Question.Kind, foreign.Text(e.Question.User))
	}
	if e.Question.Kind == Choice && e.Question.Label != "" {
		return fmt.Sprintf("%s asks for the %s, and nobody can be asked; it says %q", e.Question.Origin.Host(), e.Question.Topic, e.Question.Label)
	}
	if e.Question.Kind == Choice {
		return fmt.Sprintf("%s asks for the %s, and nobody can be asked", e.Question.Origin.Host(), e.Question.Topic)
	}
	return fmt.Sprintf("%s asks for a %s, and nobody can be asked", e.Question.Origin.Host(), e.Question.Kind)
}

// PageError reports an answer of the IdP that is not understood. It holds names and titles, never field values.
type PageError struct {
	Address string       // origin and path, no query
	Status  int          // HTTP status
	Title   foreign.Text // of the page
	Text    foreign.Text // what a person would read first on it
	Forms   []string     // "loginForm(UserName, Password)"
	Why     string       // what about it is not understood
	Browser bool         // it is known, and only a real browser gets past it
	Near    *Near        // the recogniser that came nearest; nil where none did, or where that is not the question
}

// Short is the error without the description of the page.
func (e *PageError) Short() string { return e.Address + ": " + e.Why }

func (e *PageError) Error() string {
	var b strings.Builder
	b.WriteString(e.Short())
	if e.Status != 0 && e.Status != 200 {
		fmt.Fprintf(&b, "; HTTP status %d", e.Status)
	}
	if e.Title != "" {
		fmt.Fprintf(&b, "; title %q", e.Title)
	}
	if len(e.Forms) > 0 {
		fmt.Fprintf(&b, "; forms %s", strings.Join(e.Forms, ", "))
	}
	if e.Text != "" {
		fmt.Fprintf(&b, "; it says %q", e.Text)
	}
	if e.Near != nil {
		fmt.Fprintf(&b, "; nearest to %s", e.Near)
	}
	return b.String()
}

// SafetyError reports something that samlogin does not do because a secret or an account could be lost by it.
// Nothing was sent.
type SafetyError struct {
	Rule string // what was refused, in words
	From Origin // the page that wanted it
	To   Origin // where it would have gone; zero where the address has no origin
}

func (e *SafetyError) Error() string {
	s := "refused for safety: " + e.Rule
	if e.From != (Origin{}) {
		s += fmt.Sprintf(" (page of %s", e.From)
		if e.To != (Origin{}) && e.To != e.From {
			s += fmt.Sprintf(", target %s", e.To)
		}
		s += ")"
	}
	return s
}

// NetworkError reports that the IdP could not be reached or did not answer in time. Err says why; it holds no query
// and no secret.
type NetworkError struct {
	Step string // "reading the sign-in page"
	Host string
	Err  error
}

// Error cleans the text of Err: net/http puts broken header lines of a server into it as they came.
func (e *NetworkError) Error() string {
	return fmt.Sprintf("%s at %s: %s", e.Step, e.Host, foreign.Text(e.Err.Error()))
}

// Unwrap is Err.
func (e *NetworkError) Unwrap() error { return e.Err }
