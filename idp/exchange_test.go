package idp_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/idptest"
)

const (
	other     = "mfa.example.com"
	framePage = `<title>Frame</title><form id="frame" method="post" action="/signed"><input type="hidden" name="Context" value="c"></form>`
)

// conversing is a walk that meets a frame at the IdP's start page, and what is said to the other server.
func conversing(t testing.TB, w *idptest.World, say func(context.Context, *idp.Talk) error) idp.Config {
	t.Helper()
	c := config(t, w)
	c.Origins = []idp.Origin{origin(t, "https://"+other)}
	read := func(p *idp.Page) idp.Step {
		if p.Title != "Frame" {
			return nil
		}
		return idp.Exchange{With: origin(t, "https://"+other), Run: func(ctx context.Context, talk *idp.Talk) (idp.Submit, error) {
			return idp.Submit{Form: p.Forms[0], Also: []idp.Pair{{Name: "signed", Value: "word"}}}, say(ctx, talk)
		}}
	}
	c.Recognisers = append([]idp.Recogniser{{Name: "frame", Read: read}}, c.Recognisers...)
	return c
}

func withFrame(t testing.TB) (*idptest.World, *idptest.Site, *idptest.Site) {
	t.Helper()
	w := idptest.New(t)
	return w, w.Site(host).On(start, idptest.HTML(framePage)).On("POST /signed", response(t)), w.Site(other)
}

func jsonOf(body string) idptest.Answer {
	return idptest.Page(http.StatusOK, body, "Content-Type", "application/json")
}

type said struct{ Stat string }

func tell(path string) func(context.Context, *idp.Talk) error {
	return func(ctx context.Context, talk *idp.Talk) error {
		return talk.JSON(ctx, idp.Message{Path: path}, &said{})
	}
}

func TestAnExchangeLeadsOn(t *testing.T) {
	w, s, o := withFrame(t)
	o.On("POST /auth", idptest.Redirect(302, "/prompt?sid=s1")).On("GET /prompt", idptest.HTML("<title>Prompt</title>")).On("POST /ask", jsonOf(`{"stat":"OK"}`))
	var got said
	_, err := idp.NewWalk(conversing(t, w, func(ctx context.Context, talk *idp.Talk) error {
		p, err := talk.Page(ctx, idp.Message{Path: "/auth?a=1", Query: []idp.Pair{{Name: "tx", Value: "T|x y"}}, Pairs: []idp.Pair{{Name: "parent", Value: "here"}}})
		if err != nil {
			return err
		}
		return talk.JSON(ctx, idp.Message{Path: "/ask", Pairs: []idp.Pair{{Name: "sid", Value: p.URL.Query().Get("sid")}}}, &got)
	})).Run(t.Context(), at(t, "https://"+host+startURL), idptest.Stored{})
	if err != nil || got.Stat != "OK" {
		t.Fatalf("%v, %+v", err, got)
	}
	r := o.Requests()
	if len(r) != 3 || r[0].Query != "a=1&tx=T%7Cx+y" || r[0].Body != "parent=here" || r[0].Header.Get("Referer") != "" || r[1].Body != "" || r[2].Body != "sid=s1" {
		t.Errorf("sent %+v", r)
	}
	if got := r[2].Header; got.Get("Referer") != "https://"+other+"/prompt?sid=s1" || got.Get("Origin") != "https://"+other || got.Get("Accept") != "application/json" {
		t.Errorf("headers %v", got)
	}
	if posts := s.Posts(); len(posts) != 1 || posts[0].Body != "Context=c&signed=word" {
		t.Errorf("the IdP got %+v", posts)
	}
}

// security case 5
func TestNothingIsSaidToAServerThatIsNotTrusted(t *testing.T) {
	agree := func(yes bool, asked *int) func(context.Context, idp.Origin, idp.Origin) (bool, error) {
		return func(context.Context, idp.Origin, idp.Origin) (bool, error) { *asked++; return yes, nil }
	}
	for name, c := range map[string]struct {
		change func(*idp.Config, *int)
		asked  int
		ok     bool
	}{
		"nobody named it":         {func(c *idp.Config, _ *int) { c.Origins = nil }, 0, false},
		"another port":            {func(c *idp.Config, _ *int) { c.Origins = []idp.Origin{origin(t, "https://"+other+":8443")} }, 0, false},
		"the person says no":      {func(c *idp.Config, n *int) { c.Origins, c.Agree = nil, agree(false, n) }, 1, false},
		"the person says yes":     {func(c *idp.Config, n *int) { c.Origins, c.Agree = nil, agree(true, n) }, 1, true},
		"the settings name it":    {func(*idp.Config, *int) {}, 0, true},
		"the settings, no agree?": {func(c *idp.Config, n *int) { c.Agree = agree(false, n) }, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			w, s, o := withFrame(t)
			o.On("POST /ask", jsonOf(`{}`))
			conf, asked := conversing(t, w, tell("/ask")), 0
			c.change(&conf, &asked)
			_, err := idp.NewWalk(conf).Run(t.Context(), at(t, "https://"+host+startURL), idptest.Stored{})
			if asked != c.asked {
				t.Errorf("the person was asked %d times", asked)
			}
			if c.ok {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if e := unsafe(t, err); e.To != origin(t, "https://"+other) || e.From.Host() != host {
				t.Errorf("%+v", e)
			}
			reached(t, w, host+":443")
			if len(s.Posts()) != 0 {
				t.Error("the IdP was sent something")
			}
		})
	}
	t.Run("without TLS", func(t *testing.T) {
		w, s, _ := withFrame(t)
		conf := config(t, w)
		plain := origin(t, "http://"+other)
		conf.Origins = []idp.Origin{plain}
		conf.Recognisers = []idp.Recogniser{{Name: "frame", Read: func(p *idp.Page) idp.Step {
			return idp.Exchange{With: plain, Run: func(ctx context.Context, talk *idp.Talk) (idp.Submit, error) {
				return idp.Submit{Form: p.Forms[0]}, tell("/ask")(ctx, talk)
			}}
		}}}
		_, err := idp.NewWalk(conf).Run(t.Context(), at(t, "https://"+host+startURL), idptest.Stored{})
		unsafe(t, err)
		reached(t, w, host+":443")
		if len(s.Posts()) != 0 {
			t.Error("the IdP was sent something")
		}
	})
	t.Run("the person goes away", func(t *testing.T) {
		w, _, _ := withFrame(t)
		conf, gone := conversing(t, w, tell("/ask")), errors.New("gone")
		conf.Origins, conf.Agree = nil, func(context.Context, idp.Origin, idp.Origin) (bool, error) { return false, gone }
		if _, err := idp.NewWalk(conf).Run(t.Context(), at(t, "https://"+host+startURL), idptest.Stored{}); !errors.Is(err, gone) {
			t.Errorf("ended with %v", err)
		}
		reached(t, w, host+":443")
	})
	t.Run("the page is another server's", func(t *testing.T) {
		w, s, _ := withFrame(t)
		s.On(start, idptest.Redirect(302, "https://"+evil+"/"))
		w.Site(evil).On("GET /", idptest.HTML(framePage))
		_, err := idp.NewWalk(conversing(t, w, tell("/ask"))).Run(t.Context(), at(t, "https://"+host+startURL), idptest.Stored{})
		unsafe(t, err)
		reached(t, w, host+":443", evil+":443")
	})
}

