package trace

import (
	"regexp"
	"strings"
	"sync"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Page cleans a page so that whoever looks at its structure takes it for what it is: elements, ids, names, classes,
// types, what scripts would send on. Values, scripts, comments and every attribute that is not on a list are replaced
// or left out; visible text goes through Words. The result is HTML. A page that does not come out the same when it is
// cleaned again is not kept at all; that is "".
func (c *Cleaner) Page(root *html.Node) Clean {
	text := c.pass(root)
	if c.shows(root) { // what was typed stands there in pieces: <b>pass</b>word
		c.remove(typed)
		c.wordless = true
		defer func() { c.wordless = false }()
		text = c.pass(root)
	}
	counted := c.removed
	c.removed = nil
	defer func() { c.removed = counted }()
	for range 4 {
		again, err := html.ParseWithOptions(strings.NewReader(text), html.ParseOptionEnableScripting(false))
		if err != nil {
			return Clean{}
		}
		next := c.pass(again)
		if next == text {
			return Clean{text}
		}
		text = next
	}
	return Clean{}
}

func (c *Cleaner) pass(root *html.Node) string {
	c.numbered = map[string]int{}
	defer func() { c.numbered = nil }()
	clean := &html.Node{Type: html.DocumentNode}
	c.children(root, clean)
	var b strings.Builder
	if err := html.Render(&b, clean); err != nil {
		return ""
	}
	return visible(b.String())
}

// shows reports whether a page without its tags holds something that was typed, although no text of it does.
func (c *Cleaner) shows(root *html.Node) bool {
	if c.Typed == nil {
		return false
	}
	var b strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode {
			b.WriteString(c.Typed(n.Data))
		}
	}
	return c.Typed(b.String()) != b.String()
}

// keptElements are those that are kept by name; any other, such as one of the page's own invention, becomes a span.
var keptElements = sync.OnceValue(func() map[string]bool {
	return set("html head title meta base script body div span p h1 h2 h3 h4 h5 h6 a form input select option optgroup textarea button label " +
		"fieldset legend ul ol li dl dt dd table thead tbody tfoot tr td th caption img br hr noscript iframe main section header footer nav article aside template")
})

// droppedElements are left out with all that is in them: they hold no form and no text for a person, or are read in
// ways of their own.
var droppedElements = sync.OnceValue(func() map[string]bool {
	return set("style link object embed applet param canvas video audio source track xmp plaintext noembed noframes frameset frame svg math")
})

func set(words string) map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(words) {
		out[w] = true
	}
	return out
}

func (c *Cleaner) children(from, to *html.Node) {
	for n := from.FirstChild; n != nil; n = n.NextSibling {
		if clean := c.node(n, to); clean != nil {
			to.AppendChild(clean)
		}
	}
}

func (c *Cleaner) node(n, parent *html.Node) *html.Node {
	switch n.Type {
	case html.DoctypeNode:
		return &html.Node{Type: html.DoctypeNode, Data: "html"}
	case html.CommentNode:
		c.remove(comments)
	case html.TextNode:
		if text := c.text(n.Data, parent); text != "" {
			return &html.Node{Type: html.TextNode, Data: text}
		}
	case html.ElementNode:
		return c.element(n, parent)
	}
	return nil
}

func (c *Cleaner) element(n, parent *html.Node) *html.Node {
	name := n.Data
	if n.Namespace != "" || droppedElements()[name] || (!keptElements()[name] && parent.Data == "head") {
		c.remove(elements)
		return nil
	}
	if !keptElements()[name] {
		c.remove(elements)
		name = "span"
	}
	out := &html.Node{Type: html.ElementNode, Data: name, DataAtom: atom.Lookup([]byte(name))}
	for _, a := range n.Attr {
		if value, ok := c.attribute(n, name, a.Key, a.Val); ok && a.Namespace == "" {
			out.Attr = append(out.Attr, html.Attribute{Key: a.Key, Val: value})
		} else {
			c.remove(attributes)
		}
	}
	switch name {
	case "script":
		if stub := c.script(textIn(n)); stub != "" {
			out.AppendChild(&html.Node{Type: html.TextNode, Data: stub})
		}
	case "textarea":
		if text := textIn(n); strings.TrimSpace(text) != "" {
			c.remove(values)
			out.AppendChild(&html.Node{Type: html.TextNode, Data: placeholder(text)})
		}
	case "iframe": // what stands in it is for browsers without frames
	default:
		c.children(n, out)
	}
	return out
}

