package demo_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/idp/demo"
)

// at is a person's page after the first n stops of the first walk.
func (b *browser) at(user string, n int) *answer {
	b.t.Helper()
	for _, w := range walks() {
		if w.user == user {
			return b.walked(w, n, func(string, *answer) {})
		}
	}
	b.t.Fatalf("%s has no walk", user)
	return nil
}

// While an answer is kept back, the page that it was for is used up.
func TestContextIsUsedUpWhileItsAnswerIsKeptBack(t *testing.T) {
	var meanwhile func()
	f := newFarm(t, demo.Config{Approval: func(context.Context) { meanwhile() }})
	b := f.browser()
	page := b.at("blake", 0)
	var kinds []string
	held := 0
	meanwhile = func() {
		if held++; held == 1 {
			kinds = append(kinds, b.post(aws, fill(page.form(""), "Context", "")...).kind(), b.answer(page, stop{}).kind())
		}
	}
	if got := b.answer(page, stop{}).kind(); got != "response" || !slices.Equal(kinds, []string{"code page", "code page"}) || held != 1 {
		t.Errorf("a %s; answers in between gave %v; %d were kept back", got, kinds, held)
	}
}

func TestMethodCanBeBegunAnew(t *testing.T) {
	b := newFarm(t, demo.Config{}).browser()
	page := b.at("omar", 1)
	for range 2 {
		page = b.answer(page, choose("", "SecurIDAuthentication"))
		if page.kind() != "code page" || page.says() != "" {
			t.Errorf("choosing the method that is under way gives a %s that says %q", page.kind(), page.says())
		}
	}
	if got := b.get(aws).kind(); got != "choice page" {
		t.Errorf("loading it again gives a %s", got)
	}
	b = b.farm.browser()
	waiting := b.at("reva", 2) // one more would do
	for range 3 {
		if waiting.kind() != "code page" {
			t.Fatalf("a %s", waiting.kind())
		}
		waiting = b.answer(b.get(aws), stop{})
	}
	if waiting.kind() != "code page" {
		t.Errorf("loading a page again goes on counting: a %s", waiting.kind())
	}
}

func TestWhoIsThroughIsNotAskedAgain(t *testing.T) {
	b := newFarm(t, demo.Config{}).browser()
	page := b.at("rita", 0)
	b.answer(page, code("", "Passcode", "123456")).response()
	if got := b.post(aws, fill(page.form(""), "Passcode", "123456")...); got.kind() != "sign-in page" {
		t.Errorf("the page of the second step, sent again, gives a %s", got.kind())
	}
}

func TestWhatAnAdapterRefuses(t *testing.T) {
	swap := func(old, new string) string { return strings.Replace(result, old, new, 1) }
	for name, c := range map[string]struct {
		user string
		n    int
		send []string
		says string
	}{
		"PIN with the right code, adfsmfa":     {"noel", 0, []string{"totp", "123456", "pincode", "2469", "continueButton", "Connect"}, "Invalid code"},
		"PIN with the right code, own":         {"tessa", 0, []string{"TokenPin", "", "TokenCode", "123456", "Submit", "Submit"}, "PIN or code"},
		"code with the right PIN":              {"tessa", 0, []string{"TokenPin", "2468", "TokenCode", "123457", "Submit", "Submit"}, "PIN or code"},
		"both codes, the first wrong":          {"nils", 1, []string{"ChallengeQuestionAnswer", "123457", "NextCode", "234567"}, "Access denied"},
		"both codes, the next wrong":           {"nils", 1, []string{"ChallengeQuestionAnswer", "123456", "NextCode", "123456"}, "Access denied"},
		"new PIN of three digits":              {"newt", 1, []string{"NewPin", "123", "ConfirmPin", "123"}, "4 to 8"},
		"new PIN of nine digits":               {"newt", 1, []string{"NewPin", "123456789", "ConfirmPin", "123456789"}, "4 to 8"},
		"new PIN with a letter":                {"newt", 1, []string{"NewPin", "1234a", "ConfirmPin", "1234a"}, "4 to 8"},
		"passcode without the new PIN":         {"newt", 4, []string{"Passcode", "123456"}, "Access denied"},
		"empty code":                           {"rita", 0, []string{"Passcode", ""}, "Access denied"},
		"formResult with a key too many":       {"piet", 0, []string{"otp", "123456", "formResult", swap(`{`, `{"more":"",`)}, "not filled in"},
		"formResult with a key too few":        {"piet", 0, []string{"otp", "123456", "formResult", swap(`"newMode":"",`, "")}, "not filled in"},
		"formResult that is no object":         {"piet", 0, []string{"otp", "123456", "formResult", `[]`}, "not filled in"},
		"another mode":                         {"piet", 0, []string{"otp", "123456", "formResult", result, "mode", "push"}, "not filled in"},
		"a mode that this person has not":      {"piet", 0, []string{"formResult", swap(`"modeChanged":"","newMode":""`, `"modeChanged":"1","newMode":"push"`)}, "wrong otp value"},
		"code of no relevance while it waits":  {"pia", 0, []string{"otp", "123456", "formResult", result}, ""},
		"one-time code for a method to choose": {"nelly", 0, []string{"selectedradio", "9", "totp", "123456"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := newFarm(t, demo.Config{}).browser()
			got := b.answer(b.at(c.user, c.n), code("", c.send...))
			if got.kind() != "code page" || !strings.Contains(got.says(), c.says) || c.says == "" && got.says() != "" {
				t.Errorf("a %s that says %q", got.kind(), got.says())
			}
		})
	}
}

func TestNoWayRoundThePIN(t *testing.T) {
	b := newFarm(t, demo.Config{}).browser()
	if got := b.answer(b.at("noel", 0), code("", "selected", "3")); got.page.Find("input[name=pincode]").Length() != 1 {
		t.Errorf("another way to get the code leads to a %s", got.body)
	}
}

// Who may go back to a mode, may.
func TestModeIsChangedBothWays(t *testing.T) {
	b := newFarm(t, demo.Config{}).browser()
	page := b.at("pia", 0)
	for i, mode := range []string{"otp", "push", "otp"} {
		changed := `"modeChanged":true,"newMode":"` + mode + `"`
		if page = b.answer(page, code("", "formResult", strings.Replace(result, `"modeChanged":"","newMode":""`, changed, 1))); page.input("mode") != mode {
			t.Fatalf("change %d gives the mode %q of a %s", i, page.input("mode"), page.kind())
		}
	}
	b.answer(page, code("", "otp", "123456", "formResult", result, "Submit", "Submit")).response()
}
