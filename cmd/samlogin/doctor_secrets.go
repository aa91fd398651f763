package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/samlogin/samlogin/cmd/samlogin/system"
	"github.com/samlogin/samlogin/idp/keychain"
	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/saml/secret"
)

// secrets checks the places where passwords and seeds are remembered. Values are read where a refusal is noted beside
// them, and never shown; nobody is asked for a passphrase.
func (e *examination) secrets(ctx context.Context) []finding {
	f := &findings{section: "secrets"}
	a := e.app
	path, _ := a.secretsFile()
	open := func(place string) (keychain.Store, error) {
		return keychain.Open(place, keychain.Options{Env: a.env, Path: path, Passphrase: func(context.Context, bool) (secret.Text, error) {
			return secret.Text{}, errNoTerminal
		}})
	}
	lines := slices.DeleteFunc(a.ledger().Lines(), func(l keychain.Line) bool { return l.Store == "" })
	reached := map[string]keychain.Store{}
	for _, place := range e.places(lines) {
		if kind, file, named := strings.Cut(place, ":"); kind == "file" {
			if !named {
				file = path
			}
			e.secretFile(f, file, lines)
			continue
		}
		store, err := open(place)
		if err == nil {
			_, err = store.Get(ctx, keychain.Key{Origin: "https://samlogin.invalid", User: "doctor", Kind: keychain.Password})
		}
		if err == nil || errors.Is(err, keychain.ErrNotFound) {
			reached[place] = store
			f.note(good, "key store", store.Name()+" answers", "")
		} else {
			f.failed(bad, "key store", err)
		}
	}
	for _, line := range lines {
		store := reached[line.Store]
		if store == nil {
			continue
		}
		entry, err := store.Get(ctx, line.Key())
		who := kindWord(line.Kind) + " of " + who(line.Key())
		again := "samlogin secret set remembers another one"
		switch {
		case errors.Is(err, keychain.ErrNotFound):
			f.note(warning, "secret", "the "+who+" is no longer in the key store", again)
		case err != nil:
			f.failed(warning, "secret", err)
		case !entry.Refused.IsZero():
			f.note(warning, "secret", "the "+who+" was refused on "+entry.Refused.Local().Format("2 January 15:04")+", and is not sent again", again)
		default:
			f.note(good, "secret", "the "+who+" is remembered", "")
		}
	}
	if len(f.all) == 0 {
		f.note(good, "key store", "none is used; passwords are typed, or come from a command or a variable", "")
	}
	return f.all
}

// places are the stores that the settings choose, and those in which something is remembered.
func (e *examination) places(lines []keychain.Line) []string {
	stores := newStores(e.app)
	specs := []string{e.settings.General.SecretStore}
	for _, in := range e.settings.IdPs {
		specs = append(specs, settings.Nearest(in.Choices, e.settings.General).SecretStore)
	}
	var all []string
	for _, spec := range specs {
		all = append(all, stores.places(spec)...)
	}
	for _, l := range lines {
		all = append(all, l.Store)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// secretFile checks the encrypted file from outside.
func (e *examination) secretFile(f *findings, path string, lines []keychain.Line) {
	info, err := os.Lstat(path)
	if err != nil {
		f.note(good, "key store", "no key store on this computer, and no encrypted file yet: "+e.tilde(path), "")
		return
	}
	n := 0
	for _, l := range lines {
		if l.Store == "file" || l.Store == "file:"+path {
			n++
		}
	}
	if system.ReadableByOthers(info) {
		at := f.note(bad, "key store", fmt.Sprintf("other users can read %s (mode %04o)", e.tilde(path), info.Mode().Perm()), "chmod 600 "+e.tilde(path))
		if system.OwnedByMe(info) && info.Mode().IsRegular() {
			at.fix("chmod 600 "+e.tilde(path), func(context.Context) error { return system.Narrow(path, info, 0o600) })
		}
		return
	}
	f.note(good, "key store", fmt.Sprintf("%s, encrypted: %s remembered", e.tilde(path), plural(n, "secret")), "")
}

// sessions tells what is alive.
func (e *examination) sessions() []finding {
	f := &findings{section: "sessions"}
	now := e.app.now()
	sessions, keys := 0, 0
	first := ""
	for _, r := range e.app.keptRows() {
		if !r.expires.After(now) {
			continue
		}
		if r.kind == "idp" {
			sessions++
		} else {
			keys++
		}
		if first == "" { // those that end first come first
			first = "; " + r.name + " ends first, in " + span(r.expires.Sub(now))
		}
	}
	if sessions+keys == 0 {
		f.note(good, "sessions", "none is alive; samlogin login begins one", "")
	} else {
		f.note(good, "sessions", fmt.Sprintf("%s at IdPs, keys of %s%s", plural(sessions, "session"), plural(keys, "role"), first), "")
	}
	return f.all
}

// terminal checks whether somebody can be asked here.
func (e *examination) terminal() []finding {
	f := &findings{section: "terminal"}
	a := e.app
	switch _, err := a.terminal(); {
	case a.global.noInput || a.env("CI") != "":
		f.note(good, "questions", "nobody is asked, as --no-input or CI says", "")
	case err != nil:
		f.note(warning, "questions", "there is no terminal, so that nobody can be asked for a password or a role", "run it in a terminal, or give the answers by flags and variables")
	case !system.InForeground():
		f.note(warning, "questions", "this process is not in the foreground of its terminal, so that AWS tools run from here cannot ask", "fg")
	default:
		f.note(good, "questions", "the terminal can be opened, and passwords typed unseen", "")
	}
	return f.all
}
