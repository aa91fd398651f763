package main

import "testing"

func TestShortNamesOfCompanies(t *testing.T) {
	for url, want := range map[string]string{
		"https://adfs.example.com": "example", "sts.example.co.uk": "example", "https://login.corp.example.com:8443/adfs/ls": "example",
		"https://127.0.0.1:8443": "corp", "adfs": "adfs", "https://sso.ab.com": "sso", "": "corp",
		"https://adfs.abc.com": "abc", "adfs.ab.co.uk": "ab",
	} {
		if got := nameFor(url); got != want {
			t.Errorf("%q: %s, want %s", url, got, want)
		}
	}
}
