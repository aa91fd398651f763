package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"time"

	"github.com/samlogin/samlogin/cmd/samlogin/system"
	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/saml/secret"
	"github.com/samlogin/samlogin/sts/container"
)

// runChild runs a command in this one's place as far as that goes: its streams, its signals, its exit code, which comes
// as an *exitedError. lost ends the command: what it needs is gone.
func (a *app) runChild(ctx context.Context, path string, argv, env []string, lost <-chan error) error {
	a.leaveSignals()
	a.closeConsole() // the terminal is the command's
	cmd := exec.Command(path, argv[1:]...)
	cmd.Args, cmd.Env = argv, env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	signals := make(chan os.Signal, 16)
	for _, s := range system.PassedOn() {
		if !signal.Ignored(s) {
			signal.Notify(signals, s)
		}
	}
	defer signal.Stop(signals)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if a.unguard != nil {
		a.unguard()
	}
	err := cmd.Start()
	a.printed = err == nil           // from now on stdout is the command's
	a.unguard = system.GuardMemory() // the limit is the command's to have, not ours to lose
	if err != nil {
		return &commandError{Name: argv[0], Exit: exitNotExecutable, Err: err}
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		select {
		case s := <-signals:
			if !system.OfTerminal(s) {
				_ = cmd.Process.Signal(s)
			}
		case err := <-lost:
			a.notice(err.Error())
			lost = nil
		case err := <-ended:
			var exited *exec.ExitError
			if err != nil && !errors.As(err, &exited) {
				return &commandError{Name: argv[0], Exit: exitNotExecutable, Err: err}
			}
			return &exitedError{system.CodeOf(cmd.ProcessState)}
		}
	}
}

// execWithServer runs a command that fetches its keys from an endpoint of ours, again and again.
func (a *app) execWithServer(ctx context.Context, f *loginFlags, name, path string, argv []string) error {
	source, err := a.renewing(ctx, f, name)
	if err != nil {
		return err
	}
	server, err := container.Listen(source.get)
	if err != nil {
		return err
	}
	defer server.Close()
	vars := []variable{
		{Name: "AWS_CONTAINER_CREDENTIALS_FULL_URI", Value: secret.New(server.URL())},
		{Name: "AWS_CONTAINER_AUTHORIZATION_TOKEN", Value: server.Token()},
	}
	if region := source.held.region; region != "" {
		vars = append(vars, variable{Name: "AWS_REGION", Value: secret.New(region)}, variable{Name: "AWS_DEFAULT_REGION", Value: secret.New(region)})
	}
	files, forget, err := a.filesWithoutDefault()
	if err != nil {
		return err
	}
	defer forget()
	serving, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	lost := make(chan error, 1)
	go func() {
		if err := server.Serve(serving); serving.Err() == nil {
			lost <- err
		}
	}()
	return a.runChild(ctx, path, argv, environmentWith(append(vars, files...)), lost)
}

// filesWithoutDefault are variables that lead to private copies of the AWS files without the credentials of [default],
// which AWS's clients would take before they ask an endpoint. Without such credentials there are none. forget takes the
// copies away.
func (a *app) filesWithoutDefault() (vars []variable, forget func(), err error) {
	none := func() {}
	files, err := profiles.Locate(a.env)
	if err != nil {
		return nil, none, err
	}
	config, credentials, changed, err := files.WithoutCredentials("default")
	if err != nil || !changed {
		return nil, none, err
	}
	folder, err := os.MkdirTemp("", "samlogin-")
	if err != nil {
		return nil, none, &profiles.FileError{Path: os.TempDir(), Step: "make a private folder in it", Err: err}
	}
	forget = func() { _ = os.RemoveAll(folder) }
	for name, text := range map[string]string{"AWS_CONFIG_FILE": config, "AWS_SHARED_CREDENTIALS_FILE": credentials} {
		path := folder + string(os.PathSeparator) + name
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			forget()
			return nil, none, &profiles.FileError{Path: path, Step: "write it", Err: err}
		}
		vars = append(vars, variable{Name: name, Value: secret.New(path)})
	}
	return vars, forget, nil
}

