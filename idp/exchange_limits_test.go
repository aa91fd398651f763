package idp_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/idptest"
)

// security case 25
func TestACodeOfAnExchangeIsCountedLikeAnyOther(t *testing.T) {
	for name, c := range map[string]struct {
		dialog idp.Dialog
		sent   string
	}{
		"a stored one":         {idptest.Stored{idp.Password: canary, idp.Code: "111111"}, "111111"},
		"the same typed again": {codes("111111", " 111111 ", "222222"), "111111 222222"},
		"the same for ever":    {codes("111111", "111111", "111111", "111111", "111111"), "111111"},
		"four":                 {codes("111111", "222222", "333333", "444444"), "111111 222222 333333"},
	} {
		t.Run(name, func(t *testing.T) {
			w, _, o := withFrame(t)
			o.On("POST /ask", jsonOf(`{"stat":"FAIL"}`))
			conf := conversing(t, w, func(ctx context.Context, talk *idp.Talk) error {
				m := idp.Message{Path: "/ask", Pairs: []idp.Pair{{Name: "sid", Value: "s"}}, Code: "passcode"}
				for range 10 {
					if err := talk.JSON(ctx, m, &said{}); err != nil {
						return err
					}
					m.Refused = wrongCode
				}
				return nil
			})
			_, err := idp.NewWalk(conf).Run(t.Context(), at(t, "https://"+host+startURL), c.dialog)
			if e := refusal(t, err, idp.CodeRefused); e.Said != wrongCode {
				t.Errorf("said %q", e.Said)
			}
			var sent []string
			for _, r := range o.Posts() {
				if r.Names() != "sid passcode" {
					t.Errorf("sent %q", r.Body)
				}
				sent = append(sent, r.Value("passcode"))
			}
			if got := strings.Join(sent, " "); got != c.sent {
				t.Errorf("sent %s, want %s", got, c.sent)
			}
		})
	}
	t.Run("one that the IdP has had", func(t *testing.T) {
		w, s, o := withFrame(t)
		s.On(start, idptest.HTML(codePage)).On("POST /code", idptest.HTML(framePage))
		o.On("POST /ask", jsonOf(`{}`))
		conf := conversing(t, w, func(ctx context.Context, talk *idp.Talk) error {
			return talk.JSON(ctx, idp.Message{Path: "/ask", Code: "passcode"}, &said{})
		})
		if _, err := idp.NewWalk(conf).Run(t.Context(), at(t, "https://"+host+startURL), codes("111111", "111111", "222222")); err != nil {
			t.Fatal(err)
		}
		if posts := o.Posts(); len(posts) != 1 || posts[0].Body != "passcode=222222" {
			t.Errorf("sent %+v", posts)
		}
	})
}

