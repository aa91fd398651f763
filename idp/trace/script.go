package trace

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
)

// What scripts do is not recorded. What can be told by them, that a page sends itself on, or which method a link
// stands for, is written down in a form of its own.

// marks of scripts by which pages are told apart, with what stands for them.
var marks = sync.OnceValue(func() []mark {
	return []mark{
		{regexp.MustCompile(`\.submit \(|\.submit\(`), "document.forms[0].submit();"},
		{regexp.MustCompile(`\bSelectOption\b`), "SelectOption();"},
		{regexp.MustCompile(`\bHRD\.selection\b`), "HRD.selection();"},
		{regexp.MustCompile(`\bsubmitLoginRequest\b`), "Login.submitLoginRequest();"},
		{regexp.MustCompile(`\bDuo\.init\b`), "Duo.init();"},
		{regexp.MustCompile(`\bgetToContent\b`), "getToContent();"},
		{regexp.MustCompile(`\blocation\.reload\b`), "location.reload();"},
		{regexp.MustCompile(`\bsetTimeout\b`), "setTimeout();"},
		{regexp.MustCompile(`\$Config\s*=`), "$Config=0;"},
	}
})

type mark struct {
	found *regexp.Regexp
	stub  string
}

func (c *Cleaner) script(text string) string {
	if strings.TrimSpace(text) == "" {
		return ""
	}
	var out []string
	for _, m := range marks() {
		if m.found.MatchString(text) {
			out = append(out, m.stub)
		}
	}
	stub := strings.Join(out, " ")
	if stub != text {
		c.remove(scripts)
	}
	return stub
}

var call = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`([A-Za-z_$][A-Za-z0-9_$.]{0,60}) ?\(\s*(?:'([^'\\]{0,200})'|"([^"\\]{0,200})")?`)
})

// choosing are functions whose argument names what is chosen.
func choosing(function string) bool {
	switch function {
	case "SelectOption", "HRD.selection", "selectOption", "HRD.select", "SelectVerificationOption", "__doPostBack":
		return true
	}
	return false
}

// calls keeps of a handler the names of the functions it calls, and of those that choose something, what.
func (c *Cleaner) calls(handler string) string {
	var out []string
	if sends := marks()[0]; sends.found.MatchString(handler) {
		out = append(out, sends.stub)
	}
	for _, m := range call().FindAllStringSubmatch(handler, 20) {
		function, argument := m[1], m[2]+m[3]
		switch function[strings.LastIndexByte(function, '.')+1:] {
		case "submit", "if", "for", "while", "switch", "function", "catch", "return":
			continue
		}
		clean := c.Name(function).text
		switch {
		case argument == "":
			out = append(out, clean+"();")
		case choosing(function) && len(argument) <= maxName:
			out = append(out, fmt.Sprintf("%s('%s');", clean, strings.NewReplacer("'", "", `"`, "", `\`, "").Replace(c.choice(argument))))
		default:
			c.remove(values)
			out = append(out, fmt.Sprintf("%s('%s');", clean, placeholder(argument)))
		}
	}
	stub := strings.Join(out, " ")
	if stub != handler {
		c.remove(scripts)
	}
	return stub
}
