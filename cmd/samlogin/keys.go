package main

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/samlogin/samlogin/cmd/samlogin/network"
	"github.com/samlogin/samlogin/cmd/samlogin/system"
	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/profiles/state"
	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/secret"
	"github.com/samlogin/samlogin/sts"
)

// Margins of renewal: keys that end sooner are renewed. Where that needs nobody it is done early, since some AWS
// clients take keys for expired 15 minutes before they are (botocore); where a person has to do something it is put
// off; and keys that could not be renewed are served while they are good for anything.
const (
	silentMargin = 15 * time.Minute // or half of their life: keys of 15 minutes would be old when they come
	askingMargin = 5 * time.Minute
	lastMargin   = time.Minute
)

// heedFailures is for how long a failed login of another process counts for this one: AWS's clients ask dozens at once,
// and each wrong password counts towards a lock.
const heedFailures = 10 * time.Second

// heldKeys are the keys of one NAME, or of a link on the way to it. Of keys that were kept the session has the credentials
// and whose they are, and no account of its duration. The role is empty for keys of an IAM user.
type heldKeys struct {
	sts.Session
	role    saml.Role
	region  string // of the settings, where STS was asked in it; "" none
	choices settings.Choices
	life    time.Duration // from when they were got to their end
}

// ample reports whether keys last for long enough to be left alone.
func (k heldKeys) ample(now time.Time) bool {
	left := k.left(now)
	return left >= silentMargin || left >= askingMargin && left >= k.life/2
}

func (k heldKeys) left(now time.Time) time.Duration { return k.Expiration.Sub(now) }

// keysOf gives the keys of one NAME that a command was called with: those that are kept, while they last for long
// enough, else fresh ones, which one process fetches for all that wait for them.
func (a *app) keysOf(ctx context.Context, f *loginFlags, name string) (heldKeys, error) {
	t, err := a.oneTarget(ctx, f, name)
	if err != nil {
		return heldKeys{}, err
	}
	return a.keysFrom(ctx, f, a.way(t))
}

// keysFrom gives the keys of one link.
func (a *app) keysFrom(ctx context.Context, f *loginFlags, l link) (heldKeys, error) {
	if l.kind() == "" {
		return l.take(ctx, f)
	}
	if f.force {
		return a.fetch(ctx, f, l, func() (heldKeys, bool) { return a.ofThisRun(l) })
	}
	old, there := a.keptKeys(l, lastMargin)
	left := old.left(a.now())
	if there && old.ample(a.now()) {
		return old, nil
	}
	longer := func() (heldKeys, bool) {
		k, ok := a.keptKeys(l, lastMargin)
		return k, ok && (k.ample(a.now()) || k.Expiration.After(old.Expiration))
	}
	if there && left >= askingMargin {
		if k, err := a.fetchSilently(ctx, f, l, longer); err == nil {
			return k, nil
		}
		return old, nil // nobody is bothered as long as they are good
	}
	k, err := a.fetch(ctx, f, l, longer)
	if err != nil && there && ctx.Err() == nil && old.left(a.now()) > lastMargin {
		a.notice("the keys end at " + old.Expiration.Local().Format("15:04") + " and could not be renewed: " + explain(err).Message)
		return old, nil
	}
	return k, err
}

// silentPatience is how long a silent renewal waits for another process: one that asks a person may take minutes.
const silentPatience = 2 * time.Second

func (a *app) fetchSilently(ctx context.Context, f *loginFlags, l link, look func() (heldKeys, bool)) (heldKeys, error) {
	if !a.global.noInput { // under a command that runs it is for good, and not touched beside it
		a.global.noInput = true
		defer func() { a.global.noInput = false }()
	}
	a.hushed.Add(1)
	defer a.hushed.Add(-1)
	silent := *f
	silent.patience, silent.silent = silentPatience, true
	return a.fetch(ctx, &silent, l, look)
}

// fetch takes the keys of a link, in one process for all that want them now. Those of the links before it are fetched
// within that, so that flights are nested in the order of the way.
func (a *app) fetch(ctx context.Context, f *loginFlags, l link, look func() (heldKeys, bool)) (heldKeys, error) {
	a.watch()
	var got heldKeys
	lead := func(ctx context.Context) (err error) {
		got, err = l.take(ctx, f)
		return err
	}
	folder := a.folder()
	if folder == nil {
		if k, ok := look(); ok {
			return k, nil
		}
		err := lead(ctx)
		return got, err
	}
	err := folder.Fly(ctx, state.Flight{
		Kind: l.kind(), Identity: l.identity(),
		Look: func() bool {
			k, ok := look()
			if ok {
				got = k
			}
			return ok
		},
		Lead: lead, Share: sharedFailure, Heed: f.heed, Patience: f.patience,
	})
	return got, err
}

// identity is everything that decides what the keys of a target are: other words for the same keys are other keys, and
// a profile that was edited never gets the old ones.
func (a *app) identity(t *target) string {
	if t.way != nil {
		return t.way.identity()
	}
	in, c := t.signIn, t.choices
	endpoint := []string{c.Region, a.endpoint(c.STSEndpoint)}
	if c.Region == "" {
		endpoint = append(endpoint, a.env("AWS_REGION"), a.env("AWS_DEFAULT_REGION"))
	}
	return state.Identity(in.assertion(), c.Principal, state.Identity(t.patterns...), state.Identity(a.accountsMeant(t.patterns)...), strconv.FormatBool(t.all), t.wishes(), state.Identity(endpoint...))
}

