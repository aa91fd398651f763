package idp_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/idptest"
)

// An AD FS that hands the login over to the company's other IdP and takes its response, before it issues its own.
func TestAnotherIdPBehindTheFirst(t *testing.T) {
	for _, c := range []struct {
		name         string
		agree        bool
		asked, posts int
	}{{"agreed to", true, 1, 1}, {"not agreed to", false, 1, 0}} {
		t.Run(c.name, func(t *testing.T) {
			w := idptest.New(t)
			onward := `<form method="post" action="https://other.example.com/sso"><input type="hidden" name="SAMLRequest" value="x"><noscript><input type="submit"></noscript></form>`
			back := `<form method="post" action="https://` + host + `/adfs/ls/"><input type="hidden" name="SAMLResponse" value="PHg+"><noscript><input type="submit"></noscript></form>`
			home := w.Site(host).On(start, idptest.HTML(onward)).On("POST /adfs/ls/", response(t))
			other := w.Site("other.example.com").On("POST /sso", idptest.HTML(posting("/login"))).On("POST /login", idptest.HTML(back))
			config := config(t, w)
			var asked []string
			config.Agree = func(_ context.Context, from, to idp.Origin) (bool, error) {
				asked = append(asked, fmt.Sprint(from, " ", to))
				return c.agree, nil
			}
			got, err := idp.NewWalk(config).Run(t.Context(), at(t, "https://"+host+startURL), stored())
			if len(asked) != c.asked || (c.asked > 0 && asked[0] != "https://adfs.example.com https://other.example.com") {
				t.Errorf("asked %q", asked)
			}
			if !c.agree {
				unsafe(t, err)
				reached(t, w, host+":443")
				return
			}
			if err != nil || got == nil {
				t.Fatal(err)
			}
			if posts := other.Posts(); len(posts) != 2 || posts[1].Value("Password") != canary {
				t.Errorf("the other IdP got %d posts", len(posts))
			}
			posts := home.Posts()
			if len(posts) != c.posts || posts[0].Value("SAMLResponse") != "PHg+" || posts[0].Value("Password") != "" {
				t.Errorf("the first IdP got %d posts", len(posts))
			}
		})
	}
}

// A response that another server would send anywhere but to the IdP that sent us there, or to AWS, is refused.
func TestAResponseForSomebodyElseIsNotHandedOn(t *testing.T) {
	for _, to := range []string{"https://third.example.com/acs", "https://other.example.com/acs", "http://" + host + "/adfs/ls/"} {
		w := idptest.New(t)
		w.Site(host).On(start, idptest.Redirect(302, "https://other.example.com/sso"))
		w.Site("other.example.com").On("GET /sso", idptest.HTML(`<form method="post" action="`+to+`"><input type="hidden" name="SAMLResponse" value="PHg+"></form>`))
		w.Site("third.example.com")
		config := config(t, w)
		config.Agree = func(context.Context, idp.Origin, idp.Origin) (bool, error) { return true, nil }
		_, err := idp.NewWalk(config).Run(t.Context(), at(t, "https://"+host+startURL), stored())
		unsafe(t, err)
	}
	// Nor is one that the IdP itself would send to itself.
	w := idptest.New(t)
	w.Site(host).On(start, idptest.HTML(`<form method="post" action="/adfs/ls/"><input type="hidden" name="SAMLResponse" value="PHg+"></form>`))
	_, err := run(t, w)
	unsafe(t, err)
}
