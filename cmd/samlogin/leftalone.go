package main

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/samlogin/samlogin/saml"
)

// longEnough reports whether keys are left alone by a login: half of their life is still to come. Less would not last
// for the day, and is worth a call.
func (k heldKeys) longEnough(now time.Time) bool {
	return k.AssumedRoleARN != "" && k.ample(now) && k.left(now) >= k.life/2
}

// leaveAlone finds the targets whose keys are good for long enough, so that nobody has to log in for them. What is kept
// and does not stand in the AWS files is written there, without a call.
func (a *app) leaveAlone(ctx context.Context, f *loginFlags, wanted []*target, w *keysWriter, names accountNames) (kept []result, rest []*target, err error) {
	var jobs []job
	held, asked := map[*target]heldKeys{}, map[*target]time.Time{}
	for _, t := range wanted { // a login names profiles by what AWS calls accounts, too
		if t.signIn != nil && strings.Contains(t.profile, "{alias}") {
			asked[t] = a.recallNames(t.signIn).Asked
		}
	}
	names = a.named(names)
	for _, t := range wanted {
		k, ok := heldKeys{}, false
		if mayStay(f, t) {
			k, ok = a.keptKeys(a.way(t), lastMargin)
		}
		if !ok || !k.longEnough(a.now()) || a.nameless(t, k, asked[t], names) {
			rest = append(rest, t)
			continue
		}
		profile := t.profile
		if profile == "" {
			profile = defaultProfile
		}
		if profile, err = expand(profile, k.role, names); err != nil {
			return nil, nil, err
		}
		held[t] = k
		jobs = append(jobs, job{target: t, role: k.role, profile: profile})
	}
	if err := w.check(ctx, jobs); err != nil {
		return nil, nil, err
	}
	if err := w.clash(jobs, names); err != nil {
		return nil, nil, err
	}
	for _, j := range jobs {
		kept = append(kept, a.leftAlone(j, held[j.target], w))
	}
	return kept, rest, nil
}

// mayStay reports whether a login would leave keys of a target alone.
func mayStay(f *loginFlags, t *target) bool {
	write := t.choices.Write
	return (t.single() || t.way != nil) && !f.force && f.assertionFile == "" && write != "none" && write != writeCLICache
}

// nameless reports whether AWS would be asked by a login what the account of keys is called, as the name of the profile
// has it: without that the profile would get another name than it has after a login.
func (a *app) nameless(t *target, k heldKeys, asked time.Time, names accountNames) bool {
	if t.signIn == nil || !strings.Contains(t.profile, "{alias}") || names[k.role.Account()] != "" || a.now().Sub(asked).Abs() < askNamesAgain {
		return false
	}
	_, possible := a.signInClient(nil, t, &saml.Response{Roles: []saml.Role{k.role}})
	return possible
}

// stillThere takes out of jobs those whose keys an earlier run has got: one that was interrupted, say.
func (a *app) stillThere(f *loginFlags, jobs []job, w *keysWriter) (kept []result, rest []job) {
	for _, j := range jobs {
		if own := j.own(); own != j.target && !f.force && f.assertionFile == "" && j.target.choices.Write != "none" {
			if k, ok := a.keptKeys(a.way(own), lastMargin); ok && k.longEnough(a.now()) {
				kept = append(kept, a.leftAlone(j, k, w))
				continue
			}
		}
		rest = append(rest, j)
	}
	return kept, rest
}

func (a *app) leftAlone(j job, k heldKeys, w *keysWriter) result {
	r := result{job: j, session: k.Session, region: k.region, kept: true}
	r.stands = w.holds(r)
	return r
}

// holds reports whether what a login would write stands in the AWS files already.
func (w *keysWriter) holds(r result) bool {
	if w.open() != nil {
		return false
	}
	there, err := w.writer.Files.Read(r.profile)
	if err != nil {
		return false
	}
	value := func(key string) string { return there.Credentials[key].Reveal() }
	if r.target.choices.Write == writeProcess {
		command, err := r.process(r.region).Command()
		return err == nil && there.Config["credential_process"].Reveal() == command && value("aws_access_key_id") == ""
	}
	c := r.session.Credentials
	return value("aws_access_key_id") == c.AccessKeyID && value("aws_secret_access_key") == c.SecretAccessKey.Reveal() && value("aws_session_token") == c.SessionToken.Reveal() &&
		(r.region == "" || there.Config["region"].Reveal() == r.region)
}

// tellKept says once how profiles that were left alone are renewed.
func (a *app) tellKept(results []result) {
	n := 0
	for _, r := range results {
		if r.kept && r.err == nil {
			n++
		}
	}
	switch {
	case n == len(results) && n > 0:
		a.say("All were left alone, and nobody was asked for anything; --force renews them.")
	case n > 0:
		a.say(countOf(n, "profile") + " of " + strconv.Itoa(len(results)) + " had keys that are still good; --force renews them, too.")
	}
}
