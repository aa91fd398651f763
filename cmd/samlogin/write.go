package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/saml/foreign"
)

// keysWriter writes the AWS profiles, with the consent that was given.
type keysWriter struct {
	app     *app
	writer  *profiles.Writer
	consent profiles.Consent
	over    bool            // --overwrite
	agreed  map[string]bool // profiles whose long-term keys a person gave up
	told    map[string]bool // profiles whose keys go elsewhere, as was said already
	first   map[string]job  // who is written to a profile, of all IdPs
}

// writer opens the way to the AWS files and finds out what would not be written before anybody types a password.
func (a *app) writer(ctx context.Context, f *loginFlags, wanted []*target) (*keysWriter, error) {
	w := &keysWriter{app: a, over: f.overwrite, told: map[string]bool{}, agreed: map[string]bool{}, first: map[string]job{}}
	if f.overwrite {
		w.consent = profiles.ReplaceForeign
	}
	var jobs []job
	for _, t := range wanted {
		if t.choices.Write == writeProcess {
			if err := a.setProcess(ctx, t); err != nil {
				return nil, err
			}
		}
		if len(t.patterns) <= 1 && !t.all {
			jobs = append(jobs, job{target: t, profile: cmp.Or(t.profile, defaultProfile)})
		}
	}
	return w, w.check(ctx, jobs)
}

func (w *keysWriter) open() error {
	if w.writer != nil {
		return nil
	}
	files, err := profiles.Locate(w.app.env)
	if err != nil {
		return err
	}
	w.writer = &profiles.Writer{Files: files, Now: w.app.now, Notice: w.app.notice, Placed: func(profile, before, region string) {
		w.app.rememberRegion(files, profile, before, region)
	}}
	return nil
}

// check refuses, or asks, before anything is fetched for a profile that could not be written. A profile with role_arn
// is never changed: what was got for it goes to NAME-session.
func (w *keysWriter) check(ctx context.Context, jobs []job) error {
	var keys []profiles.Keys
	var processes []profiles.Process
	for i, j := range jobs {
		if write := j.target.choices.Write; write == "none" || write == writeCLICache || templated(j.profile) {
			continue
		}
		if err := w.open(); err != nil {
			return err
		}
		inspect, what := w.writer.Files.Inspect, "keys go"
		if j.target.choices.Write == writeProcess {
			inspect, what = w.writer.Files.InspectForProcess, "command goes"
		}
		there, err := inspect(j.profile)
		if err != nil {
			return err
		}
		if there.Standing == profiles.SwitchesRole {
			jobs[i].profile = sessionProfile(j)
			if !w.told[j.profile] {
				w.told[j.profile] = true
				w.app.notice("profile " + j.profile + " switches roles and is left as it is; the " + what + " to " + jobs[i].profile)
			}
			j = jobs[i]
			if there, err = inspect(j.profile); err != nil {
				return err
			}
		}
		if there.Standing == profiles.LongTermKeys && w.over {
			if err := w.askLongTerm(ctx, j.profile, there); err != nil {
				return err
			}
		}
		if j.target.choices.Write == writeProcess {
			processes = append(processes, j.process(j.target.choices.Region))
			continue
		}
		keys = append(keys, profiles.Keys{Profile: j.profile, Region: j.target.choices.Region})
	}
	if len(keys) > 0 {
		if err := w.writer.Check(ctx, keys, w.consent); err != nil {
			return err
		}
	}
	if len(processes) == 0 {
		return nil
	}
	return w.writer.CheckProcess(ctx, processes, w.consent)
}

func sessionProfile(j job) string {
	if name := j.target.choices.SessionProfile; name != "" {
		return name
	}
	return j.profile + "-session"
}

func templated(profile string) bool { return strings.Contains(profile, "{") }

// askLongTerm asks, for each profile once, before keys are replaced that nobody can get back. Anything but yes ends the
// run: nothing is fetched for a profile that will not be written.
func (w *keysWriter) askLongTerm(ctx context.Context, profile string, there profiles.Inspection) error {
	if w.agreed[profile] {
		return nil
	}
	t, err := w.app.terminal()
	if errors.Is(err, errNoTerminal) {
		return &fault.NeedError{What: "profile " + profile + " has " + there.What + ", which are lost when it is replaced, and nobody can be asked", Hint: "write to another profile with --profile, or take them out of the file yourself"}
	}
	yes, err := t.Confirm(ctx, "Profile "+profile+" has "+there.What+". Replace them for good?")
	if err != nil {
		return err
	}
	if !yes {
		return &profiles.NotOursError{Profile: profile, Path: there.Path, Line: there.Line, What: there.What, Standing: there.Standing}
	}
	w.agreed[profile] = true
	w.consent = profiles.ReplaceLongTerm
	return nil
}

// clash finds two jobs that would write the same profile, also of different IdPs.
func (w *keysWriter) clash(jobs []job, names accountNames) error {
	for _, j := range jobs {
		if write := j.target.choices.Write; write == "none" || write == writeCLICache {
			continue
		}
		other, taken := w.first[j.profile]
		if !taken {
			w.first[j.profile] = j
			continue
		}
		return &fault.UsageError{What: fmt.Sprintf("%s and %s would both be written to the profile %s", other.what(), j.what(), j.profile), Hint: proposal(other, j, jobs, names)}
	}
	return nil
}

// what a job is for a person: its role, or the NAME of an MFA session.
func (j job) what() string { return cmp.Or(j.role.ARN, foreign.Clean(j.target.name)) }

// save writes every role that was got: all keys in one go, then all commands.
func (w *keysWriter) save(ctx context.Context, results []result) error {
	var keys []profiles.Keys
	var processes []profiles.Process
	for _, r := range results {
		if write := r.target.choices.Write; r.err != nil || write == "none" || write == writeCLICache {
			continue
		}
		if r.target.choices.Write == writeProcess {
			processes = append(processes, r.process(r.region))
			continue
		}
		keys = append(keys, r.keys())
	}
	if err := w.saveForCLI(results); err != nil {
		return err
	}
	if len(keys)+len(processes) == 0 {
		return nil
	}
	if err := w.open(); err != nil {
		return err
	}
	if err := w.writer.Save(ctx, keys, w.consent); err != nil {
		return err
	}
	return w.writer.SaveProcess(ctx, processes, w.consent)
}