func textIn(n *html.Node) string {
	var b strings.Builder
	for t := n.FirstChild; t != nil; t = t.NextSibling {
		if t.Type == html.TextNode {
			b.WriteString(t.Data)
		}
	}
	return b.String()
}

// personal are ids of elements that greet somebody or show who is signed in.
var personal = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(mfaGreeting|(user|login|account)?-?display-?name|(logged|signed)-?in-?user|kc-attempted-username|identityBanner)$`)
})

func (c *Cleaner) text(s string, parent *html.Node) string {
	plain := strings.Join(strings.Fields(s), " ")
	if plain == "" {
		return plain
	}
	id := ""
	for _, a := range parent.Attr {
		if a.Key == "id" {
			id = a.Val
		}
	}
	greets := personal().MatchString(id)
	if c.wordless || greets {
		out := placeholder(plain)
		if out != plain {
			c.remove(users)
		}
		if greets {
			return out
		}
		return " " + out + " "
	}
	out := c.words(plain)
	if parent.Data == "noscript" { // its text is written without escapes
		out = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
			if strings.ContainsRune("<>&", r) {
				return ' '
			}
			return r
		}, out)), " ")
	}
	if out == "" {
		return out
	}
	// Words of neighbours must not grow together.
	return " " + out + " "
}

// attribute is what is kept of an attribute of an element.
func (c *Cleaner) attribute(n *html.Node, element, key, value string) (string, bool) {
	switch key {
	case "id", "name", "class", "for", "role", "form", "headers":
		return c.Name(value).text, true
	case "type", "method", "formmethod", "http-equiv", "charset", "lang", "dir", "autocomplete", "inputmode", "enctype", "target", "rel":
		return value, oneWord().MatchString(value) && c.without(value) == value
	case "maxlength", "minlength", "size":
		return value, len(value) <= 4 && strings.Trim(value, "0123456789") == ""
	case "hidden", "checked", "selected", "disabled", "readonly", "required", "multiple", "novalidate", "autofocus":
		return "", true
	case "style":
		return hiding(value)
	case "placeholder", "aria-label", "title", "alt", "label":
		if c.wordless {
			return placeholder(value), true
		}
		return strings.TrimSpace(c.words(strings.Join(strings.Fields(value), " "))), true
	case "value":
		return c.value(n, element, value), true
	case "href", "action", "src", "formaction":
		if strings.HasPrefix(strings.ToLower(strings.TrimSpace(value)), "javascript:") {
			return "javascript:" + c.calls(value), true
		}
		return c.address(value), true
	case "content":
		return c.refresh(n, value)
	case "data-host", "data-sig-request", "data-post-action", "data-post-argument", "data-xsrf": // that it is there tells what page it is
		c.remove(values)
		return placeholder(value), true
	}
	if strings.HasPrefix(key, "on") && handler().MatchString(key) {
		return c.calls(value), true
	}
	return "", false
}

var (
	oneWord = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_/+ -]{0,39}$`) })
	handler = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^on(click|load|submit|change|key(press|down|up)|focus|blur|mouse(over|out|down|up)|input|dblclick)$`)
	})
	leading = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?is)^\s*(\d{0,6})(?:\.\d*)?\s*[;,]\s*url\s*=\s*['"]?([^'"]*)`)
	})
)

// hiding keeps of a style only that it hides the element.
func hiding(style string) (string, bool) {
	style = strings.ToLower(strings.ReplaceAll(style, " ", ""))
	switch {
	case strings.Contains(style, "display:none"):
		return "display:none", true
	case strings.Contains(style, "visibility:hidden"):
		return "visibility:hidden", true
	}
	return "", false
}

// refresh keeps of a meta element's content where it leads and when.
func (c *Cleaner) refresh(n *html.Node, content string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == "http-equiv" && strings.EqualFold(strings.TrimSpace(a.Val), "refresh") {
			if m := leading().FindStringSubmatch(content); m != nil {
				return m[1] + "; url=" + strings.NewReplacer("'", "%27", `"`, "%22").Replace(c.address(m[2])), true
			}
		}
	}
	return "", false
}