// A page could hand on what was typed, for it to be put into an address.
func TestWhatWasTypedIsInNoAddressOfAnExchange(t *testing.T) {
	for name, m := range map[string]idp.Message{
		"query":       {Path: "/ask", Query: []idp.Pair{{Name: "tx", Value: "x" + canary}}},
		"path":        {Path: "/ask/" + strings.ReplaceAll(strings.ReplaceAll(canary, `\`, "%5C"), "<", "%3C")},
		"path, query": {Path: "/ask?tx=" + "Kanarie%2B%26%3C7%3E%22%5C%20%20v%C3%B6gel"},
	} {
		t.Run(name, func(t *testing.T) {
			w, s, _ := withFrame(t)
			s.On(start, idptest.HTML(posting("/post"))).On("POST /post", idptest.HTML(framePage))
			conf := conversing(t, w, func(ctx context.Context, talk *idp.Talk) error { return talk.JSON(ctx, m, &said{}) })
			_, err := idp.NewWalk(conf).Run(t.Context(), at(t, "https://"+host+startURL), stored())
			unsafe(t, err)
			reached(t, w, host+":443")
		})
	}
}

// clock is a time that goes by only while somebody waits.
type clock struct{ now time.Time }

func (c *clock) after(ctx context.Context, d time.Duration) error {
	c.now = c.now.Add(d)
	return ctx.Err()
}

// patient notes until when the transport is told to wait.
type patient struct {
	http.RoundTripper
	until []time.Time
}

func (p *patient) RoundTrip(r *http.Request) (*http.Response, error) {
	until, _ := idp.WaitsUntil(r.Context())
	p.until = append(p.until, until)
	return p.RoundTripper.RoundTrip(r)
}

func TestWaitsOfAnExchangeEnd(t *testing.T) {
	for name, c := range map[string]struct {
		polls int // until the server says something else
		ok    bool
	}{"in time": {5, true}, "never": {1000, false}} {
		t.Run(name, func(t *testing.T) {
			w, _, o := withFrame(t)
			o.On("POST /ask", jsonOf(`{"stat":"wait"}`))
			begin := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
			k, carried := &clock{begin}, &patient{RoundTripper: w.Transport}
			var shown []idp.Waiting
			polls := 0
			conf := conversing(t, w, func(ctx context.Context, talk *idp.Talk) error {
				for ; polls < c.polls; polls++ {
					if err := talk.JSON(ctx, idp.Message{Path: "/ask"}, &said{}); err != nil {
						return err
					}
					if err := talk.Wait(ctx, "Pushed to your phone", 3*time.Second); err != nil {
						return err
					}
				}
				return nil
			})
			conf.Transport, conf.After, conf.Now, conf.Waiting = carried, k.after, func() time.Time { return k.now }, func(x idp.Waiting) { shown = append(shown, x) }
			_, err := idp.NewWalk(conf).Run(t.Context(), at(t, "https://"+host+startURL), idptest.Stored{})
			if c.ok && err != nil {
				t.Fatal(err)
			} else if !c.ok {
				if e := refusal(t, err, idp.MFATimedOut); e.Origin.Host() != other || e.Said != "Pushed to your phone" {
					t.Errorf("%+v", e)
				}
				if waited := k.now.Sub(begin); waited != idp.MFATime {
					t.Errorf("waited %s", waited)
				}
			}
			if first := shown[0]; first.Origin.Host() != other || first.Says != "Pushed to your phone" || !first.Until.Equal(begin.Add(idp.MFATime)) {
				t.Errorf("shown %+v", first)
			}
			if last := shown[len(shown)-1]; !last.Until.IsZero() {
				t.Error("the wait is still shown")
			}
			if !carried.until[1].IsZero() || !carried.until[2].Equal(begin.Add(idp.MFATime)) {
				t.Errorf("the transport was told %v", carried.until[:3])
			}
		})
	}
}

func TestAnExchangeWithoutAnEndEnds(t *testing.T) {
	w, _, o := withFrame(t)
	o.On("POST /ask", jsonOf(`{}`))
	_, err := idp.NewWalk(conversing(t, w, func(ctx context.Context, talk *idp.Talk) error {
		for {
			if err := talk.JSON(ctx, idp.Message{Path: "/ask"}, &said{}); err != nil {
				return err
			}
		}
	})).Run(t.Context(), at(t, "https://"+host+startURL), idptest.Stored{})
	notUnderstood(t, err, "did not end within 30 messages")
	if n := len(o.Requests()); n != 30 {
		t.Errorf("%d messages", n)
	}

	w, s, _ := withFrame(t)
	s.On("POST /signed", idptest.HTML(framePage))
	_, err = idp.NewWalk(conversing(t, w, func(context.Context, *idp.Talk) error { return nil })).Run(t.Context(), at(t, "https://"+host+startURL), idptest.Stored{})
	notUnderstood(t, err, "circle")
}

func TestTheEndOfTheContextEndsAnExchange(t *testing.T) {
	gone := errors.New("the person has gone")
	ctx, cancel := context.WithCancelCause(t.Context())
	w, _, o := withFrame(t)
	o.On("POST /ask", func(_ http.ResponseWriter, r *http.Request) {
		cancel(gone)
		<-r.Context().Done()
	})
	if _, err := idp.NewWalk(conversing(t, w, tell("/ask"))).Run(ctx, at(t, "https://"+host+startURL), idptest.Stored{}); !errors.Is(err, gone) {
		t.Errorf("ended with %v", err)
	}
}

func TestAChoiceInAnExchange(t *testing.T) {
	three := []idp.Option{{ID: "push"}, {ID: "call"}, {ID: "code"}}
	for name, c := range map[string]struct {
		options []idp.Option
		typed   []string
		want    string
	}{
		"the only one":         {three[:1], nil, "0"},
		"by its ID":            {three, []string{"CALL"}, "1"},
		"asked again":          {three, []string{"call", "code"}, "1 2 again"},
		"what there is not":    {three, []string{"pigeon"}, "need way to sign in"},
		"nobody to be asked":   {three, nil, "need way to sign in"},
		"the only one, thrice": {three[1:2], nil, "0"},
	} {
		t.Run(name, func(t *testing.T) {
			w, _, _ := withFrame(t)
			person := &idptest.Person{Types: map[idp.Kind][]string{idp.Choice: c.typed}}
			var got []string
			_, err := idp.NewWalk(conversing(t, w, func(ctx context.Context, talk *idp.Talk) error {
				for range max(len(c.typed), 1) {
					at, err := talk.Choose(ctx, idp.Method, c.options)
					if err != nil {
						return err
					}
					got = append(got, fmt.Sprint(at))
				}
				return nil
			})).Run(t.Context(), at(t, "https://"+host+startURL), person)
			var need *idp.NeedError
			if errors.As(err, &need) {
				got = append(got, "need "+string(need.Question.Topic))
			} else if err != nil {
				t.Fatal(err)
			}
			for _, q := range person.Asked() {
				if q.Origin.Host() != other || q.User != "jane@example.com" {
					t.Errorf("asked %+v", q)
				}
				if q.Again {
					got = append(got, "again")
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
