package idp_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/idptest"
	"github.com/samlogin/samlogin/saml/foreign"
)

const (
	wrong     = "Incorrect user ID or password. Type the correct user ID and password, and try again."
	wrongCode = "The code was not correct."
)

// again is the sign-in page with the IdP's words about the password before.
func again() idptest.Answer { return says(posting("/post"), wrong) }

func says(page, words string) idptest.Answer {
	return idptest.HTML(strings.Replace(page, `<span id="errorText"></span>`, `<span id="errorText">`+words+`</span>`, 1))
}

// codePage asks for a one-time code.
const codePage = `<title>Sign In</title><form id="loginForm" method="post" action="/code"><span id="errorText"></span><input type="hidden" name="AuthMethod" value="Otp">` +
	`<input type="hidden" name="Context" value="ctx-1"><label for="otp">Code of your token</label><input id="otp" name="otp" type="text"><input type="submit" name="Submit" value="Submit"></form>`

func refusal(t testing.TB, err error, reason idp.Reason) *idp.RefusedError {
	t.Helper()
	var e *idp.RefusedError
	if !errors.As(err, &e) || e.Reason != reason {
		t.Fatalf("%v, want a refusal", err)
	}
	idptest.Absent(t, canary, "the error", err.Error())
	return e
}

// security case 12
func TestAStoredPasswordIsSentOnce(t *testing.T) {
	w := idptest.New(t)
	s := w.Site(host).On(start, idptest.HTML(posting("/post"))).On("POST /post", again())
	_, err := run(t, w)
	e := refusal(t, err, idp.WrongPassword)
	if e.Said != wrong || e.User != "jane@example.com" || e.Origin.Host() != host || !strings.Contains(err.Error(), "Incorrect user ID") {
		t.Errorf("the refusal is %+v", e)
	}
	if n := len(s.Posts()); n != 1 {
		t.Errorf("the password was sent %d times", n)
	}
}

// security case 12
func TestAPersonMayTypeThreePasswords(t *testing.T) {
	for name, c := range map[string]struct {
		typed []string
		sent  int
		ok    bool
	}{
		"the second is right":   {[]string{"second"}, 2, true},
		"nobody types another":  {nil, 1, false},
		"an empty one":          {[]string{""}, 1, false},
		"the third is wrong":    {[]string{"second", "third", "fourth"}, 3, false},
		"the same again, asked": {[]string{canary}, 2, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := idptest.New(t)
			answers := []idptest.Answer{again(), response(t)}
			if !c.ok {
				answers = []idptest.Answer{again()}
			}
			s := w.Site(host).On(start, idptest.HTML(posting("/post"))).On("POST /post", answers...)
			p := &idptest.Person{Types: map[idp.Kind][]string{idp.Password: c.typed}}
			_, err := idp.NewWalk(config(t, w)).Run(t.Context(), at(t, "https://"+host+startURL), idp.Chain(stored(), p))
			if c.ok && err != nil {
				t.Fatal(err)
			} else if !c.ok {
				refusal(t, err, idp.WrongPassword)
			}
			posts := s.Posts()
			if len(posts) != c.sent {
				t.Fatalf("%d passwords were sent, want %d", len(posts), c.sent)
			}
			for i, post := range posts[1:] {
				if post.Value("Password") != c.typed[i] {
					t.Errorf("sent %q", post.Value("Password"))
				}
			}
			for _, q := range p.Asked() {
				if !q.Again || q.Refused != wrong || q.User != "jane@example.com" || q.Origin.Host() != host {
					t.Errorf("asked %+v", q)
				}
			}
		})
	}
}

