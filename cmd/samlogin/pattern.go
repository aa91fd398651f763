package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/foreign"
)

// A rolePattern names roles as a person does: an ARN, account/name, or a name; * stands for anything but a slash.
// The account is its number or a name known for it.
type rolePattern string

// fits reports whether a role is one of those meant. A role with a path (team/Admin) is meant by its name alone, too:
// names are unique in an account whatever their path (IAM User Guide, "IAM identifiers").
func (p rolePattern) fits(r saml.Role, accountName string) bool {
	s := string(p)
	if strings.HasPrefix(s, "arn:") {
		return glob(s, r.ARN)
	}
	if glob(s, r.Name()) || glob(s, r.Path()) {
		return true
	}
	account, name, ok := strings.Cut(s, "/")
	if !ok || !(glob(account, r.Account()) || (accountName != "" && glob(account, accountName))) {
		return false
	}
	return glob(name, r.Name()) || glob(name, r.Path())
}

// glob matches * against any run of characters without a slash; everything else stands for itself.
func glob(pattern, s string) bool {
	before, after, found := strings.Cut(pattern, "*")
	if !found {
		return pattern == s
	}
	rest, ok := strings.CutPrefix(s, before)
	if !ok {
		return false
	}
	for i := 0; ; i++ {
		if glob(after, rest[i:]) {
			return true
		}
		if i == len(rest) || rest[i] == '/' {
			return false
		}
	}
}

// matching lists the roles that a pattern fits, in the order offered.
func matching(pattern string, offered []saml.Role, names accountNames) []saml.Role {
	var out []saml.Role
	for _, r := range offered {
		if rolePattern(pattern).fits(r, names[r.Account()]) {
			out = append(out, r)
		}
	}
	return out
}

// seen refuses a pattern with characters that nobody sees: whoever pasted it may not know which account it names.
func seen(pattern string) error {
	if foreign.Suspicious(pattern) {
		return &fault.RoleError{What: fmt.Sprintf("the role pattern %q holds characters that no role name has", foreign.Text(pattern))}
	}
	return nil
}

// theOne finds the one role that a pattern must fit.
func theOne(pattern string, offered []saml.Role, names accountNames) (saml.Role, error) {
	if err := seen(pattern); err != nil {
		return saml.Role{}, err
	}
	found := matching(pattern, offered, names)
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return saml.Role{}, &fault.RoleError{
			What:       fmt.Sprintf("no role offered fits %q; offered are:", foreign.Text(pattern)),
			Candidates: candidates(offered, names),
			Hint:       "a pattern is an ARN, account/name or a name; * stands for anything but a slash",
		}
	}
	hint := "name one, as account/name or by its ARN, or take all of them with --all"
	if found[0].ARN == found[len(found)-1].ARN {
		hint = "it is one role by way of several SAML providers: choose one with --principal"
	}
	return saml.Role{}, &fault.RoleError{What: fmt.Sprintf("%d roles fit %q:", len(found), foreign.Text(pattern)), Candidates: candidates(found, names), Hint: hint}
}

const maxCandidates = 20

func candidates(roles []saml.Role, names accountNames) []string {
	var out []string
	for i, r := range roles {
		if i == maxCandidates {
			out = append(out, fmt.Sprintf("… and %d more (samlogin roles lists all)", len(roles)-i))
			break
		}
		out = append(out, r.Account()+"/"+r.Path()+names.suffix(r.Account())+via(r, roles))
	}
	return out
}

// via names the SAML provider of a role, where the same role is there by way of another one, too.
func via(r saml.Role, among []saml.Role) string {
	for _, other := range among {
		if other.ARN == r.ARN && other.PrincipalARN != r.PrincipalARN {
			return " by " + foreign.Clean(r.PrincipalARN)
		}
	}
	return ""
}

// accountNames are the names that settings give to accounts, by number.
type accountNames map[string]string

// suffix is the name in brackets, or nothing.
func (n accountNames) suffix(account string) string {
	if name := n[account]; name != "" {
		return " (" + foreign.Text(name).String() + ")"
	}
	return ""
}

// accountsMeant are the accounts that the settings call what patterns say: a name that was given to another account is
// another role.
func (a *app) accountsMeant(patterns []string) []string {
	s, err := a.settings()
	if err != nil {
		return nil
	}
	var out []string
	for _, p := range patterns {
		named, _, ok := strings.Cut(p, "/")
		if !ok || strings.HasPrefix(p, "arn:") {
			continue
		}
		for number, name := range s.Accounts {
			if glob(named, name) {
				out = append(out, number)
			}
		}
	}
	slices.Sort(out)
	return out
}
