package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/sts"
)

func newDurationCmd(a *app) *cobra.Command {
	var set, raise string
	cmd := &cobra.Command{
		Use:   "duration NAME",
		Short: "How long the keys of one profile last, and what decides it",
		Long: `Tell what is asked for one profile, what its role was found to allow, and what was got. --set writes another wish into
the profile: duration_seconds in ~/.aws/config, or duration in the settings. --raise prints what an administrator of the
role's account has to change so that the role allows more.`,
		Example: `  samlogin duration staging
  samlogin duration staging --set 12h
  samlogin duration staging --raise 12h`,
		Args:              exactlyOneName,
		ValidArgsFunction: a.completeNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			t, err := a.oneTarget(cmd.Context(), &loginFlags{}, args[0])
			if err != nil {
				return err
			}
			switch {
			case set != "":
				return a.setDuration(cmd.Context(), t, set)
			case raise != "":
				return a.raiseDuration(t, raise)
			}
			return a.tellDuration(t)
		},
	}
	cmd.Flags().StringVar(&set, "set", "", "how `LONG` the profile's keys shall last from now on: 45m, 12h, max")
	cmd.Flags().StringVar(&raise, "raise", "", "how `LONG` the role shall allow: prints the changes, makes none")
	cmd.MarkFlagsMutuallyExclusive("set", "raise")
	return cmd
}

// durations are what is known of a profile's duration, as JSON output shows it; the members are a contract.
type durations struct {
	Name       string `json:"name"`
	RoleARN    string `json:"role_arn,omitempty"`
	Asked      int64  `json:"asked_seconds"`
	AskedBy    string `json:"asked_by"`
	RoleMax    int64  `json:"role_max_seconds,omitempty"` // as it was found in the last seven days
	Got        int64  `json:"got_seconds,omitempty"`
	Expiration string `json:"expiration,omitempty"`
	LimitedBy  string `json:"limited_by,omitempty"` // what no wish can pass: "chaining"
}

func (a *app) durationsOf(t *target) (durations, heldKeys, bool) {
	way := a.way(t)
	d := durations{Name: t.nameOr(), Asked: seconds64(cmp.Or(t.wish.Duration, sts.MinRoleMax)), AskedBy: "nobody: AWS's default"}
	switch {
	case t.choices.Duration == "":
	case t.stored:
		d.AskedBy = "duration_seconds of the profile"
	default:
		d.AskedBy = "duration in the settings"
	}
	if t.wish.Max {
		d.Asked = seconds64(sts.MaxDuration)
	}
	if session, ok := way.(*mfaSession); ok {
		d.Asked = seconds64(session.duration)
	}
	k, kept := a.keptKeys(way, 0)
	if kept {
		d.Got, d.Expiration = int64(k.life.Round(10*time.Second).Seconds()), k.Expiration.UTC().Format(time.RFC3339)
	}
	if role, known := a.roleOfTarget(t, k); known {
		d.RoleARN, d.RoleMax = role.ARN, seconds64(a.learned(role))
	}
	if role, ok := way.(*switchedRole); ok && role.from.temporary() {
		d.LimitedBy = string(sts.LimitChaining)
	}
	return d, k, kept
}

// roleOfTarget is the role of a target, as far as it is known without asking anybody.
func (a *app) roleOfTarget(t *target, kept heldKeys) (saml.Role, bool) {
	if role, ok := t.way.(*switchedRole); ok {
		return role.role, true
	}
	if kept.role.ARN != "" {
		return kept.role, true
	}
	if len(t.patterns) == 1 {
		role, err := saml.SwitchedRole(t.patterns[0])
		return role, err == nil
	}
	return saml.Role{}, false
}

func (a *app) tellDuration(t *target) error {
	d, k, kept := a.durationsOf(t)
	if a.json() {
		a.printed = true
		return printJSON(a.out, d)
	}
	var out bytes.Buffer
	line := func(name, value string) { fmt.Fprintf(&out, "  %-8s %s\n", name, value) }
	seconds := func(n int64) string { return span(time.Duration(n) * time.Second) }
	fmt.Fprintf(&out, "%s\n\n", foreign.Clean(d.Name))
	if d.RoleARN != "" {
		line("role", d.RoleARN)
	}
	asked := seconds(d.Asked)
	if t.wish.Max {
		asked = "the longest that the role allows"
	}
	line("asked", asked+" ("+d.AskedBy+")")
	_, session := t.way.(*mfaSession)
	switch {
	case session:
		line("limit", "an MFA session lasts up to 36 h")
	case d.LimitedBy != "":
		line("limit", "1 h: AWS gives no more to a role taken with temporary keys, whatever the role allows")
	case d.RoleMax > 0:
		line("limit", seconds(d.RoleMax)+", as the role was found to allow")
	default:
		line("limit", "what the role allows is not known yet: a login that asks for more than it does finds out")
	}
	if kept {
		line("got", seconds(d.Got)+", until "+a.when(k.Expiration))
	} else {
		line("got", "nothing is kept: samlogin login "+foreign.Clean(d.Name))
	}
	if d.RoleMax > 0 && d.LimitedBy == "" && d.RoleMax < d.Asked {
		line("", "to raise it: samlogin duration "+foreign.Clean(d.Name)+" --raise "+short(time.Duration(d.Asked)*time.Second))
	}
	return a.printOnce(out.Bytes())
}

