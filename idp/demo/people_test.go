package demo_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/idp/demo"
)

func TestEveryPersonsStory(t *testing.T) {
	type story struct {
		kind, says string
		roles      int
	}
	stories := map[string]story{
		"jane": {"response", "", 6}, "olivia": {"response", "", 1}, "max": {"code page", "", 0}, "toby": {"code page", "", 0}, "paul": {"response", "", 2}, "tina": {"response", "", 1},
		"ada": {"response", "", 60}, "mona": {"response", "", 1000}, "nora": {"response", "", 0}, "chris": {"response", "", 1}, "gina": {"response", "", 1},
		"dora":   {"sign-in page", "Incorrect user ID or password.", 0},
		"lars":   {"sign-in page", "account is locked", 0},
		"petra":  {"sign-in page", "password has expired", 0},
		"mike":   {"update page", "", 0},
		"victor": {"error page", "MSIS5007", 0},
	}
	people := demo.DemoPeople()
	for _, p := range people {
		kind := "code page"
		if len(p.Second) > 1 {
			kind = "choice page"
		}
		if _, told := stories[strings.TrimPrefix(p.Name, `CORP\`)]; !told && p.Second != nil {
			stories[strings.TrimPrefix(p.Name, `CORP\`)] = story{kind, "", 0}
		}
	}
	if len(people) != len(stories) {
		t.Errorf("there are %d people and %d stories", len(people), len(stories))
	}
	f := newFarm(t, demo.Config{})
	for _, p := range people {
		t.Run(p.Name, func(t *testing.T) {
			name := strings.TrimPrefix(p.Name, `CORP\`)
			want, known := stories[name]
			if !known || p.Story == "" {
				t.Fatal("has no story")
			}
			got := f.browser().signIn(aws, p.UPN, password)
			if got.kind() != want.kind || !strings.Contains(got.refused()+got.error(), want.says) {
				t.Fatalf("a %s: %s%s", got.kind(), got.refused(), got.error())
			}
			if want.kind == "response" {
				if n := strings.Count(got.response(), ":saml-provider/"); n != want.roles {
					t.Errorf("%d roles, want %d", n, want.roles)
				}
			}
			if link := got.page.Find("a[href*=updatepassword]").Length() == 1; link != (name == "petra") {
				t.Errorf("link to change the password: %v", link)
			}
			if again := f.browser().signIn(aws, p.Name, "wrong"); again.refused() != "Incorrect user ID or password. Type the correct user ID and password, and try again." {
				t.Errorf("a wrong password gives a %s: %s", again.kind(), again.refused())
			}
		})
	}
	if got := f.browser().signIn(aws, `CORP\nobody`, password); !strings.HasPrefix(got.refused(), "Incorrect user ID or password.") {
		t.Errorf("who does not exist gets a %s: %s", got.kind(), got.refused())
	}
}

// AWS takes at most 100,000 characters, so one person has to have more, and everybody else less.
func TestOnlyMonasResponseIsTooLong(t *testing.T) {
	f := newFarm(t, demo.Config{})
	for _, name := range []string{"jane", "ada", "mona"} {
		n := len(f.browser().signIn(aws, name+"@corp.example.com", password).input("SAMLResponse"))
		if (n > 100_000) != (name == "mona") {
			t.Errorf("%s has %d characters", name, n)
		}
	}
}

func TestPairsComeInEitherOrder(t *testing.T) {
	text := newFarm(t, demo.Config{}).browser().signIn(aws, `CORP\jane`, password).response()
	if !strings.Contains(text, "role/Admin,arn:aws:iam::111111111111:saml-provider/ADFS<") || !strings.Contains(text, "saml-provider/ADFS, arn:aws:iam::111111111111:role/ReadOnly<") {
		t.Errorf("the pairs are all of one kind: %s", text)
	}
}

// What the double keeps and tells is names, never a value that somebody sent.
func TestLogAndEventsHoldNoSecret(t *testing.T) {
	f := newFarm(t, demo.Config{})
	b := f.browser()
	b.signIn(aws, `CORP\max`, "canary-wrong")
	page := b.signIn(aws, `CORP\max`, password)
	last := b.follow(b.answerCode(page, "123456"))
	seen := fmt.Sprintf("%+v %+v %+v", f.adfs.Log(), f.events, demo.DemoPeople())
	for _, secret := range []string{"canary-wrong", password, page.input("Context"), last.input("SAMLResponse")} {
		if secret == "" || strings.Contains(seen, secret) {
			t.Errorf("%.20q is in %s", secret, seen)
		}
	}
	requests := f.adfs.Log()
	if len(requests) != 7 {
		t.Fatalf("%d requests", len(requests))
	}
	got := fmt.Sprintf("%s %s %s %v %v", requests[5].Method, requests[5].Path, requests[5].Agent, requests[5].Fields, requests[5].Cookies)
	if want := "POST /adfs/ls/IdpInitiatedSignOn.aspx samlogin/test [AuthMethod Context ChallengeQuestionAnswer Submit] [MSISAuth MSISAuth1]"; got != want {
		t.Errorf("the log has %s, want %s", got, want)
	}
	var story []string
	for _, e := range f.events {
		story = append(story, e.What)
	}
	if want := "[sign-in page password refused sign-in page password accepted page for the one-time code one-time code accepted response issued for urn:amazon:webservices]"; fmt.Sprint(story) != want {
		t.Errorf("the story is %v", story)
	}
}
