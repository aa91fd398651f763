package main

import "testing"

func TestMessagesAreBrokenBetweenWords(t *testing.T) {
	for _, c := range []struct {
		name, message, want string
		width               int
	}{
		{"it fits", "samlogin: hint: wait", "samlogin: hint: wait", 40},
		{"it fits exactly", "samlogin: the profile prod is left alone", "samlogin: the profile prod is left alone", 40},
		{"too wide", "samlogin: hint: see whether the address is right", "samlogin: hint: see whether the address\n  is right", 40},
		{"a list stays a list", "offered are:\n    111111111111/Admin\n    a role whose name is so long that it goes on", "offered are:\n    111111111111/Admin\n    a role whose name is so long that it\n      goes on", 40},
		{"an address stays whole", "see https://adfs.example.com/adfs/ls/IdpInitiatedSignOn.aspx now", "see\n  https://adfs.example.com/adfs/ls/IdpInitiatedSignOn.aspx\n  now", 40},
		{"wide letters", "一二三四五六七八九十 一二三四五六七八九十", "一二三四五六七八九十\n  一二三四五六七八九十", 40},
		{"a terminal too narrow for it", "samlogin: hint: wait", "samlogin: hint: wait", 10},
	} {
		if got := folded(c.message, c.width); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
