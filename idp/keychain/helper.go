package keychain

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"

	"github.com/samlogin/samlogin/idp/program"
	"github.com/samlogin/samlogin/saml/secret"
)

// helper is a docker-credential-helper: a program docker-credential-NAME that is told get, store, erase or list, and gets
// the rest by standard input (docker-credential-helpers, README, "Development").
type helper struct {
	program string
	options Options
}

// notFound is how such a program says so, on standard output.
const notFound = "credentials not found in native keychain"

func newHelper(name string, o Options) (Store, error) {
	// The name becomes that of a program: it must not lead anywhere.
	if name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") != "" || strings.HasPrefix(name, ".") {
		return nil, &StoreError{Store: "helper:" + name, Problem: Absent, Err: errors.New("a helper's name has letters, digits, dots, dashes and underscores")}
	}
	return &helper{program: "docker-credential-" + name, options: o}, nil
}

func (h *helper) Name() string { return h.program }

// docker is the protocol's one object.
type docker struct {
	ServerURL, Username, Secret string
}

func (h *helper) Get(ctx context.Context, k Key) (Entry, error) {
	out, err := h.run(ctx, "get", secret.New(k.address()))
	if err != nil {
		return Entry{}, err
	}
	var answer docker
	if err := json.Unmarshal([]byte(out.Reveal()), &answer); err != nil {
		return Entry{}, h.broken("its answer is not the JSON of a credential helper")
	}
	if answer.Username == "" && answer.Secret == "" { // docker-credential-pass says so of what is not there
		return Entry{}, ErrNotFound
	}
	if answer.ServerURL != "" && answer.ServerURL != k.address() || answer.Username != userAttribute(k.User) {
		return Entry{}, h.broken("it answered for somebody else")
	}
	e, err := decode(secret.New(answer.Secret))
	if err != nil {
		return Entry{}, h.broken(err.Error())
	}
	return e, nil
}

func (h *helper) Set(ctx context.Context, k Key, e Entry) error {
	value, err := json.Marshal(docker{k.address(), userAttribute(k.User), e.encode().Reveal()})
	if err != nil {
		return h.broken("the secret cannot be encoded")
	}
	_, err = h.run(ctx, "store", secret.New(string(value)))
	return err
}

// Delete looks first: most helpers erase what is not there without a word.
func (h *helper) Delete(ctx context.Context, k Key) error {
	if _, err := h.run(ctx, "get", secret.New(k.address())); err != nil {
		return err
	}
	_, err := h.run(ctx, "erase", secret.New(k.address()))
	return err
}

func (h *helper) List(ctx context.Context) ([]Key, error) {
	out, err := h.run(ctx, "list", secret.Text{})
	if err != nil {
		return nil, err
	}
	var users map[string]string
	if err := json.Unmarshal([]byte(out.Reveal()), &users); err != nil {
		return nil, h.broken("its list is not the JSON of a credential helper")
	}
	var keys []Key
	for address := range users {
		if k, ours := keyOf(address); ours {
			keys = append(keys, k)
		}
	}
	return keys, nil
}

func (h *helper) broken(why string) error {
	return &StoreError{Store: h.program, Problem: Broken, Err: errors.New(why)}
}

// run runs the program. What it says beside its protocol may hold a secret and is not repeated.
func (h *helper) run(ctx context.Context, what string, in secret.Text) (secret.Text, error) {
	answer, err := program.Run(ctx, program.Call{
		Argv: []string{h.program, what}, Stdin: in, Env: withoutOurs(os.Environ()), Limit: h.options.deadline(), Terminal: h.options.Terminal,
	})
	var failed *program.Error
	switch {
	case err == nil:
		return answer.Output, nil
	case !errors.As(err, &failed):
		return secret.Text{}, err // the context's end
	case strings.Contains(answer.Output.Reveal(), notFound):
		return secret.Text{}, ErrNotFound
	}
	e := &StoreError{Store: h.program, Err: err}
	switch failed.Problem {
	case program.NotFound:
		e.Problem = Absent
	case program.TooSlow:
		e.Problem, e.Limit = Slow, failed.Limit
	case program.Interrupted:
		e.Problem = Denied
	}
	return secret.Text{}, e
}

// withoutOurs leaves samlogin's and AWS's variables out of an environment: no helper needs them, and some are secrets.
func withoutOurs(env []string) []string {
	var out []string
	for _, pair := range env {
		if name := strings.ToUpper(pair); !strings.HasPrefix(name, "SAMLOGIN_") && !strings.HasPrefix(name, "AWS_") {
			out = append(out, pair)
		}
	}
	return out
}