// renewing keeps the keys of one NAME and renews them, without asking anybody, before they end.
type renewing struct {
	app  *app
	take func(context.Context) (heldKeys, error)
	kept func() (heldKeys, bool) // by another samlogin, maybe

	start func(func()) // runs a renewal beside what asks for keys; tests do it at once

	mu    sync.Mutex
	held  heldKeys
	busy  bool          // a renewal is under way
	tried time.Time     // when one last failed
	pause time.Duration // how long nothing is tried after it
	why   error         // of the failure
	told  time.Time     // when that was last told of
}

// A renewal that failed is not tried again for a while: each try is a login, and AWS's clients ask often. What the IdP
// refused may ring a phone or count towards a lock. A samlogin login by hand counts at once.
const (
	retryAfter        = time.Minute
	retryAfterRefusal = 15 * time.Minute
)

// renewing takes the keys once, while a person can still be asked.
func (a *app) renewing(ctx context.Context, f *loginFlags, name string) (*renewing, error) {
	r := &renewing{app: a, start: a.beside, take: func(ctx context.Context) (heldKeys, error) { return a.keysOf(ctx, f, name) }}
	if r.start == nil {
		r.start = func(f func()) { go f() }
	}
	f.renewing = true // before the way is found, as that depends on it
	t, err := a.oneTarget(ctx, f, name)
	if err != nil {
		return nil, err
	}
	if l := a.way(t); l.kind() != "" {
		r.kept = func() (heldKeys, bool) { return a.keptKeys(l, lastMargin) }
	}
	if r.held, err = r.take(ctx); err != nil {
		return nil, err
	}
	a.global.noInput = true // from here on the terminal is somebody else's
	f.heed = heedFailures
	return r, nil
}

// get serves what is there as long as it is good, and renews it beside: AWS's clients wait for a second or two, and a
// login may take longer, or hang.
func (r *renewing) get(ctx context.Context) (container.Keys, error) {
	r.mu.Lock()
	now := r.app.now()
	if !r.held.ample(now) && r.kept != nil {
		if k, ok := r.kept(); ok && k.Expiration.After(r.held.Expiration) {
			r.held = k
		}
	}
	held := r.held
	good := held.left(now) > lastMargin
	renew := !r.busy && !held.ample(now) && now.Sub(r.tried) >= r.pause
	r.busy = r.busy || renew
	busy, why := r.busy, r.why
	r.mu.Unlock()
	switch {
	case renew && good:
		r.start(func() { _ = r.renew(context.WithoutCancel(ctx)) })
	case renew:
		if err := r.renew(context.WithoutCancel(ctx)); err != nil {
			return container.Keys{}, err
		}
		r.mu.Lock()
		held = r.held
		r.mu.Unlock()
	case !good && !busy:
		return container.Keys{}, why
	case !good:
		return container.Keys{}, errors.New("the keys have ended, and are being renewed")
	}
	return container.Keys{Credentials: held.Credentials, RoleARN: held.role.ARN}, nil
}

// renew takes the keys anew; nobody else does meanwhile.
func (r *renewing) renew(ctx context.Context) error {
	within, end := context.WithTimeout(ctx, processLimit)
	defer end()
	r.app.restored = nil // another samlogin may have begun a session at the IdP
	fresh, err := r.take(within)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.busy = false
	if err == nil {
		r.held, r.pause = fresh, 0
		return nil
	}
	said := errors.New(explain(err).Message)
	r.tried, r.pause, r.why = r.app.now(), retryAfter, said
	if explain(err).Exit == exitRefused {
		r.pause = retryAfterRefusal
	}
	if r.app.now().Sub(r.told) > silentMargin {
		r.told = r.app.now()
		r.app.notice("the keys end at " + r.held.Expiration.Local().Format("15:04") + " and could not be renewed: " + said.Error())
	}
	return said
}
