package main

import (
	"strings"
	"testing"

	"github.com/samlogin/samlogin/saml"
)

func TestWhichRolesAreMeant(t *testing.T) {
	var sorted []saml.Role
	for _, arn := range []string{"arn:aws:iam::111111111111:role/Admin", "arn:aws:iam::111111111111:role/ReadOnly", "arn:aws:iam::222222222222:role/Admin", "arn:aws:iam::222222222222:role/team/Deploy"} {
		role, err := saml.NewRole(arn, strings.Replace(arn[:25], "role", "", 1)+":saml-provider/ADFS")
		if err != nil {
			t.Fatal(err)
		}
		sorted = append(sorted, role)
	}
	names := accountNames{"222222222222": "staging"}
	for answer, want := range map[string]string{
		"all": "1234", "A": "1234", "2": "2", "1 3": "13", "3,1": "31", "2-4": "234", "1-2 2-3": "123", "1; 4": "14",
		"*/Admin": "13", "Deploy": "4", "staging/*": "34", "222222222222/Admin 1": "31", "ReadOnly staging/Admin": "23",
		"0": "", "5": "", "3-2": "", "1-9": "", "nothing": "", "": "", " , ": "", "1 nothing": "", "-1": "",
	} {
		got := ""
		roles, err := pickRoles(answer, sorted, names)
		for _, r := range roles {
			for i, s := range sorted {
				if r == s {
					got += string(rune('1' + i))
				}
			}
		}
		if got != want || (err != nil) != (want == "") {
			t.Errorf("%q means %s, %v; want %s", answer, got, err, want)
		}
	}
}

func TestShortNamesOfCompanies(t *testing.T) {
	for url, want := range map[string]string{
		"https://adfs.example.com": "example", "sts.example.co.uk": "example", "https://login.corp.example.com:8443/adfs/ls": "example",
		"https://127.0.0.1:8443": "corp", "adfs": "adfs", "https://sso.ab.com": "sso", "": "corp",
	} {
		if got := nameFor(url); got != want {
			t.Errorf("%q: %s, want %s", url, got, want)
		}
	}
}
