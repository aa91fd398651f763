package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/samlogin/samlogin/idp"
)

// report prints an error where it belongs and gives the exit code.
func (a *app) report(err error) int {
	f := explain(err)
	var page *idp.PageError
	unknown := f.Code == "unknown_page" && errors.As(err, &page)
	if f.Code == "needs_browser" && !a.json() && errors.As(err, &page) {
		f.Message = page.Short() // it is known what page that is: its forms and words help nobody
	}
	hints := []string{f.Hint}
	if unknown {
		hints = pageHints(page, a.global.trace)
		f.Hint = strings.Join(hints, "; or ")
	}
	a.traceEnd(f)
	if a.json() && !a.printed {
		out := json.NewEncoder(a.out)
		out.SetEscapeHTML(false)
		_ = out.Encode(map[string]failure{"error": f})
	}
	if f.Code == "interrupted" {
		fmt.Fprintln(a.errOut, "samlogin: interrupted")
		return f.Exit
	}
	if a.json() {
		hints = []string{f.Hint}
	} else if unknown {
		showPage(a.errOut, page)
		f.Message = page.Short()
	}
	a.message("samlogin: error: " + f.Message)
	for _, hint := range hints {
		if hint != "" {
			a.message("samlogin: hint: " + hint)
		}
	}
	return f.Exit
}
