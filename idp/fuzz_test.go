package idp_test

import (
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/adfs"
	"github.com/samlogin/samlogin/saml/foreign"
)

// pages calls f with every page of testdata.
func pages(t testing.TB, f func(name string, body []byte)) {
	t.Helper()
	const root = "../testdata/pages"
	found := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".html" {
			return err
		}
		body, err := os.ReadFile(path)
		if err == nil {
			found++
			f(path, body)
		}
		return err
	})
	if err != nil || found == 0 {
		t.Fatalf("%d pages: %v", found, err)
	}
}

// Whatever a server sends: nothing panics, a response is only taken from a form for AWS, a page to sign in has a
// password field or asks for the user name alone, and what is said of the page is fit for a terminal.
func FuzzReadPage(f *testing.F) {
	pages(f, func(_ string, body []byte) { f.Add("https://"+host+"/adfs/ls/", "text/html", 200, body) })
	f.Add("https://"+host+"/adfs/ls/IdpInitiatedSignOn.aspx", "", 503, []byte{})
	f.Add("https://"+host+"/a?b", "text/html; charset=x", 401, []byte(`<base href="//x\y"><form action="?a b"><input name=SAMLResponse><input type=password name=p>`))
	f.Add("https://"+host+"/adfs/ls/", "text/html", 200, []byte(`<form id=hrd method=post><input type=email name=Email><input type=submit name=HomeRealmByEmail></form>`))
	f.Fuzz(func(t *testing.T, address, kind string, status int, body []byte) {
		u, err := url.Parse(address)
		if err != nil {
			return
		}
		p, err := idp.ReadPage(u, status, http.Header{"Content-Type": {kind}, "Www-Authenticate": {kind}}, body)
		if err != nil {
			if foreign.Suspicious(err.Error()) {
				t.Errorf("the error says %+q", err.Error())
			}
			return
		}
		for _, form := range p.Forms {
			if form.Target != (idp.Origin{}) && form.Action == nil {
				t.Errorf("%s has a target and no address", form)
			}
			form.Filled()
		}
		for _, k := range adfs.Recognisers(adfs.Wishes{}) {
			switch s := k.Read(p).(type) {
			case idp.Done:
				if s.Form == nil || s.Form.Method != "POST" || s.Form.Field("SAMLResponse") == nil || s.Form.Overridden() {
					t.Error("a response was taken that no form would post")
				}
			case idp.SignIn:
				if s.Password == "" { // the user name alone
					if field := s.Form.Field(s.User); field == nil || field.Type == "password" {
						t.Errorf("the user name would go into %q", s.User)
					}
				} else if !hasPassword(p, s.Password) {
					t.Errorf("%q is no password field", s.Password)
				}
			case idp.Challenge:
				if s.Form.Field(s.Blanks[0].Field) == nil {
					t.Errorf("there is no field %q", s.Blanks[0].Field)
				}
			case idp.Stop:
				if foreign.Suspicious(s.Err.Error()) {
					t.Errorf("%s says %+q", k.Name, s.Err.Error())
				}
			}
		}
		if text := p.NotUnderstood("it is not known").Error(); foreign.Suspicious(text) {
			t.Errorf("the page is described as %+q", text)
		}
	})
}

func hasPassword(p *idp.Page, name string) bool {
	fields := p.Orphans
	for _, f := range p.Forms {
		fields = append(fields[:len(fields):len(fields)], f.Fields...)
	}
	for _, f := range fields {
		if f.Name == name && f.Type == "password" {
			return true
		}
	}
	return false
}

func BenchmarkReadPage(b *testing.B) {
	pages(b, func(name string, body []byte) {
		if dir := filepath.Base(filepath.Dir(name)); dir != "2019-paginated" && dir != "response" {
			return
		}
		b.Run(filepath.Base(filepath.Dir(name))+"/"+filepath.Base(name), func(b *testing.B) {
			u := at(b, "https://"+host+"/adfs/ls/")
			recognisers := adfs.Recognisers(adfs.Wishes{})
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				p, err := idp.ReadPage(u, 200, http.Header{"Content-Type": {"text/html"}}, body)
				if err != nil {
					b.Fatal(err)
				}
				for _, k := range recognisers {
					if k.Read(p) != nil {
						break
					}
				}
			}
		})
	})
}
