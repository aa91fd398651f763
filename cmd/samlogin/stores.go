package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
	"github.com/samlogin/samlogin/idp/keychain"
	"github.com/samlogin/samlogin/idp/program"
	"github.com/samlogin/samlogin/saml/secret"
)

// The values of secret_store with a meaning of their own; the others are those that keychain.Open takes.
const (
	storeAuto = "auto" // the key store of this computer; where there is none, the encrypted file
	storeNone = "none"
)

const (
	passphraseVariable        = "SAMLOGIN_PASSPHRASE"
	passphraseCommandVariable = "SAMLOGIN_PASSPHRASE_COMMAND"
)

// stores are the places where secrets are remembered. A store that fails never ends a login: it is told of, once, and
// the next source is asked.
type stores struct {
	app    *app
	opened map[string]keychain.Store
	said   map[string]bool
}

func newStores(a *app) *stores {
	return &stores{app: a, opened: map[string]keychain.Store{}, said: map[string]bool{}}
}

// places are the stores that a value of secret_store stands for, the first one being that for new secrets.
func (s *stores) places(spec string) []string {
	switch spec {
	case storeNone:
		return nil
	case "", storeAuto:
		var all []string
		if keychain.SystemPresent(s.app.env) {
			all = append(all, "system")
		}
		if path, err := s.app.secretsFile(); err == nil {
			if _, err := os.Lstat(path); err == nil || len(all) == 0 {
				all = append(all, "file")
			}
		}
		return all
	}
	return []string{spec}
}

// open opens a store, or gives the one that is open.
func (s *stores) open(place string) (keychain.Store, error) {
	if st := s.opened[place]; st != nil {
		return st, nil
	}
	var tty *os.File
	t, err := s.app.terminal()
	if err == nil {
		tty = t.In
	}
	path, _ := s.app.secretsFile()
	st, err := keychain.Open(place, keychain.Options{
		Env: s.app.env, Interactive: err == nil, Terminal: tty, Path: path,
		Passphrase: func(ctx context.Context, confirm bool) (secret.Text, error) {
			return s.app.passphrase(ctx, path, confirm)
		},
	})
	if err != nil {
		return nil, err
	}
	s.opened[place] = st
	return st, nil
}

// get looks for a secret in every place that a value of secret_store stands for. place is "" where there is none.
func (s *stores) get(ctx context.Context, spec string, k keychain.Key) (e keychain.Entry, place string, err error) {
	for _, place := range s.places(spec) {
		if place == "file" && (spec == "" || spec == storeAuto) {
			if path, err := s.app.secretsFile(); err != nil || !exists(path) {
				continue // not there yet: nobody is asked for the passphrase of nothing
			}
		}
		st, err := s.open(place)
		if err == nil {
			e, err = st.Get(ctx, k)
		}
		switch {
		case err == nil:
			return e, place, nil
		case ctx.Err() != nil:
			return keychain.Entry{}, "", context.Cause(ctx)
		case errors.Is(err, terminal.ErrInterrupted):
			return keychain.Entry{}, "", err
		case !errors.Is(err, keychain.ErrNotFound):
			s.tell(err)
		}
	}
	return keychain.Entry{}, "", nil
}

// tell says once that a store failed.
func (s *stores) tell(err error) {
	line := err.Error()
	if hint := hintOf(err); hint != "" {
		line += "; " + hint
	}
	if !s.said[line] {
		s.said[line] = true
		s.app.notice(line)
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// passphrase is that of the encrypted file: from the environment, from a program, from the person.
func (a *app) passphrase(ctx context.Context, path string, confirm bool) (secret.Text, error) {
	if given := a.env(passphraseVariable); given != "" {
		return secret.New(given), nil
	}
	if line := a.env(passphraseCommandVariable); line != "" {
		argv, ok := program.Words(line)
		if !ok {
			return secret.Text{}, &fault.UsageError{What: passphraseCommandVariable + " has a quote that is not closed"}
		}
		return a.secretOf(ctx, passphraseCommandVariable, argv)
	}
	t, err := a.terminal()
	if err != nil {
		return secret.Text{}, &fault.NeedError{
			What: "the passphrase of " + path + " is needed, and nobody can be asked",
			Hint: "give it with " + passphraseVariable + " or " + passphraseCommandVariable,
		}
	}
	text, err := t.Line(ctx, "Passphrase of "+path+": ", true)
	if err != nil || !confirm {
		return secret.New(text), err
	}
	again, err := t.Line(ctx, "The same passphrase again: ", true)
	if err == nil && (again != text || text == "") {
		err = &fault.UsageError{What: "the two passphrases differ, or are empty; nothing was remembered"}
	}
	return secret.New(text), err
}

// secretOf runs a program whose first line of output is a secret. The errors name what it was run for.
func (a *app) secretOf(ctx context.Context, what string, argv []string) (secret.Text, error) {
	call := program.Call{Argv: argv}
	if t, err := a.terminal(); err == nil {
		call.Terminal = t.In
	}
	answer, err := program.Run(ctx, call)
	if a.global.verbose && err != nil {
		if said := answer.Stderr.Reveal(); said != "" {
			a.notice(fmt.Sprintf("%s also wrote %d bytes to stderr, which are not shown: they may hold the secret", what, len(said)))
		}
	}
	if err != nil {
		if ctx.Err() != nil {
			return secret.Text{}, context.Cause(ctx)
		}
		var failed *program.Error
		if errors.As(err, &failed) && failed.Problem == program.Interrupted {
			return secret.Text{}, terminal.ErrInterrupted
		}
		return secret.Text{}, fmt.Errorf("%s: %w", what, err)
	}
	line := answer.Line()
	switch {
	case line.Empty():
		return line, fmt.Errorf("%s: %s printed nothing in its first line", what, filepath.Base(argv[0]))
	case strings.ContainsRune(line.Reveal(), 0):
		return secret.Text{}, fmt.Errorf("%s: %s printed a NUL byte", what, filepath.Base(argv[0]))
	}
	return line, nil
}

// secretsFile is where the encrypted file is: $XDG_DATA_HOME/samlogin/secrets.age, else
// ~/.local/share/samlogin/secrets.age (%AppData%\samlogin\secrets.age).
func (a *app) secretsFile() (string, error) {
	return a.ownFile("XDG_DATA_HOME", []string{".local", "share"}, "AppData", "secrets.age")
}

// ledger is what is known of remembered secrets, in the folder for state: $XDG_STATE_HOME/samlogin, else
// ~/.local/state/samlogin (%LocalAppData%\samlogin).
func (a *app) ledger() keychain.Ledger {
	path, err := a.ownFile("XDG_STATE_HOME", []string{".local", "state"}, "LocalAppData", "secrets.json")
	if err != nil {
		path = ""
	}
	return keychain.Ledger{Path: path}
}

// ownFile finds a file of samlogin's own by the XDG Base Directory Specification, which ignores relative paths.
func (a *app) ownFile(variable string, within []string, windowsVariable, name string) (string, error) {
	if folder := a.env(variable); filepath.IsAbs(folder) {
		return filepath.Join(folder, "samlogin", name), nil
	}
	home := "HOME"
	if runtime.GOOS == "windows" {
		home, within = windowsVariable, nil
	}
	folder := a.env(home)
	if !filepath.IsAbs(folder) {
		return "", &fault.NeedError{What: home + " is unset or not an absolute path, so there is no place for " + name, Hint: "set " + home}
	}
	return filepath.Join(append(append([]string{folder}, within...), "samlogin", name)...), nil
}