// security case 12
func TestNoSecondPasswordForALockedAccount(t *testing.T) {
	w := idptest.New(t)
	s := w.Site(host).On(start, idptest.HTML(posting("/post"))).On("POST /post", says(posting("/post"), "Your account is locked."))
	p := &idptest.Person{Types: map[idp.Kind][]string{idp.Password: {canary, "second"}}}
	_, err := idp.NewWalk(config(t, w)).Run(t.Context(), at(t, "https://"+host+startURL), p)
	refusal(t, err, idp.Locked)
	if len(s.Posts()) != 1 || len(p.Asked()) != 1 {
		t.Errorf("sent %d, asked %d", len(s.Posts()), len(p.Asked()))
	}
}

func TestOnlyWhatThePageHasAFieldForIsAsked(t *testing.T) {
	w := idptest.New(t)
	s := w.Site(host).On(start, idptest.HTML(posting("/post"))).On("POST /post", idptest.HTML(codePage)).On("POST /code", response(t))
	p := &idptest.Person{Types: map[idp.Kind][]string{idp.Username: {" jane \n"}, idp.Password: {" " + canary + " "}, idp.Code: {" 123456\n"}}}
	c := config(t, w)
	c.Username = ""
	walk := idp.NewWalk(c)
	if _, err := walk.Run(t.Context(), at(t, "https://"+host+startURL), p); err != nil {
		t.Fatal(err)
	}
	asked := p.Asked()
	if len(asked) != 3 || asked[0].Kind != idp.Username || asked[1].Kind != idp.Password || asked[2].Kind != idp.Code || asked[2].Label != "Code of your token" || asked[1].User != "jane" {
		t.Errorf("asked %+v", asked)
	}
	post := s.Posts()
	if post[0].Value("UserName") != "jane" || post[0].Value("Password") != " "+canary+" " { // blanks belong to a password
		t.Errorf("sent %q", post[0].Body)
	}
	if post[1].Names() != "AuthMethod Context otp Submit" || post[1].Value("otp") != "123456" || post[1].Value("Context") != "ctx-1" {
		t.Errorf("sent %q", post[1].Body)
	}
	// The session's cookies are still there: the response comes without a question.
	s.On(start, response(t))
	if _, err := walk.Run(t.Context(), at(t, "https://"+host+startURL), idptest.Stored{}); err != nil {
		t.Errorf("the second login: %v", err)
	}
}

func TestNobodyToAskIsNoRefusal(t *testing.T) {
	for name, c := range map[string]struct {
		user   string
		stored idptest.Stored
		kind   idp.Kind
		sent   int
	}{
		"no user name":       {"", idptest.Stored{idp.Password: canary}, idp.Username, 0},
		"a blank user name":  {"", idptest.Stored{idp.Username: " ", idp.Password: canary}, idp.Username, 0},
		"no password":        {"jane", idptest.Stored{}, idp.Password, 0},
		"an empty password":  {"jane", idptest.Stored{idp.Password: ""}, idp.Password, 0},
		"no one-time code":   {"jane", stored(), idp.Code, 1},
		"an empty code, too": {"jane", idptest.Stored{idp.Password: canary, idp.Code: ""}, idp.Code, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := idptest.New(t)
			s := w.Site(host).On(start, idptest.HTML(posting("/post"))).On("POST /post", idptest.HTML(codePage))
			conf := config(t, w)
			conf.Username = c.user
			_, err := idp.NewWalk(conf).Run(t.Context(), at(t, "https://"+host+startURL), c.stored)
			var need *idp.NeedError
			if !errors.As(err, &need) || need.Question.Kind != c.kind || len(s.Posts()) != c.sent {
				t.Errorf("%v after %d forms", err, len(s.Posts()))
			}
		})
	}
}

// A second login on the same walk that is asked for the password again was not refused anything, yet what is stored
// is not sent a second time.
func TestASecondLoginSendsNothingStoredAgain(t *testing.T) {
	w := idptest.New(t)
	s := w.Site(host).On(start, idptest.HTML(posting("/post"))).On("POST /post", response(t))
	walk := idp.NewWalk(config(t, w))
	for i := range 2 {
		_, err := walk.Run(t.Context(), at(t, "https://"+host+startURL), stored())
		var need *idp.NeedError
		if i == 0 && err != nil || i == 1 && !errors.As(err, &need) {
			t.Errorf("login %d: %v", i+1, err)
		}
	}
	if n := len(s.Posts()); n != 1 {
		t.Errorf("the password was sent %d times", n)
	}
}

