package main

import "fmt"

// countOf is a number of things in words: "1 role", "12 roles".
func countOf(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// proposal says how two roles that would get one name can have two: by the shortest template with which no two roles of
// all that are wanted get the same.
func proposal(one, other job, all []job, names accountNames) string {
	if one.role.ARN == other.role.ARN && (one.target.way != nil || other.target.way != nil) {
		return "log in to one of them at a time, each with a --profile of its own, or give them different ones in the settings (session_profile)"
	}
	if one.role.ARN == other.role.ARN {
		return "they differ in the SAML provider only: choose one with --principal"
	}
	for _, template := range []string{"{role}", "{alias}", "{alias}-{role}", "{account}-{role}", "{alias}-{account}-{role}", "{partition}-{account}-{role}"} {
		if distinct(append(all, one, other), template, names) {
			return "with this template no two get the same: --profile '" + template + "'"
		}
	}
	return "no template tells all of them apart, since roles of one account have the same name under different paths: name some with --role, each with a --profile of its own"
}

// distinct reports whether a template gives each role a name of its own.
func distinct(jobs []job, template string, names accountNames) bool {
	whose := map[string]string{}
	for _, j := range jobs {
		name, err := expand(template, j.role, names)
		if arn, taken := whose[name]; err != nil || taken && arn != j.role.ARN {
			return false
		}
		whose[name] = j.role.ARN
	}
	return true
}
