package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/adfs"
	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/saml"
)

func newLoginCmd(a *app) *cobra.Command {
	f := &loginFlags{}
	cmd := &cobra.Command{
		Use:   "login [NAME…]",
		Short: "Log in and write AWS profiles",
		Long: `Log in and write AWS profiles. NAME is a group or a profile of the settings, or a profile of ~/.aws/config that
switches roles (role_arn), whose keys go to NAME-session; without one, the settings' default or what the flags say.

Where several roles fit, you pick from a list: type words of account or role to leave fewer, move with the arrow and
page keys, take with return. Tab marks roles, to take several at once; ctrl-T marks all that are left, * makes a
favourite, which comes first from then on, escape shows all again, ctrl-C leaves.`,
		Example: `  samlogin login prod
  samlogin login --idp adfs --url adfs.example.com --duration 12h \
    --role '111111111111/Admin' --profile prod
  samlogin login staging            # role_arn and mfa_serial in ~/.aws/config
  samlogin login --all --profile '{alias}-{role}'`,
		ValidArgsFunction: a.completeNames,
		RunE:              func(cmd *cobra.Command, args []string) error { return a.login(cmd.Context(), f, args) },
	}
	f.add(cmd.Flags())
	f.addExplain(cmd.Flags())
	return cmd
}

