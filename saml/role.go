package saml

import (
	"fmt"
	"slices"
	"strings"

	"github.com/samlogin/samlogin/saml/foreign"
)

// Role is one role/provider pair that an assertion offers. ParseRole and NewRole make only pairs whose ARNs are
// printable ASCII of the grammar that IAM documents (IAM User Guide, "IAM identifiers" and "IAM name requirements"),
// so they may be shown and compared as they are. The ARNs' letter case is kept: AWS compares it.
type Role struct {
	ARN          string // arn:PARTITION:iam::ACCOUNT:role/PATH/NAME
	PrincipalARN string // arn:PARTITION:iam::ACCOUNT:saml-provider/NAME
}

// Partition is AWS's separate world that the role lives in: "aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", …
func (r Role) Partition() string { return r.part(1) }

// Account is the twelve digits of the account.
func (r Role) Account() string { return r.part(4) }

// Path is the role's name with the folders before it: "team/Admin".
func (r Role) Path() string { return strings.TrimPrefix(r.part(5), "role/") }

// Name is the role's name alone: "Admin". It is unique in its account, whatever the path (IAM API Reference, CreateRole).
func (r Role) Name() string {
	path := r.Path()
	return path[strings.LastIndexByte(path, '/')+1:]
}

// part is the n-th of the six colon-separated parts of an ARN, "" where there is none.
func (r Role) part(n int) string {
	parts := strings.SplitN(r.ARN, ":", 6)
	if n >= len(parts) {
		return ""
	}
	return parts[n]
}

// RoleError says why a value does not name a role and its provider.
type RoleError struct {
	Value  foreign.Text // as the assertion or the person gave it
	Reason string       // "the role and the provider are in different accounts"
}

func (e *RoleError) Error() string { return fmt.Sprintf("%s: %q", e.Reason, e.Value) }

// ParseRole reads one value of the Role attribute: the ARN of a role and that of a SAML provider with a comma between
// them. AWS takes them in either order; blanks and line breaks around them come from pretty-printed claim rules and
// mean nothing. The error is a *RoleError.
func ParseRole(value string) (Role, error) {
	parts := strings.Split(value, ",")
	if len(parts) != 2 {
		return Role{}, &RoleError{foreign.Text(value), fmt.Sprintf("a role value has two parts, not %d", len(parts))}
	}
	role, principal := trimSpace(parts[0]), trimSpace(parts[1])
	if strings.Contains(role, ":saml-provider/") && !strings.Contains(role, ":role/") {
		role, principal = principal, role
	}
	r, reason := checkRole(role, principal)
	if reason != "" {
		return Role{}, &RoleError{foreign.Text(value), reason}
	}
	return r, nil
}

// NewRole makes a role of two ARNs that a person set, as is needed where the assertion is encrypted. The error is a
// *RoleError.
func NewRole(roleARN, principalARN string) (Role, error) {
	r, reason := checkRole(roleARN, principalARN)
	if reason != "" {
		return Role{}, &RoleError{foreign.Text(roleARN + "," + principalARN), reason}
	}
	return r, nil
}

// SwitchedRole makes a role that no assertion offers, as it is taken with the keys of another one: it has no provider.
// The error is a *RoleError.
func SwitchedRole(roleARN string) (Role, error) {
	role, ok := readARN(roleARN)
	switch {
	case !ok || !isRole(role.resource):
		return Role{}, &RoleError{foreign.Text(roleARN), "not the ARN of a role"}
	case !KnownPartition(role.partition):
		return Role{}, &RoleError{foreign.Text(roleARN), "the partition is not known"}
	}
	return Role{ARN: roleARN}, nil
}

// checkRole gives the reason why two ARNs are not a role and its provider. Nothing is guessed or mended.
func checkRole(roleARN, principalARN string) (_ Role, reason string) {
	role, ok := readARN(roleARN)
	if !ok || !isRole(role.resource) {
		return Role{}, "not the ARN of a role"
	}
	principal, ok := readARN(principalARN)
	if !ok || !isProvider(principal.resource) {
		return Role{}, "not the ARN of a SAML provider"
	}
	switch {
	case role.partition != principal.partition:
		return Role{}, "the role and the provider are in different partitions"
	case !KnownPartition(role.partition):
		return Role{}, "the partition is not known"
	case role.account != principal.account:
		return Role{}, "the role and the provider are in different accounts"
	}
	return Role{roleARN, principalARN}, ""
}

// arn is an IAM ARN in its parts. There is no region: IAM is global in each partition.
type arn struct{ partition, account, resource string }

func readARN(s string) (arn, bool) {
	parts := strings.SplitN(s, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "iam" || parts[3] != "" {
		return arn{}, false
	}
	a := arn{parts[1], parts[4], parts[5]}
	return a, a.partition != "" && only(a.partition, lower+"-") && len(a.account) == 12 && only(a.account, digits)
}

// isRole knows "role/", a path of printable ASCII that ends in "/", and a name of 1 to 64 characters.
func isRole(resource string) bool {
	full, ok := strings.CutPrefix(resource, "role/")
	i := strings.LastIndexByte(full, '/') + 1
	path, name := full[:i], full[i:]
	return ok && len(path) < 512 && printable(path) && path != "/" && named(name, 64, "_+=,.@-")
}

// isProvider knows "saml-provider/" and a name of 1 to 128 characters.
func isProvider(resource string) bool {
	name, ok := strings.CutPrefix(resource, "saml-provider/")
	return ok && named(name, 128, "._-")
}

const (
	lower  = "abcdefghijklmnopqrstuvwxyz"
	digits = "0123456789"
)

// named reports whether a name has 1 to longest characters, all of them ASCII letters, digits or signs.
func named(s string, longest int, signs string) bool {
	if s == "" || len(s) > longest {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte(signs, c) >= 0) {
			return false
		}
	}
	return true
}

func only(s, allowed string) bool { return strings.Trim(s, allowed) == "" }

// printable reports whether a text is ASCII that can be seen: no blank, no control character.
func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < '!' || r > '~' })
}

// KnownPartition reports whether a partition is one of AWS's (botocore, partitions.json). A role of another one is
// never offered: nobody could say which host may get the assertion.
func KnownPartition(name string) bool {
	switch name {
	case "aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f":
		return true
	}
	return false
}

// sortRoles removes pairs that occur twice and orders by account, then by name; equal ones stay as they came.
func sortRoles(roles []Role) []Role {
	type key struct {
		Role
		account, name string
	}
	keys := make([]key, 0, len(roles))
	seen := make(map[Role]bool, len(roles))
	for _, r := range roles {
		if !seen[r] {
			seen[r] = true
			keys = append(keys, key{r, r.Account(), r.Name()})
		}
	}
	slices.SortStableFunc(keys, func(a, b key) int {
		if c := strings.Compare(a.account, b.account); c != 0 {
			return c
		}
		return strings.Compare(a.name, b.name)
	})
	out := make([]Role, len(keys))
	for i, k := range keys {
		out[i] = k.Role
	}
	return out
}
