package demo_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/idp/demo"
)

// answerCode posts a code page as a browser does: to the address it came from, as the form has no action.
func (b *browser) answerCode(page *answer, code string) *answer {
	return b.post(aws, "AuthMethod", page.input("AuthMethod"), "Context", page.input("Context"), "ChallengeQuestionAnswer", code, "Submit", "Submit")
}

func TestCodePageIsAsAnAdapterDrawsIt(t *testing.T) {
	f := newFarm(t, demo.Config{})
	page := f.browser().signIn(aws, `CORP\max`, password)
	if page.kind() != "code page" {
		t.Fatalf("a %s", page.kind())
	}
	form := page.page.Find("form#loginForm")
	if _, action := form.Attr("action"); action || form.Find("input[name=AuthMethod], input[name=Context], input[name=ChallengeQuestionAnswer], input[name=Submit]").Length() != 4 {
		t.Error("the form has an action, or not its four fields")
	}
	if n := len(page.input("Context")); n < 10_000 || n > 20_000 {
		t.Errorf("Context has %d characters", n)
	}
	if page.page.Find("#mfaGreetingDescription").Length() != 1 || page.page.Find("input[type=password]").Length() != 0 || strings.Contains(page.body, "123456") {
		t.Error("it is no second step as AD FS has it, or it gives the code away")
	}
}

func TestRightCodeLeadsOn(t *testing.T) {
	f := newFarm(t, demo.Config{})
	b := f.browser()
	b.signIn(aws, `CORP\max`, password)
	if got := b.get(aws).kind(); got != "code page" {
		t.Errorf("a password alone gives a %s", got)
	}
	page := b.get(aws)
	next := b.answerCode(page, "123456")
	if next.status != http.StatusFound || !slices.Equal(next.sets(), []string{"MSISAuth", "MSISAuth1"}) {
		t.Fatalf("the right code is answered with %d, %v", next.status, next.sets())
	}
	b.follow(next).response()
	if got := b.get(aws).kind(); got != "response" {
		t.Errorf("the code is asked for again: a %s", got)
	}
}

func TestContextIsGoodOnce(t *testing.T) {
	f := newFarm(t, demo.Config{})
	b := f.browser()
	first := b.signIn(aws, `CORP\max`, password)
	second := b.answerCode(first, "000000")
	if second.kind() != "code page" || second.refused() == "" || second.input("Context") == first.input("Context") {
		t.Fatalf("a wrong code gives a %s, %q, Context new: %v", second.kind(), second.refused(), second.input("Context") != first.input("Context"))
	}
	third := b.answerCode(first, "123456")
	if third.kind() != "code page" || !strings.Contains(third.refused(), "expired") {
		t.Fatalf("the right code with the first Context gives a %s, %q", third.kind(), third.refused())
	}
	if got := b.answerCode(second, "123456"); got.kind() != "code page" {
		t.Errorf("the right code with an overtaken Context gives a %s", got.kind())
	}
	if got := b.post(aws, "AuthMethod", "DemoOneTimeCode", "ChallengeQuestionAnswer", "123456"); got.kind() != "code page" {
		t.Errorf("the right code without Context gives a %s", got.kind())
	}
	if got := f.browser().answerCode(b.get(aws), "123456"); got.kind() != "sign-in page" {
		t.Errorf("the right code without the session gives a %s", got.kind())
	}
	if got := b.answerCode(b.get(aws), "123456"); got.kind() != "redirect" {
		t.Errorf("the right code with the newest Context gives a %s: %s", got.kind(), got.refused())
	}
}

func TestCodeBeforeItIsAskedForIsNotTaken(t *testing.T) {
	b := newFarm(t, demo.Config{}).browser()
	b.post(aws, "UserName", `CORP\max`, "Password", password, "AuthMethod", "FormsAuthentication")
	if got := b.post(aws, "AuthMethod", "DemoOneTimeCode", "Context", "", "ChallengeQuestionAnswer", "123456"); got.kind() != "code page" {
		t.Errorf("without a page there is a %s", got.kind())
	}
}

func TestContextOfAnotherPersonIsNotTaken(t *testing.T) {
	people := []demo.Person{{Name: `CORP\a`, UPN: "a@corp", Code: "111111"}, {Name: `CORP\b`, UPN: "b@corp", Code: "222222"}}
	f := newFarm(t, demo.Config{People: people})
	a, b := f.browser(), f.browser()
	pageOfA, pageOfB := a.signIn(aws, "a@corp", ""), b.signIn(aws, "b@corp", "")
	if pageOfA.kind() != "code page" || pageOfB.kind() != "code page" {
		t.Fatalf("a %s and a %s", pageOfA.kind(), pageOfB.kind())
	}
	for _, code := range []string{"111111", "222222"} {
		if got := b.answerCode(pageOfA, code); got.kind() != "code page" || !strings.Contains(got.refused(), "expired") {
			t.Errorf("code %s with the Context of another gives a %s", code, got.kind())
		}
	}
}

func TestThirdWrongCodeEndsTheSession(t *testing.T) {
	f := newFarm(t, demo.Config{})
	b := f.browser()
	page := b.signIn(aws, `CORP\max`, password)
	for range 2 {
		page = b.answerCode(page, "000000")
		if page.kind() != "code page" || page.refused() != "The code is not right. Try again." {
			t.Fatalf("a %s: %s", page.kind(), page.refused())
		}
	}
	last := b.answerCode(page, "000000")
	if last.kind() != "error page" || !strings.Contains(last.error(), "three times") {
		t.Errorf("the third wrong code gives a %s", last.kind())
	}
	if got := b.get(aws).kind(); got != "sign-in page" {
		t.Errorf("afterwards there is a %s", got)
	}
}

func TestSecondStepIsOneThatIsOffered(t *testing.T) {
	b := newFarm(t, demo.Config{}).browser()
	page := b.signIn(aws, `CORP\max`, password)
	got := b.post(aws, "AuthMethod", "AzureMfaAuthentication", "Context", page.input("Context"), "ChallengeQuestionAnswer", "123456")
	if got.kind() != "error page" || !strings.Contains(got.error(), "not available for 'max@corp.example.com'") {
		t.Errorf("a %s: %s", got.kind(), got.error())
	}
}
