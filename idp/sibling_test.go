package idp_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/idptest"
)

func TestASiblingHandsOutResponsesAndGetsNoPassword(t *testing.T) {
	const sibling = "certauth.example.com"
	walk := func(w *idptest.World) error {
		c := config(t, w)
		c.Siblings = []idp.Origin{origin(t, "https://"+sibling)}
		c.Agree = func(context.Context, idp.Origin, idp.Origin) (bool, error) { return true, nil }
		_, err := idp.NewWalk(c).Run(t.Context(), at(t, "https://"+host+startURL), stored())
		return err
	}
	w := idptest.New(t)
	w.Site(host).On(start, idptest.Redirect(302, "https://"+sibling+"/adfs/ls/"))
	w.Site(sibling).On("GET /adfs/ls/", response(t))
	if err := walk(w); err != nil {
		t.Error(err)
	}
	w = idptest.New(t)
	w.Site(host).On(start, idptest.Redirect(302, "https://"+sibling+"/adfs/ls/"))
	s := w.Site(sibling).On("GET /adfs/ls/", idptest.HTML(posting("/adfs/ls/")))
	err := walk(w)
	unsafe(t, err)
	if len(s.Posts()) > 0 {
		t.Error("it was sent something")
	}
}

func TestCookiesOfAPortThatReadsCertificatesCountForItsHost(t *testing.T) {
	j := idp.NewJar()
	home, other := at(t, "https://adfs.example.com/adfs/ls/"), at(t, "https://adfs.example.com:49443/adfs/ls/")
	set := func() {
		j.SetCookies(other, []*http.Cookie{{Name: "MSISAuth", Value: "1", Path: "/adfs", Secure: true}})
	}
	if set(); len(j.Cookies(home)) != 0 {
		t.Error("ports share cookies unasked")
	}
	j.Join(origin(t, "https://adfs.example.com:49443"), origin(t, "https://adfs.example.com"))
	j.Join(origin(t, "https://"+evil), origin(t, "https://adfs.example.com"))
	if set(); len(j.Cookies(home)) != 1 || len(j.Cookies(at(t, "https://"+evil+"/adfs/ls/"))) != 0 {
		t.Errorf("%v", j.Cookies(home))
	}
	if j.Empty(); len(j.Cookies(home)) != 0 {
		t.Error("the jar was not emptied")
	}
}
