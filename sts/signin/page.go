package signin

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"

	"github.com/samlogin/samlogin/saml/foreign"
)

// longestName is how much of a name is taken, in characters. AWS's aliases have 63, its account names 50.
const longestName = 100

// deepest is how deep elements may lie in each other. The parser of HTML needs time by the square of it, and AWS's page
// has about ten.
const deepest = 200

// Parse reads the names of accounts from the page, by number. Its list says "Account: NAME (123456789012)" for an account
// with a name and "Account: 123456789012" for one without. The error is that the page holds no such list.
func Parse(page string) (map[string]foreign.Text, error) {
	if err := shallow(page); err != nil {
		return nil, err
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(page))
	if err != nil {
		return nil, err
	}
	heads := doc.Find("#saml_form .saml-account-name")
	if heads.Length() == 0 {
		return nil, errors.New("the page holds no list of roles")
	}
	names, said := map[string]foreign.Text{}, map[string]bool{}
	heads.Each(func(_ int, head *goquery.Selection) {
		account, name, ok := readHead(head.Text())
		switch {
		case !ok:
		case said[account] && names[account] != name:
			delete(names, account) // two names are none
		case !said[account] && name != "":
			names[account] = name
		}
		if ok {
			said[account] = true
		}
	})
	return names, nil
}

// shallow refuses a page whose elements lie too deep in each other, before it is parsed.
func shallow(page string) error {
	depth := 0
	for tokens := html.NewTokenizer(strings.NewReader(page)); ; {
		switch tokens.Next() {
		case html.ErrorToken:
			return nil
		case html.StartTagToken:
			if name, _ := tokens.TagName(); !void(string(name)) {
				depth++
			}
		case html.EndTagToken:
			depth = max(0, depth-1)
		}
		if depth > deepest {
			return fmt.Errorf("the elements of the page lie more than %d deep in each other", deepest)
		}
	}
}

// void reports whether an element has no end tag (HTML Standard, "Void elements"), or is often left without one.
func void(name string) bool {
	switch name {
	case "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "p", "li", "option":
		return true
	}
	return false
}

// readHead reads the line of an account.
func readHead(text string) (account string, name foreign.Text, ok bool) {
	line := strings.TrimSpace(foreign.Line(text).Raw())
	if _, after, found := strings.Cut(line, ":"); found {
		line = strings.TrimSpace(after)
	}
	if number(line) {
		return line, "", true
	}
	before, found := strings.CutSuffix(line, ")")
	at := strings.LastIndexByte(before, '(')
	if !found || at < 0 || !number(before[at+1:]) {
		return "", "", false
	}
	account, line = before[at+1:], strings.TrimSpace(before[:at])
	if number(line) || !utf8.ValidString(line) {
		line = "" // a name that looks like another account is none
	}
	if n := []rune(line); len(n) > longestName {
		line = string(n[:longestName])
	}
	return account, foreign.Text(line), true
}

// number reports whether a text is the number of an account: twelve digits.
func number(s string) bool { return len(s) == 12 && strings.Trim(s, "0123456789") == "" }
