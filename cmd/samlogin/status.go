package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/saml/foreign"
)

type statusFlags struct{ watch, prompt, notify bool }

func newStatusCmd(a *app) *cobra.Command {
	f := &statusFlags{}
	cmd := &cobra.Command{
		Use:   "status [NAME…]",
		Short: "Show sessions and roles, and when they end",
		Long: `Show sessions at the IdP and the keys of roles: those that samlogin keeps, those in the credentials file whose end is
written beside them, and those that the AWS CLI keeps. The exit code is 12 if something of samlogin's, or something
named, has ended.

--prompt prints one short line such as "prod 47m" for the prompt of a shell: that of NAME, else of AWS_PROFILE, else
of what ends first; nothing where there is nothing.
  bash      PS1='$(samlogin status --prompt) \$ '
  zsh       setopt PROMPT_SUBST; PROMPT='$(samlogin status --prompt) %# '
  fish      function fish_right_prompt; samlogin status --prompt; end
  starship  [custom.samlogin]
            command = "samlogin status --prompt"
            when = true

--notify tells once of each end that is near: within 15 minutes, or the time of notify in the settings.`,
		Example: `  samlogin status
  samlogin status prod --output json
  samlogin status --watch`,
		ValidArgsFunction: a.completeNames,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.status(cmd.Context(), f, args) },
	}
	cmd.Flags().BoolVar(&f.watch, "watch", false, "draw the table again each second, until ctrl-C")
	cmd.Flags().BoolVar(&f.prompt, "prompt", false, "one short line for the prompt of a shell")
	cmd.Flags().BoolVar(&f.notify, "notify", false, "tell once of each end that is near, on the desktop where there is one")
	cmd.MarkFlagsMutuallyExclusive("watch", "prompt", "notify")
	return cmd
}

// endedError reports that something asked about has ended.
type endedError struct {
	Names   []string
	command func(names ...string) string // that a person runs to renew one
}

func (e *endedError) Error() string {
	shown := make([]string, 0, 4)
	for _, n := range e.Names[:min(3, len(e.Names))] {
		shown = append(shown, foreign.Clean(n))
	}
	if more := len(e.Names) - len(shown); more > 0 {
		shown = append(shown, fmt.Sprintf("%d more", more))
	}
	return "ended, or not begun: " + strings.Join(shown, ", ")
}

// Hint says what to do.
func (e *endedError) Hint() string {
	if len(e.Names) == 1 && profiles.CheckName(e.Names[0]) == nil {
		return e.command(e.Names[0])
	}
	return "samlogin login NAME renews one"
}

// status tells what there is and when it ends.
func (a *app) status(ctx context.Context, f *statusFlags, names []string) error {
	if f.prompt {
		return a.statusPrompt(names)
	}
	s, err := a.settings()
	if err != nil {
		return err
	}
	if f.watch {
		return a.statusWatch(ctx, s, names)
	}
	rows, ended, err := a.statusOf(s, names)
	if err != nil {
		return err
	}
	if f.notify {
		return a.statusNotify(ctx, s, rows)
	}
	if a.json() {
		a.printed = true
		err = printJSON(a.out, statusEntries(rows, a.now()))
	} else if len(rows) == 0 && len(ended) == 0 {
		a.notice("there are no sessions; samlogin login begins one")
	} else if len(rows) > 0 {
		err = a.printOnce([]byte(strings.Join(a.statusLines(s, rows), "\n") + "\n"))
	}
	if err == nil && len(ended) > 0 {
		err = &endedError{ended, a.loginCommand}
	}
	return err
}

// statusOf are the rows of names, or of everything, and the names of those that have ended.
func (a *app) statusOf(s *settings.Settings, names []string) (rows []statusRow, ended []string, err error) {
	all, err := a.gather(true)
	if err != nil {
		return nil, nil, err
	}
	now := a.now()
	if len(names) == 0 {
		for _, r := range all {
			left := r.expires.Sub(now)
			if left > -endedShown {
				rows = append(rows, r)
				if left <= 0 && r.ours {
					ended = append(ended, r.name)
				}
			}
		}
		return rows, ended, nil
	}
	members, err := a.membersOf(s, names, all)
	if err != nil {
		return nil, nil, err
	}
	for _, name := range members {
		alive := false
		for _, r := range all {
			if r.called(name) {
				rows = append(rows, r)
				alive = alive || r.expires.After(now)
			}
		}
		if !alive {
			ended = append(ended, name)
		}
	}
	return rows, ended, nil
}

