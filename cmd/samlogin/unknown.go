package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml/foreign"
)

// outputWidth is how wide texts for reading are, in columns: what a terminal has at least.
const outputWidth = 80

// showPage lays out what is known of a page that is not understood: the line about the error comes after it.
func showPage(to io.Writer, e *idp.PageError) {
	fmt.Fprintln(to, "samlogin: the page that is not understood:")
	row := func(label, text string) {
		for i, line := range wrapped(text, outputWidth-14) {
			if i > 0 {
				label = ""
			}
			fmt.Fprintf(to, "    %-10s%s\n", label, line)
		}
	}
	row("address", e.Address)
	if e.Status != 0 {
		row("answer", strings.TrimSpace(fmt.Sprintf("HTTP status %d %s", e.Status, http.StatusText(e.Status))))
	}
	if e.Title != "" {
		row("title", e.Title.String())
	}
	if e.Text != "" {
		row("it says", e.Text.String())
	}
	for i, form := range e.Forms {
		label := "forms"
		if i > 0 {
			label = ""
		}
		row(label, foreign.Text(form).String())
	}
	if len(e.Forms) == 0 {
		row("forms", "none")
	}
	if e.Near != nil {
		row("nearest", e.Near.String())
	}
}

// pageHints are the two things to try next. tracing is the file of --trace, "" none.
func pageHints(e *idp.PageError, tracing string) []string {
	first := "run it again with --trace FILE, then samlogin doctor trace FILE tells it step by step; the file holds no secret and is what a helper needs"
	if tracing != "" {
		first = "samlogin doctor trace " + shellWord(tracing) + " tells the way there step by step; the file holds no secret and is what a helper needs"
	}
	second := "--idp browser signs in with a real browser; where that shows the same page, something has to be done or chosen there first"
	switch {
	case idp.Unavailable(e.Status):
		second = "run it again in a while; if a browser gets the same, ask the administrator of the IdP"
	case e.Status >= 400 || e.Status == 0 || e.Near == nil && len(e.Forms) == 0:
		second = "see whether --url is right: the host alone is enough, a full start address is taken as it is"
	case e.Near == nil:
		second = "try --start sp, or the full address of the sign-in page in --url"
	}
	return []string{first, second}
}

// wrapped breaks a text into lines of at most width characters where it has blanks; a word that is longer stays whole.
func wrapped(text string, width int) []string {
	var lines []string
	line, used := "", 0
	for _, word := range strings.Fields(text) {
		n := len([]rune(word))
		if used > 0 && used+1+n > width {
			lines = append(lines, line)
			line, used = "", 0
		}
		if used > 0 {
			line += " "
			used++
		}
		line += word
		used += n
	}
	return append(lines, line)
}