// security case 25
func TestNoCodeIsSentTwiceAndAtMostThree(t *testing.T) {
	for name, c := range map[string]struct {
		dialog func() idp.Dialog
		sent   []string
	}{
		"a stored one":           {func() idp.Dialog { return idptest.Stored{idp.Password: canary, idp.Code: "111111"} }, []string{"111111"}},
		"the same typed again":   {func() idp.Dialog { return codes("111111", "111111", "222222") }, []string{"111111", "222222"}},
		"the same for ever":      {func() idp.Dialog { return codes("111111", "111111", "111111", "111111", "111111") }, []string{"111111"}},
		"the same but for blank": {func() idp.Dialog { return codes("111111", " 111111 ", "222222") }, []string{"111111", "222222"}},
		"four":                   {func() idp.Dialog { return codes("111111", "222222", "333333", "444444") }, []string{"111111", "222222", "333333"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := idptest.New(t)
			s := w.Site(host).On(start, idptest.HTML(posting("/post"))).On("POST /post", idptest.HTML(codePage)).On("POST /code", says(codePage, wrongCode))
			_, err := idp.NewWalk(config(t, w)).Run(t.Context(), at(t, "https://"+host+startURL), c.dialog())
			if e := refusal(t, err, idp.CodeRefused); e.Said != wrongCode {
				t.Errorf("said %q", e.Said)
			}
			var sent []string
			for _, post := range s.Posts() {
				if post.Path == "/code" {
					sent = append(sent, post.Value("otp"))
				}
			}
			if strings.Join(sent, " ") != strings.Join(c.sent, " ") {
				t.Errorf("sent %q, want %q", sent, c.sent)
			}
		})
	}
}

func codes(typed ...string) idp.Dialog {
	return &idptest.Person{Types: map[idp.Kind][]string{idp.Password: {canary}, idp.Code: typed}}
}

// A code goes by the same rule of origins as a password.
func TestACodeStaysWithTheIdP(t *testing.T) {
	for name, page := range map[string]string{
		"another server": strings.Replace(codePage, "/code", "https://evil.example.com/code", 1),
		"GET":            strings.Replace(codePage, "post", "get", 1),
		"without TLS":    strings.Replace(codePage, "/code", "http://adfs.example.com/code", 1),
	} {
		t.Run(name, func(t *testing.T) {
			w := idptest.New(t)
			w.Site(host).On(start, idptest.HTML(page))
			w.Site(evil)
			p := &idptest.Person{Types: map[idp.Kind][]string{idp.Code: {"111111"}}}
			_, err := idp.NewWalk(config(t, w)).Run(t.Context(), at(t, "https://"+host+startURL), p)
			unsafe(t, err)
			if len(p.Asked()) != 0 {
				t.Error("the code was asked for")
			}
			reached(t, w, host+":443")
		})
	}
}

// security case 23
func TestWordsOfThePageAreShownCleanWithTheirDigits(t *testing.T) {
	w := idptest.New(t)
	page := strings.Replace(codePage, "Code of your token", "Confirm 42\x1b[2J\u202e then \u009b31mtype", 1)
	w.Site(host).On(start, idptest.HTML(page))
	_, err := idp.NewWalk(config(t, w)).Run(t.Context(), at(t, "https://"+host+startURL), idptest.Stored{})
	var need *idp.NeedError
	if !errors.As(err, &need) {
		t.Fatal(err)
	}
	label := need.Question.Label.String()
	if !strings.HasPrefix(label, "Confirm 42<U+001B>[2J<U+202E> then ") || foreign.Suspicious(label) || foreign.Suspicious(err.Error()) {
		t.Errorf("shown as %q", label)
	}
}