// membersOf are the names that are meant: groups give their members; others have to be known somewhere.
func (a *app) membersOf(s *settings.Settings, names []string, rows []statusRow) ([]string, error) {
	var out []string
	var stored []string
	read := false
	for _, name := range names {
		switch group := s.Groups[name]; {
		case group != nil:
			out = append(out, group.Profiles...)
			continue
		case s.Profiles[name] != nil, s.IdPs[name] != nil, slices.ContainsFunc(rows, func(r statusRow) bool { return r.called(name) }):
		default:
			if !read {
				read = true
				if files, err := profiles.Locate(a.env); err == nil {
					stored, _ = files.Names()
				}
			}
			if !slices.Contains(stored, name) {
				return nil, &fault.UsageError{What: fmt.Sprintf("there is no group, profile or session %q", foreign.Text(name)), Hint: known(s)}
			}
		}
		out = append(out, name)
	}
	var once []string
	for _, name := range out {
		if !slices.Contains(once, name) {
			once = append(once, name)
		}
	}
	return once, nil
}

// statusPrompt never fails and never complains: it is run before every prompt of a shell. What it prints is of the
// characters that profile names may have, since zsh takes percent signs in it for orders.
func (a *app) statusPrompt(names []string) error {
	wanted := names
	if len(wanted) == 0 && a.env("AWS_PROFILE") != "" {
		wanted = []string{a.env("AWS_PROFILE")}
	}
	all, _ := a.gather(false)
	now := a.now()
	var best *statusRow
	for i, r := range all {
		named := slices.ContainsFunc(wanted, r.called)
		left := r.expires.Sub(now)
		if r.kind != "role" && !(r.kind == "mfa" && named) || len(wanted) > 0 && !named || len(wanted) == 0 && left <= 0 || left <= -endedShown {
			continue
		}
		if best == nil || named && r.expires.After(best.expires) || !named && r.expires.Before(best.expires) {
			best = &all[i]
		}
	}
	if best == nil {
		return nil
	}
	return a.printOnce([]byte(profiles.SafeName(best.name) + " " + shortSpan(best.expires.Sub(now)) + "\n"))
}

func shortSpan(d time.Duration) string {
	switch minutes := int(d / time.Minute); {
	case d <= 0:
		return "ended"
	case minutes == 0:
		return fmt.Sprintf("%ds", int(d/time.Second))
	case minutes < 60:
		return fmt.Sprintf("%dm", minutes)
	default:
		return fmt.Sprintf("%dh%02dm", minutes/60, minutes%60)
	}
}

// statusWatch draws the table again each second, in its place, until ctrl-C. The cursor is hidden meanwhile.
func (a *app) statusWatch(ctx context.Context, s *settings.Settings, names []string) error {
	if !a.outIsTTY || a.json() || a.env("TERM") == "dumb" {
		return &fault.UsageError{What: "--watch draws on a terminal, and standard output is none that can be drawn on", Hint: "leave it out"}
	}
	a.watch()
	fmt.Fprint(a.out, "\x1b[?25l")
	defer fmt.Fprint(a.out, "\x1b[?25h")
	drawn := 0
	for {
		rows, _, err := a.statusOf(s, names)
		if err != nil {
			return err
		}
		lines := []string{"nothing is there yet"}
		if len(rows) > 0 {
			lines = a.statusLines(s, rows)
		}
		_, height := terminal.Size(os.Stdout)
		if most := height - 1; len(lines) > most { // what has scrolled away cannot be drawn over
			lines = append(lines[:max(most-1, 1)], fmt.Sprintf("… and %d more", len(lines)-max(most-1, 1)))
		}
		back := "\r"
		if drawn > 0 {
			back = fmt.Sprintf("\r\x1b[%dA", drawn)
		}
		drawn = len(lines)
		if err := a.printOnce([]byte(back + "\x1b[J" + strings.Join(lines, "\n") + "\n")); err != nil {
			return err
		}
		if err := a.pause(ctx, time.Second); err != nil {
			return err
		}
	}
}

func (a *app) statusLines(s *settings.Settings, rows []statusRow) []string {
	return layStatus(rows, accountNames(s.Accounts), a.now(), a.outWidth(), a.color(a.outIsTTY))
}
