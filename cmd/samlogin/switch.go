package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/saml/foreign"
)

// writeCLICache is the value of --write that puts keys where the AWS CLI looks for those of a role that it has assumed.
const writeCLICache = "cli-cache"

// fromIdPs are the targets whose roles an IdP offers, and switched those whose roles are taken with other keys.
func fromIdPs(all []*target) (offered, switched []*target) {
	for _, t := range all {
		if t.way == nil {
			offered = append(offered, t)
		} else {
			switched = append(switched, t)
		}
	}
	return offered, switched
}

// switchedJobs are the roles that are taken with other keys, each with the AWS profile that it is written to.
func switchedJobs(wanted []*target, names accountNames) ([]job, error) {
	var out []job
	for _, t := range wanted {
		j := job{target: t, profile: t.profile}
		if role, ok := t.way.(*switchedRole); ok {
			j.role = role.role
		}
		if templated(j.profile) {
			var err error
			if j.profile, err = expand(j.profile, j.role, names); err != nil {
				return nil, err
			}
		}
		out = append(out, j)
	}
	return out, nil
}

// loginSwitched takes roles with other keys. It comes after the IdPs have given theirs, since some begin with those.
func (a *app) loginSwitched(ctx context.Context, f *loginFlags, jobs []job) ([]result, error) {
	var results []result
	for _, j := range jobs {
		var err error
		t := j.target
		k, taken := a.ofThisRun(t.way) // what another role of this run was taken with
		if !taken {
			k, err = t.way.take(ctx, f)
		}
		if err != nil && (ctx.Err() != nil || errors.Is(err, terminal.ErrInterrupted)) {
			return results, err
		}
		results = append(results, result{job: j, session: k.Session, region: k.region, unasked: t.wish.Duration == 0 && !t.wish.Max, err: err})
	}
	return results, nil
}

// chained reports whether a result is a role that was taken with temporary keys.
func (r result) chained() bool {
	role, ok := r.target.way.(*switchedRole)
	return ok && role.from.temporary()
}

// saveForCLI puts the keys of roles where the AWS CLI looks for them.
func (w *keysWriter) saveForCLI(results []result) error {
	for _, r := range results {
		if r.err != nil || r.target.choices.Write != writeCLICache {
			continue
		}
		folder, err := profiles.CLICache(w.app.env)
		if err != nil {
			return err
		}
		if err := profiles.SaveForCLI(folder, *r.target.cli, r.keys()); err != nil {
			return err
		}
	}
	return nil
}

// keys are the keys of a result as they are written.
func (r result) keys() profiles.Keys {
	return profiles.Keys{
		Profile: r.profile, AccessKeyID: r.session.AccessKeyID, SecretAccessKey: r.session.SecretAccessKey, SessionToken: r.session.SessionToken,
		Expiration: r.session.Expiration, PrincipalARN: r.session.AssumedRoleARN, Region: r.region,
	}
}

// forgetForCLI takes keys out again that were put where the AWS CLI looks for them.
func (a *app) forgetForCLI(l *leaving, done *loggedOut) error {
	folder, err := profiles.CLICache(a.env)
	if err != nil {
		return nil // no home, no such folder
	}
	if l.all {
		n, err := profiles.RemoveAllForCLI(folder)
		done.Keys += n
		return err
	}
	files, err := profiles.Locate(a.env)
	if err != nil {
		return nil
	}
	for name := range l.names {
		chain, err := files.Chain(name)
		if err != nil || len(chain.Roles) == 0 {
			continue
		}
		gone, err := profiles.RemoveForCLI(folder, chain.Roles[len(chain.Roles)-1])
		if err != nil {
			return err
		}
		if gone {
			done.Keys++
		}
	}
	return nil
}

// keepsProcess reports whether the profile that a login writes for a profile of AWS's files has the command of samlogin
// in it already: a login there renews what the command gives, and does not put other keys in its place.
func keepsProcess(files profiles.Files, t *target) bool {
	session, err := files.Chain(sessionProfile(job{target: t, profile: t.name}))
	return err == nil && len(session.Roles) == 0 && session.Root.Kind == profiles.RootManaged && session.Root.Process != "" && session.Root.Name == t.name
}

// tellEnd says, before a command starts, when keys end that nobody can renew in its environment.
func (a *app) tellEnd(name string, k heldKeys) {
	if k.life > 0 && k.role.PrincipalARN == "" && k.life <= hourOfAChain { // keys that stand in a profile have no known life
		a.notice(fmt.Sprintf("the keys of %s end at %s; with --server the command gets new ones", foreign.Text(name), a.when(k.Expiration)))
	}
}

// withoutWriting is what "samlogin login NAME" needs besides, so that it brings the keys that "credentials NAME" gives:
// those by way of an MFA session, where a plain login would take others to write them down.
func (a *app) withoutWriting(ctx context.Context, f *loginFlags, name string) string {
	asLogin := *f
	asLogin.writes, asLogin.takes = true, false
	t, err := a.oneTarget(ctx, &asLogin, name)
	if err != nil || t.choices.Write == writeProcess {
		return ""
	}
	if role, ok := t.way.(*switchedRole); ok && role.bySession() {
		return " --write none"
	}
	return ""
}

// bySession reports whether a role is taken by way of an MFA session.
func (l *switchedRole) bySession() bool {
	switch from := l.from.(type) {
	case *mfaSession:
		return true
	case *switchedRole:
		return from.bySession()
	}
	return false
}
