package idp_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/idp"
)

// What a script chooses by is the first text in quotes that is not empty and not too long, whatever stands before it.
func TestTheFirstQuotedText(t *testing.T) {
	long := strings.Repeat("x", 201)
	pattern := regexp.MustCompile(`['"]([^'"]{1,200})['"]`)
	for script, want := range map[string]string{
		`return SelectOption('AzureMfaAuthentication')`: "AzureMfaAuthentication", `HRD.selection("AD AUTHORITY"); return false;`: "AD AUTHORITY",
		`f('', 'b')`: ", ", `f("${a}")`: "${a}", `f('ü')`: "ü", `f(1)`: "", `f('`: "", `''`: "", "": "", `'` + long + `', 'b'`: ", ", `'` + long[1:] + `'`: long[1:],
	} {
		got := idp.Quoted(script, 200)
		if m := pattern.FindStringSubmatch(script); got != want || (m == nil) != (got == "") || (m != nil && m[1] != got) {
			t.Errorf("%q: %q, want %q; the pattern finds %q", script, got, want, m)
		}
	}
}