func TestAnExchangeStaysWithItsServer(t *testing.T) {
	for _, path := range []string{"https://" + evil + "/x", "//" + evil + "/x", `\\` + evil + `\x`, "https:" + evil, "///" + evil, "http://" + other + "/x", "https://" + other + ":8443/x", "https://u@" + other + "/x", "javascript:x"} {
		t.Run(path, func(t *testing.T) {
			w, _, _ := withFrame(t)
			w.Site(evil)
			_, err := idp.NewWalk(conversing(t, w, tell(path))).Run(t.Context(), at(t, "https://"+host+startURL), idptest.Stored{})
			unsafe(t, err)
			reached(t, w, host+":443")
		})
	}
	for name, answer := range map[string]idptest.Answer{
		"302 to another":      idptest.Redirect(302, "https://"+evil+"/x"),
		"302 without TLS":     idptest.Redirect(302, "http://"+other+"/x"),
		"302 to another port": idptest.Redirect(302, "https://"+other+":8443/x"),
		"302 to the IdP":      idptest.Redirect(302, "https://"+host+"/x"),
		"302 to nowhere":      idptest.Redirect(302, "javascript:x"),
		"307 to another":      idptest.Redirect(307, "https://"+evil+"/x"),
		"307 within":          idptest.Redirect(307, "/x"),
	} {
		t.Run(name, func(t *testing.T) {
			w, s, o := withFrame(t)
			w.Site(evil)
			o.On("POST /ask", answer)
			_, err := idp.NewWalk(conversing(t, w, tell("/ask"))).Run(t.Context(), at(t, "https://"+host+startURL), idptest.Stored{})
			unsafe(t, err)
			reached(t, w, host+":443", other+":443")
			if len(o.Requests()) != 1 || len(s.Requests()) != 1 {
				t.Errorf("%d and %d requests", len(o.Requests()), len(s.Requests()))
			}
		})
	}
}

// security case 15
func TestAnAnswerOfAnExchangeIsSmallJSON(t *testing.T) {
	sent := 0
	for name, c := range map[string]struct {
		answer idptest.Answer
		why    string
	}{
		"endless":         {endless(`{"stat":"x"},`, &sent), "larger than 64 KiB"},
		"a byte too long": {jsonOf(`{"stat":"` + strings.Repeat("x", 64<<10-10) + `"}`), "larger than 64 KiB"},
		"HTML":            {idptest.HTML("<title>" + canary + "</title>"), "not the JSON"},
		"an error page":   {idptest.Page(502, "<h1>Bad gateway</h1>"), "not the JSON"},
		"cut off":         {jsonOf(`{"stat":"` + hiddenCanary), "not the JSON"},
		"two":             {jsonOf(`{"stat":"OK"}{"stat":"OK"}`), "not the JSON"},
		"another type":    {jsonOf(`{"stat":["` + hiddenCanary + `"]}`), "not the JSON"},
		"nothing":         {jsonOf(""), "not the JSON"},
		"deep":            {jsonOf(strings.Repeat("[", 30000)), "not the JSON"},
		"too many hops":   {idptest.Redirect(302, "/ask"), "redirects in a circle"},
	} {
		t.Run(name, func(t *testing.T) {
			w, s, o := withFrame(t)
			o.On("POST /ask", c.answer).On("GET /ask", c.answer)
			_, err := idp.NewWalk(conversing(t, w, tell("/ask"))).Run(t.Context(), at(t, "https://"+host+startURL), idptest.Stored{})
			e := notUnderstood(t, err, c.why)
			if e.Address != "https://"+other+"/ask" || len(s.Posts()) != 0 {
				t.Errorf("%+v, %d posts", e, len(s.Posts()))
			}
			idptest.Absent(t, hiddenCanary, "the error", err.Error())
		})
	}
	if sent > 8*mebibyte {
		t.Errorf("%d bytes were taken", sent)
	}
}