// completeNames offers groups and profiles to the shell: those of the settings, and those of AWS's files that switch
// roles.
func (a *app) completeNames(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	s, err := a.settings()
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	names := namesOf(s)
	if files, err := profiles.Locate(a.env); err == nil {
		stored, _ := files.SwitchProfiles()
		for _, name := range stored {
			if profiles.CheckName(name) == nil && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// login is the whole of it: what is wanted, what is there already, the IdPs, the roles, AWS, the profiles, the summary.
func (a *app) login(ctx context.Context, f *loginFlags, names []string) error {
	a.watch()
	s, err := a.settings()
	if err != nil {
		return err
	}
	f.writes = true
	wanted, err := a.targets(ctx, f, s, names)
	if err != nil {
		return err
	}
	if f.explain {
		return a.explainPlans(f, wanted, true, "what is written stays; --write process renews it")
	}
	w, err := a.writer(ctx, f, wanted)
	if err != nil {
		return err
	}
	results, rest, err := a.leaveAlone(ctx, f, wanted, w, s.Accounts)
	if err != nil {
		return err
	}
	var jobs []job
	offered, switched := fromIdPs(rest)
	groups := bySignIn(offered)
	for _, group := range groups {
		found, missed, err := a.signInTo(ctx, f, group, s.Accounts)
		if err != nil && (len(groups) == 1 && len(results)+len(switched) == 0 || ctx.Err() != nil || errors.Is(err, terminal.ErrInterrupted)) {
			return err
		}
		if err != nil { // what another IdP gives is not lost by it
			missed = failed(group, err)
		}
		jobs, results = append(jobs, found...), append(results, missed...)
	}
	// Nothing was asked of AWS so far: what could not be written in the end is not fetched.
	further, err := switchedJobs(switched, a.named(s.Accounts))
	if err != nil {
		return err
	}
	all := slices.Concat(jobs, further)
	if err := w.check(ctx, all); err != nil {
		return err
	}
	if err := w.clash(all, a.named(s.Accounts)); err != nil {
		return err
	}
	jobs, further = all[:len(jobs)], all[len(jobs):]
	there, jobs := a.stillThere(f, jobs, w)
	taken, err := a.take(ctx, f, jobs)
	if err != nil {
		return err
	}
	results = append(append(results, there...), taken...)
	taken, err = a.loginSwitched(ctx, f, further)
	if err != nil {
		a.tellCame(came(results, taken))
		return err
	}
	results = append(results, taken...)
	inOrder(results, wanted)
	if err := a.finish(ctx, w, results, a.named(s.Accounts)); err != nil && explain(err).Exit != exitSome {
		return err
	} else if hooked := a.afterLogin(ctx, results); hooked != nil {
		return hooked
	} else if err != nil {
		return err
	}
	a.offerToRemember(ctx)
	return nil
}

// came is how many roles were taken by this run.
func came(results ...[]result) (n int) {
	for _, r := range slices.Concat(results...) {
		if r.err == nil && !r.kept {
			n++
		}
	}
	return n
}

// session is one login at one IdP.
type session struct {
	app      *app
	in       *signIn
	provider idp.Provider
	dialog   *signInDialog
	response *saml.Response
	at       time.Time // when the response came
	warning  sync.Once // of a wrong clock

	fresh    bool           // --force: neither a session nor an assertion of before
	fromFile bool           // --assertion-file: no IdP is asked
	stale    *saml.Response // AWS called it too old: it is no answer, wherever it is found
	heed     time.Duration  // for how long the failure of another process counts for this one
	patience time.Duration  // for how long another process is waited for; 0: as long as it takes
}

// audience is the relying party that a response has to be for.
func (in *signIn) audience() string {
	if in.kind == "adfs" {
		return cmp.Or(in.choices.RelyingParty, adfs.DefaultRelyingParty)
	}
	return in.choices.RelyingParty
}

// clockWorthSaying is by how much clocks have to differ before it is told: AWS itself allows five minutes.
const clockWorthSaying = 2 * time.Minute

// datedBy compares the clock of a server with ours, once a login. A wrong clock is the usual cause when AWS calls a
// fresh assertion expired; the Date header decides nothing. Calls to AWS are made side by side.
func (s *session) datedBy(whose string) func(time.Time) {
	return func(server time.Time) {
		offset := s.app.now().Sub(server).Round(time.Second)
		if offset > clockWorthSaying || offset < -clockWorthSaying {
			s.warning.Do(func() {
				s.app.notice("this computer's clock is " + ago(offset) + " " + whose + "; set it right if a login fails")
			})
		}
	}
}

func ago(offset time.Duration) string {
	if offset > 0 {
		return offset.String() + " ahead of"
	}
	return (-offset).String() + " behind"
}

// bySignIn groups targets by IdP, in the order in which they came, so that each IdP is asked once.
func bySignIn(all []*target) [][]*target {
	var groups [][]*target
	for _, t := range all {
		i := slices.IndexFunc(groups, func(g []*target) bool { return g[0].signIn.same(t.signIn) })
		if i < 0 {
			groups = append(groups, nil)
			i = len(groups) - 1
		}
		groups[i] = append(groups[i], t)
	}
	return groups
}

func (s *signIn) same(o *signIn) bool {
	x, y := s.choices, o.choices
	return s.name == o.name && s.kind == o.kind && x.URL == y.URL && x.Username == y.Username && x.RelyingParty == y.RelyingParty && x.Start == y.Start && x.Windows == y.Windows && x.Certificate == y.Certificate && x.Realm == y.Realm
}

// finish writes what was got, all at once, and tells.
func (a *app) finish(ctx context.Context, w *keysWriter, results []result, names accountNames) error {
	if err := w.save(ctx, results); err != nil {
		return err
	}
	var first error
	missed := 0
	for _, r := range results {
		if r.err != nil {
			missed++
			first = cmpErr(first, r.err)
		}
	}
	if missed == len(results) && (len(results) == 1 || sameCause(results) && !a.json()) {
		if len(results) > 1 {
			return &fault.AllFailedError{All: len(results), Words: ofAnyRole(results[0]).Message, Err: first} // a table would say less
		}
		return first
	}
	if err := a.summarize(results, names); err != nil {
		return err
	}
	switch {
	case missed == 0:
		return nil
	case missed == len(results):
		return first
	}
	return &fault.SomeFailedError{Failed: missed, All: len(results)}
}

// sameCause reports whether all of several failed in the same words.
func sameCause(results []result) bool {
	for _, r := range results {
		if r.err == nil || ofAnyRole(r) != ofAnyRole(results[0]) {
			return false
		}
	}
	return true
}

func cmpErr(first, next error) error {
	if first != nil {
		return first
	}
	return next
}
