package main

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/samlogin/samlogin/profiles/imports"
	"github.com/samlogin/samlogin/saml/foreign"
)

// found is one file of another tool, as JSON output shows it.
type found struct {
	Tool     imports.Tool `json:"tool"`
	Path     string       `json:"path"`
	There    bool         `json:"there"`
	Accounts int          `json:"accounts"`
	Why      string       `json:"why,omitempty"` // it cannot be read
}

// importable lists what there is to take over.
func (a *app) importable() error {
	_, s, err := a.settingsToChange()
	if err != nil {
		return err
	}
	var all []found
	rows := [][]string{{"TOOL", "FILE", "WHAT"}}
	any := ""
	for _, t := range imports.Tools() {
		f := found{Tool: t}
		path, err := t.Locate(a.env)
		var r *imports.Result
		if err == nil {
			f.Path = path
			r, err = imports.Read(t, path, imports.Ours{Settings: s, CheckDuration: checkDuration})
		}
		what := ""
		switch {
		case err == nil:
			f.There, f.Accounts = r.Accounts > 0, r.Accounts
			what = "nothing of it"
			if r.Accounts > 0 {
				what = counted(r.Accounts, accountWord(t))
				if any == "" {
					any = string(t)
				}
			}
		case errors.Is(err, fs.ErrNotExist):
			what = "not there"
		default:
			f.Why = cause(errors.Unwrap(err))
			what = f.Why
		}
		all = append(all, f)
		rows = append(rows, []string{string(t), a.short(f.Path), what})
	}
	if a.json() {
		a.printed = true
		return printJSON(a.out, all)
	}
	a.table(rows)
	if any == "" {
		fmt.Fprintln(a.out, "\nNothing to take over.")
	} else {
		fmt.Fprintln(a.out, "\nNext: samlogin configure import "+any)
	}
	return nil
}

func accountWord(t imports.Tool) string {
	switch t {
	case imports.Saml2AWS:
		return "account"
	case imports.Clisso:
		return "app"
	}
	return "profile"
}

func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// short writes a path with ~ for the home folder, for people.
func (a *app) short(path string) string {
	if home := a.env("HOME"); filepath.IsAbs(home) {
		if rest, err := filepath.Rel(home, path); err == nil && rest != ".." && !strings.HasPrefix(rest, ".."+string(filepath.Separator)) {
			return foreign.Clean(filepath.Join("~", rest))
		}
	}
	return foreign.Clean(path)
}
