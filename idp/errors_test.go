package idp_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml/foreign"
)

func TestErrorsSayWhatHappened(t *testing.T) {
	home := origin(t, "https://"+host)
	for want, err := range map[string]error{
		`adfs.example.com, asked for jane, refused the user name or password: "Wrong."`:  &idp.RefusedError{Reason: idp.WrongPassword, Origin: home, User: "jane", Said: "Wrong."},
		`adfs.example.com refused the second step (MFA)`:                                 &idp.RefusedError{Reason: idp.CodeRefused, Origin: home},
		`adfs.example.com does not know this relying party (MSIS7007, activity a-1)`:     &idp.RefusedError{Reason: idp.UnknownRelyingParty, Origin: home, Code: "MSIS7007", Activity: "a-1"},
		`IdP-initiated sign-on is switched off at adfs.example.com`:                      &idp.RefusedError{Reason: idp.IdPInitiatedOff, Origin: home},
		`adfs.example.com asks for the password of jane, and nobody can be asked`:        &idp.NeedError{Question: idp.Question{Kind: idp.Password, Origin: home, User: "jane"}},
		`adfs.example.com asks for a user name, and nobody can be asked`:                 &idp.NeedError{Question: idp.Question{Kind: idp.Username, Origin: home}},
		`https://a/b: why; HTTP status 500; title "T"; forms f(x), g(); it says "words"`: &idp.PageError{Address: "https://a/b", Why: "why", Status: 500, Title: "T", Forms: []string{"f(x)", "g()"}, Text: "words"},
		`refused for safety: rule (page of https://adfs.example.com)`:                    &idp.SafetyError{Rule: "rule", From: home},
		`reading at a: gone`: &idp.NetworkError{Step: "reading", Host: "a", Err: errors.New("gone")},
	} {
		if err.Error() != want {
			t.Errorf("says %q\nwant %q", err.Error(), want)
		}
	}
}

// Every reason has words of its own: none may come out empty.
func TestEveryReasonHasWords(t *testing.T) {
	seen := map[string]idp.Reason{}
	for r := idp.WrongPassword; r <= idp.OtherRefusal; r++ {
		text := (&idp.RefusedError{Reason: r, Origin: origin(t, "https://"+host)}).Error()
		if other, twice := seen[text]; twice || !strings.Contains(text, host) {
			t.Errorf("reason %d says %q, as does %d", r, text, other)
		}
		seen[text] = r
	}
}

// security case 48
func TestNoErrorLetsAnEscapeThrough(t *testing.T) {
	const esc = "\x1b[2J\r\u202e"
	home := origin(t, "https://"+host)
	for _, err := range []error{
		&idp.RefusedError{Origin: home, User: esc, Said: esc, Activity: esc},
		&idp.NeedError{Question: idp.Question{Origin: home, User: esc}},
		&idp.PageError{Title: esc, Text: esc},
		&idp.NetworkError{Err: errors.New("malformed header: " + esc)},
		readPage(t, "https://"+host+"/"+"%1b[2J\u202e", `<title>`+esc+`</title><form id="`+esc+`"><input name="`+esc+`"></form>`).NotUnderstood("why"),
	} {
		if foreign.Suspicious(err.Error()) {
			t.Errorf("%T says %+q", err, err.Error())
		}
	}
}