// keptValue is what is kept of a link's keys.
type keptValue struct {
	AccessKeyID, SecretAccessKey, SessionToken string
	Expiration                                 time.Time
	RoleARN, PrincipalARN, Region              string
	Life                                       time.Duration
	keptAccount
}

// keptAccount is what a login tells of keys beside themselves. Entries of earlier builds lack it.
type keptAccount struct {
	Assumed        string `json:",omitempty"` // the session's ARN, or the device of an IAM user
	Asked, Granted time.Duration
	Limit          sts.Limit
}

func accountOf(s sts.Session) keptAccount {
	return keptAccount{s.AssumedRoleARN, s.Asked, s.Granted, s.LimitedBy}
}

// roleEntry is what status tells of keys: whose profile they are, and how they are renewed.
type roleEntry struct {
	Name    string `json:"name"`
	RoleARN string `json:"role_arn"`
	Written string `json:"written,omitempty"` // the AWS profile that login writes, where that has another name
	KeyID   string `json:"key_id,omitempty"`  // by which they are found in the AWS files, wherever they were written
	upkeep
	Before []keptEntry `json:"before,omitempty"` // of the links that they were taken by
}

// keptBy reports whether keys are renewed as long as an entry of the state is there, which is its kind and identity.
func (e roleEntry) keptBy() (kind, identity string, depends bool) {
	return e.Kind, string(e.Identity), e.Always == "" && e.Kind != ""
}

// keptKeys are the keys of a link that an earlier run got, if they last for longer than a margin. Where nothing is kept
// between two runs, they are those that this run got.
func (a *app) keptKeys(l link, margin time.Duration) (heldKeys, bool) {
	folder := a.folder()
	if folder == nil {
		k, ok := a.ofThisRun(l)
		return k, ok && k.left(a.now()) > margin
	}
	text, _, err := folder.Get(l.kind(), l.identity())
	if err != nil {
		return heldKeys{}, false
	}
	var v keptValue
	if json.Unmarshal([]byte(text.Reveal()), &v) != nil {
		return heldKeys{}, false
	}
	var role saml.Role
	switch {
	case v.PrincipalARN != "":
		role, err = saml.NewRole(v.RoleARN, v.PrincipalARN)
	case v.RoleARN != "":
		role, err = saml.SwitchedRole(v.RoleARN)
	}
	if err != nil {
		return heldKeys{}, false
	}
	s := sts.Session{
		Credentials:    sts.Credentials{AccessKeyID: v.AccessKeyID, SecretAccessKey: secret.New(v.SecretAccessKey), SessionToken: secret.New(v.SessionToken), Expiration: v.Expiration},
		AssumedRoleARN: v.Assumed, Asked: v.Asked, Granted: v.Granted, LimitedBy: v.Limit,
	}
	k := heldKeys{s, role, v.Region, a.choicesOf(l), v.Life}
	return k, k.left(a.now()) > margin
}

// choicesOf are the choices that a link was made with.
func (a *app) choicesOf(l link) settings.Choices {
	switch l := l.(type) {
	case *loginLink:
		return l.target.choices
	case *switchedRole:
		return l.target.choices
	case *mfaSession:
		return l.choices
	}
	return settings.Choices{}
}

// keepKeys keeps the keys of a target that stands for one role of an IdP.
func (a *app) keepKeys(t *target, r result) {
	if r.err == nil && !t.all && len(t.patterns) <= 1 {
		name, written := r.profile, ""
		if t.named != nil && t.named.Name != r.profile { // whoever names either means these keys
			name, written = t.named.Name, r.profile
		}
		a.remember(&loginLink{a, t}, name, written, r.held(a.now()))
	}
}

// processLimit is how long a credential_process may take: AWS's SDK for Go ends it after a minute.
const processLimit = 55 * time.Second

// forMachines bounds what machines call, and sees to it that a person is asked only where he can answer: on a terminal
// of which this process has the foreground.
func (a *app) forMachines(ctx context.Context, c settings.Choices) (context.Context, context.CancelFunc) {
	if c.CredentialsPrompt != nil && !*c.CredentialsPrompt || !system.InForeground() {
		a.global.noInput = true
	}
	return context.WithTimeoutCause(ctx, processLimit, &network.SlowError{Phase: "getting the keys, as AWS's clients wait no longer", Limit: processLimit})
}

// loginCommand is the command that a person runs where a machine could not ask. Names of AWS's files may hold anything.
func (a *app) loginCommand(names ...string) string {
	command := "run: samlogin"
	if a.global.config != "" {
		command += " --config " + shellWord(a.global.config)
	}
	command += " login"
	for _, name := range names {
		command += " " + shellWord(name)
	}
	return command
}

// withCommand is an error that only a person can mend: the last line is the exact command to run.
type withCommand struct {
	err     error
	command string
}

func (e *withCommand) Error() string { return e.err.Error() }
func (e *withCommand) Unwrap() error { return e.err }

// forPerson adds the command for a NAME, with flags behind it, to an error after which only a person can go on.
func (a *app) forPerson(err error, name, flags string) error {
	if err == nil || errors.Is(err, terminal.ErrInterrupted) || strings.ContainsAny(name, "\n\r") {
		return err
	}
	var included *settings.IncludeError
	if errors.As(err, &included) && included.Err == nil && included.Got == "" {
		return &withCommand{err, a.loginCommand(name) + flags} // which may use the network for the settings
	}
	switch explain(err).Exit {
	case exitNeedsAnswer, exitRefused:
		if hint := explain(err).Hint; hint != "" {
			a.notice(hint)
		}
		return &withCommand{err, a.loginCommand(name) + flags}
	}
	return err
}
