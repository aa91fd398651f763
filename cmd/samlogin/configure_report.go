package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/rivo/uniseg"

	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
	"github.com/samlogin/samlogin/profiles/imports"
	"github.com/samlogin/samlogin/saml/foreign"
)

// fates are what became of a line: sign, colour and words.
func fates() []struct {
	fate        imports.Fate
	sign, color string
	words       string
} {
	return []struct {
		fate        imports.Fate
		sign, color string
		words       string
	}{
		{imports.Taken, "✓", "32", "taken over"},
		{imports.Look, "!", "33", "to look at"},
		{imports.Left, "✗", "31", "not taken over"},
		{imports.Needless, "·", "2", "not needed"},
	}
}

// The columns of the report.
const (
	leastKey    = 22
	mostKey     = 36
	reportWidth = 80
)

// lineName is what a line of the report is called by.
func lineName(l imports.Line) string {
	if l.Key == "" {
		return "[" + foreign.Clean(l.Section) + "]"
	}
	return "  " + foreign.Clean(l.Key)
}

// showImport tells line by line what became of a tool's file.
func (a *app) showImport(r *imports.Result) {
	color := a.color(a.outIsTTY)
	paint := func(code, text string) string {
		if !color {
			return text
		}
		return "\x1b[" + code + "m" + text + "\x1b[0m"
	}
	fmt.Fprintf(a.out, "%s: %s in %s\n", r.Tool, counted(r.Accounts, accountWord(r.Tool)), a.short(r.Path))
	if len(r.Lines) == 0 {
		fmt.Fprintf(a.out, "\nNothing of %s is in it.\n", r.Tool)
		return
	}
	fmt.Fprintln(a.out)
	digits := len(strconv.Itoa(r.Lines[len(r.Lines)-1].Number))
	count := map[imports.Fate]int{}
	keyColumn := leastKey
	for _, l := range r.Lines {
		keyColumn = min(max(keyColumn, uniseg.StringWidth(lineName(l))), mostKey)
	}
	for _, l := range r.Lines {
		count[l.Fate]++
		name := terminal.Fit(lineName(l), keyColumn)
		words := strings.Join(l.To, ", ")
		if l.Why != "" && words != "" {
			words += ": "
		}
		words = foreign.Clean(words + l.Why)
		for _, f := range fates() {
			if f.fate != l.Fate {
				continue
			}
			head := fmt.Sprintf("%*d  %s%s  ", digits+1, l.Number, name, strings.Repeat(" ", keyColumn-uniseg.StringWidth(name)))
			indent := digits + 1 + 2 + keyColumn + 2 + 2
			for i, line := range wrapped(words, reportWidth-indent) {
				if i == 0 {
					fmt.Fprintln(a.out, strings.TrimRight(head+paint(f.color, f.sign)+" "+line, " "))
				} else {
					fmt.Fprintln(a.out, strings.Repeat(" ", indent)+line)
				}
			}
		}
	}
	var sums []string
	for _, f := range fates() {
		if n := count[f.fate]; n > 0 {
			sums = append(sums, fmt.Sprintf("%s %d %s", paint(f.color, f.sign), n, f.words))
		}
	}
	fmt.Fprintf(a.out, "\n%s\n\n", strings.Join(sums, "   "))
}

// showDiff shows what is to be written.
func (a *app) showDiff(diff string) {
	if diff == "" {
		fmt.Fprintln(a.out, "Your settings stay as they are.")
		return
	}
	color := a.color(a.outIsTTY)
	for line := range strings.Lines(diff) {
		code := ""
		switch {
		case strings.HasPrefix(line, "+++"), strings.HasPrefix(line, "---"):
			code = "1"
		case strings.HasPrefix(line, "+"):
			code = "32"
		case strings.HasPrefix(line, "-"):
			code = "31"
		case strings.HasPrefix(line, "@"):
			code = "36"
		}
		if text := strings.TrimSuffix(line, "\n"); color && code != "" {
			fmt.Fprintln(a.out, "\x1b["+code+"m"+text+"\x1b[0m")
		} else {
			fmt.Fprintln(a.out, text)
		}
	}
	fmt.Fprintln(a.out)
}