// short writes a duration as it is typed: 12h, 1h30m.
func short(d time.Duration) string {
	h, m := int(d/time.Hour), int(d/time.Minute)%60
	switch {
	case d%time.Minute != 0:
		return fmt.Sprintf("%ds", int(d/time.Second))
	case h == 0:
		return fmt.Sprintf("%dm", m)
	case m == 0:
		return fmt.Sprintf("%dh", h)
	}
	return fmt.Sprintf("%dh%dm", h, m)
}

func (a *app) setDuration(ctx context.Context, t *target, text string) error {
	a.watch()
	_, session := t.way.(*mfaSession)
	wish, longest, err := sts.ParseDuration(text)
	if session {
		wish, err = sts.ParseMFASession(text)
	}
	if err != nil {
		return err
	}
	where := ""
	switch {
	case t.stored && longest:
		return &fault.UsageError{What: "AWS's files take a number of seconds, not max", Hint: "--set 12h is the most that AWS gives"}
	case t.stored:
		files, err := profiles.Locate(a.env)
		if err != nil {
			return err
		}
		w := profiles.Writer{Files: files, Now: a.now, Notice: a.notice}
		if err := w.SetDuration(ctx, t.name, wish); err != nil {
			return err
		}
		where = fmt.Sprintf("duration_seconds = %d is in profile %s", seconds64(wish), foreign.Clean(t.name))
	case t.named != nil:
		s, err := a.settings()
		if err != nil {
			return err
		}
		edit, err := settings.Plan(s.Path, []settings.Change{{Table: "profile." + t.named.Name, Key: "duration", Value: text}})
		if err != nil {
			return err
		}
		edit.Notice = a.notice
		if err := edit.Save(ctx); err != nil {
			return err
		}
		where = fmt.Sprintf("duration = %q is in [profile.%s] of %s", text, t.named.Name, a.short(s.Path))
	}
	a.notice(where + "; the next login asks for it")
	if role, ok := t.way.(*switchedRole); ok && role.from.temporary() && wish > hourOfAChain {
		a.notice("AWS gives one hour to a role taken with temporary keys, whatever is asked: --write process renews it")
	}
	return nil
}

// raiseDuration prints what lifts the role's maximum. Nothing is called: whoever may take a role can seldom change it.
func (a *app) raiseDuration(t *target, text string) error {
	wish, _, err := sts.ParseDuration(text)
	if err != nil {
		return err
	}
	if wish < sts.MinRoleMax {
		return &fault.UsageError{What: "every role allows an hour: there is nothing to raise for less", Hint: "--raise takes 1h to 12h"}
	}
	k, _ := a.keptKeys(a.way(t), 0)
	role, known := a.roleOfTarget(t, k)
	if !known {
		return &fault.UsageError{What: fmt.Sprintf("the role of %s is not known before it is logged in to", foreign.Text(t.nameOr())), Hint: a.loginCommand(t.nameOr())}
	}
	changes := struct {
		RoleARN        string `json:"role_arn"`
		AWSCLI         string `json:"aws_cli"`
		CloudFormation string `json:"cloudformation"`
		Terraform      string `json:"terraform"`
	}{role.ARN, sts.RaiseCommand(role, wish), fmt.Sprintf("MaxSessionDuration: %d", seconds64(wish)), fmt.Sprintf("max_session_duration = %d", seconds64(wish))}
	if a.json() {
		a.printed = true
		return printJSON(a.out, changes)
	}
	if way, ok := t.way.(*switchedRole); ok && way.from.temporary() {
		a.notice("this does not help " + foreign.Clean(t.name) + ": AWS gives one hour to a role taken with temporary keys, whatever the role allows")
	}
	return a.printOnce(fmt.Appendf(nil, `# For an administrator of the account %s, one of these.

# AWS CLI
%s

# CloudFormation, in the properties of the AWS::IAM::Role
%s

# Terraform, in the aws_iam_role
%s
`, role.Account(), changes.AWSCLI, changes.CloudFormation, changes.Terraform))
}
