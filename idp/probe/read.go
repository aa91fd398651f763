package probe

import (
	"github.com/samlogin/samlogin/idp"
)

// SignInWindows is what Finding.SignIn says of a page that takes nothing but a Windows account.
const SignInWindows = "a Windows account (Kerberos or NTLM)"

// What other pages want, in words.
const (
	signInForm     = "user name and password"
	signInName     = "the user name, then the password"
	signInPassword = "the password"
	signInRealms   = "whose account it is, then user name and password"
	signInParties  = "which application is meant, then user name and password"
	signInOther    = "something to choose first"
)

// read notes what the first page wants that somebody has to answer.
func (f *Finding) read(s idp.Sight) {
	switch step := s.Step.(type) {
	case idp.SignIn:
		f.SignIn = signInForm
		if step.Password == "" {
			f.SignIn = signInName
		} else if step.User == "" {
			f.SignIn = signInPassword
		}
		for _, pick := range step.Picks {
			if pick.Topic == idp.Organisation {
				f.Realms = pick.Offered()
			}
		}
	case idp.Negotiate:
		f.SignIn, f.Windows = SignInWindows, true
	case idp.Choose:
		switch step.Topic {
		case idp.Organisation:
			f.SignIn, f.Realms = signInRealms, step.Offered()
		case idp.Application:
			f.SignIn, f.Applications = signInParties, step.Offered()
		default:
			f.SignIn = signInOther
		}
	case idp.Challenge:
		f.SignIn = signInOther
	case idp.Submit:
		if f.SignIn = signInOther; !asks(s) {
			f.SignIn, f.Said = "", s.Page.NotUnderstood("it leads on without end, or to a place without TLS")
		}
	case idp.Open:
		f.SignIn = signInOther
	case idp.Stop:
		f.Said = step.Err
	case nil:
		if s.Page != nil && len(s.Page.Forms) > 0 {
			f.Said = s.Page.NotUnderstood("the sign-in page is not known")
		}
	}
}

// asks reports whether a page is one at which a login begins: one that somebody has to answer.
func asks(s idp.Sight) bool {
	switch step := s.Step.(type) {
	case idp.SignIn, idp.Choose, idp.Negotiate, idp.Challenge:
		return true
	case idp.Submit: // a notice to be read first, or the way to another server; not a page that leads on without end
		return step.Says != "" || step.Form.Target.Secure() && step.Form.Target != s.Page.Origin
	}
	return false
}
