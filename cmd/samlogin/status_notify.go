package main

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/idp/program"
	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/profiles/state"
	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
)

const (
	notifiedKind   = "notified"
	notifyPatience = 5 * time.Second
)

// statusNotify tells once of each end that is near.
func (a *app) statusNotify(ctx context.Context, s *settings.Settings, rows []statusRow) error {
	margin, err := notifyMargin(s.General.Notify)
	if err != nil {
		return err
	}
	a.watch()
	for _, r := range rows {
		left := r.expires.Sub(a.now())
		if left <= 0 || left > margin || r.kind == "idp" || r.renews == "silently" {
			continue
		}
		id := state.Identity(r.kind, r.name, r.expires.UTC().Format(time.RFC3339))
		folder := a.folder()
		if folder != nil {
			if _, _, err := folder.Get(notifiedKind, id); err == nil {
				continue
			}
		}
		words := fmt.Sprintf("%s ends in %s", profiles.SafeName(r.name), span(left))
		if !a.onDesktop(ctx, words) {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if err := a.printOnce([]byte(words + "\n")); err != nil {
				return err
			}
		}
		if folder != nil { // after it was told: rather twice than never
			a.keep(state.Entry{Kind: notifiedKind, Identity: id, Value: secret.New("told"), Expires: r.expires})
		}
	}
	return nil
}

// notifyMargin reads the setting notify: a time, or whether at all.
func notifyMargin(set any) (time.Duration, error) {
	switch v := set.(type) {
	case bool:
		if !v {
			return 0, nil
		}
	case string:
		d, err := time.ParseDuration(v)
		if err != nil || d < 0 {
			return 0, &fault.UsageError{What: fmt.Sprintf("notify in the settings is no time: %q", foreign.Text(v)), Hint: `as in: notify = "15m"`}
		}
		return d, nil
	}
	return nearlyEnded, nil
}

// onDesktop shows a notification where there is a desktop. The words are arguments, never part of a script, and of
// characters that mean nothing to markup.
func (a *app) onDesktop(ctx context.Context, words string) bool {
	var argv []string
	switch {
	case runtime.GOOS == "darwin":
		argv = []string{"osascript", "-e", "on run argv", "-e", `display notification (item 1 of argv) with title "samlogin"`, "-e", "end run", words}
	case runtime.GOOS != "windows" && (a.env("DISPLAY") != "" || a.env("WAYLAND_DISPLAY") != ""):
		argv = []string{"notify-send", "--app-name=samlogin", "--", "samlogin", words}
	default:
		return false
	}
	_, err := program.Run(ctx, program.Call{Argv: argv, Limit: notifyPatience})
	return err == nil
}
