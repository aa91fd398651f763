package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/saml"
)

func role(t testing.TB, account, path string) saml.Role {
	t.Helper()
	r, err := saml.NewRole("arn:aws:iam::"+account+":role/"+path, "arn:aws:iam::"+account+":saml-provider/ADFS")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestPatternFits(t *testing.T) {
	admin := role(t, "111111111111", "Admin")
	team := role(t, "222222222222", "team/ReadOnly")
	for _, c := range []struct {
		pattern string
		role    saml.Role
		account string
		want    bool
	}{
		{"Admin", admin, "", true},
		{"admin", admin, "", false},
		{"Adm*", admin, "", true},
		{"*", admin, "", true},
		{"*min", admin, "", true},
		{"A*m*n", admin, "", true},
		{"A*x*n", admin, "", false},
		{"111111111111/Admin", admin, "", true},
		{"111111111111/*", admin, "", true},
		{"111*/Admin", admin, "", true},
		{"222222222222/Admin", admin, "", false},
		{"prod/Admin", admin, "prod", true},
		{"prod-*/Admin", admin, "prod-eu", true},
		{"prod/Admin", admin, "", false},
		{"arn:aws:iam::111111111111:role/Admin", admin, "", true},
		{"arn:aws:iam::*:role/Admin", admin, "", true},
		{"arn:aws:iam::111111111111:role/*", admin, "", true},
		{"arn:aws:iam::111111111111:role/*", team, "", false},
		{"ReadOnly", team, "", true},
		{"team/ReadOnly", team, "", true},
		{"team/*", team, "", true},
		{"*", team, "", true}, // by its name
		{"222222222222/ReadOnly", team, "", true},
		{"222222222222/team/ReadOnly", team, "", true},
		{"222222222222/team/*", team, "", true},
		{"", admin, "", false},
		{"/Admin", admin, "", false},
	} {
		if got := rolePattern(c.pattern).fits(c.role, c.account); got != c.want {
			t.Errorf("%q fits %s of account %q: %v, want %v", c.pattern, c.role.ARN, c.account, got, c.want)
		}
	}
}

func TestOnePatternMustFitOneRole(t *testing.T) {
	offered := []saml.Role{role(t, "111111111111", "Admin"), role(t, "111111111111", "ReadOnly"), role(t, "222222222222", "Admin")}
	names := accountNames{"222222222222": "staging"}
	if got, err := theOne("staging/Admin", offered, names); err != nil || got != offered[2] {
		t.Errorf("staging/Admin: %v, %v", got, err)
	}
	var failed *fault.RoleError
	if _, err := theOne("Admin", offered, names); !errors.As(err, &failed) || len(failed.Candidates) != 2 || explain(err).Exit != exitRole {
		t.Errorf("an ambiguous pattern: %v", err)
	}
	if _, err := theOne("Nobody", offered, names); !errors.As(err, &failed) || len(failed.Candidates) != 3 || !strings.Contains(err.Error(), "222222222222/Admin (staging)") {
		t.Errorf("a pattern that fits none: %v", err)
	}
}

// security case 49
func TestPatternWithInvisibleCharactersIsRefused(t *testing.T) {
	offered := []saml.Role{role(t, "111111111111", "Admin")}
	_, err := theOne("Ad\u200bmin", offered, nil)
	var failed *fault.RoleError
	if !errors.As(err, &failed) || !strings.Contains(err.Error(), "<U+200B>") {
		t.Errorf("got %v", err)
	}
}

func TestCandidatesStayReadable(t *testing.T) {
	var many []saml.Role
	for i := range 300 {
		many = append(many, role(t, "111111111111", fmt.Sprintf("R%03d", i)))
	}
	if got := candidates(many, nil); len(got) != maxCandidates+1 || !strings.Contains(got[maxCandidates], "280 more") {
		t.Errorf("got %d lines, the last %q", len(got), got[len(got)-1])
	}
}

func TestTemplates(t *testing.T) {
	r := role(t, "111111111111", "team/Admin")
	for template, want := range map[string]string{
		"prod": "prod", "{account}-{role}": "111111111111-Admin", "{alias}-{role}": "Big-Co-Admin", "{partition}/{role}": "aws/Admin",
	} {
		if got, err := expand(template, r, accountNames{"111111111111": "Big Co"}); err != nil || got != want {
			t.Errorf("%s becomes %q, %v; want %q", template, got, err, want)
		}
	}
	for _, bad := range []string{"{nobody}", "{role", "a]b", ""} {
		if got, err := expand(bad, r, nil); err == nil || explain(err).Exit != exitUsage {
			t.Errorf("%q becomes %q, %v", bad, got, err)
		}
	}
}
