package idp

import (
	"strings"
	"testing"

	"github.com/samlogin/samlogin/saml/secret"
)

func TestRedactorAlone(t *testing.T) { // security case 98
	for _, c := range []struct {
		name  string
		typed []string
		text  string
		want  string
	}{
		{"as it is", []string{"hunter2!"}, "a hunter2! b hunter2!", "a *** b ***"},
		{"in an address", []string{"a b&c/d"}, "?p=a+b%26c%2Fd and a%20b&c%2Fd", "?p=*** and ***"},
		{"in HTML", []string{`x<y>"z"`}, `value="x&lt;y&gt;&#34;z&#34;"`, `value="***"`},
		{"one holds the other", []string{"word", "password"}, "password word", "*** ***"},
		{"overlapping", []string{"abcdef", "defghi"}, "abcdefghi", "***ghi"},
		{"too short to look for", []string{"the", ""}, "the end", "the end"},
		{"the shortest", []string{"four"}, "four fours", "*** ***s"},
		{"a mask in it", []string{"***x"}, "***x ***", "*** ***"},
	} {
		var r redactor
		for _, s := range c.typed {
			r.add(secret.New(s))
		}
		if got := r.text(c.text); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	var r redactor
	r.add(secret.New(strings.Repeat("x", 1<<16)))
	if got := r.text(strings.Repeat("x", 1<<20)); got != strings.Repeat("***", 16) {
		t.Errorf("a long one: %d bytes", len(got))
	}
}
