package main

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/samlogin/samlogin/cmd/samlogin/network"
	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/sts"
)

// maxAge is how old an assertion may get before it is fetched again: AWS takes it for five minutes after it was issued
// (IAM User Guide, "Troubleshoot SAML federation").
const maxAge = 4 * time.Minute

// freshAge is within which an assertion is as fresh as it gets: another one would be refused for the same reason.
const freshAge = time.Minute

// signedIn is one login at one IdP, and what it gives to the calls that take roles by it.
type signedIn struct {
	session   *session
	transport *network.Way
	http      *http.Client // for STS

	mu     sync.Mutex
	failed error // of a login that was to give a fresh assertion: the same for all that are left
}

// signInTo logs in to one IdP and finds the roles that are wanted of it. What cannot be found for one of several targets is
// among the results.
func (a *app) signInTo(ctx context.Context, f *loginFlags, wanted []*target, names accountNames) ([]job, []result, error) {
	in := wanted[0].signIn
	if err := a.missedBefore(f, in); err != nil {
		return nil, nil, err
	}
	transport, err := a.transport(in.choices)
	if err != nil {
		return nil, nil, err
	}
	session := &session{app: a, in: in, dialog: a.dialog(f, in), fresh: f.force, fromFile: f.assertionFile != "", heed: f.heed, patience: f.patience}
	if f.assertionFile != "" {
		session.provider = fileProvider{a, f.assertionFile}
	} else if session.provider, err = a.provider(in, transport, session.datedBy("the IdP's")); err != nil {
		return nil, nil, err
	}
	dialled := a.dialAhead(ctx, transport.Base, wanted)
	if err := session.login(ctx); err != nil {
		a.noteRefusal(in, err)
		a.noteMissed(ctx, session, err)
		return nil, nil, err
	}
	names = a.learnNames(ctx, session, transport, wanted, names)
	return newSignedIn(session, transport, &afterDial{ready: dialled, next: transport}).jobs(ctx, wanted, names)
}

// newSignedIn is a login that was made. calls is how those to STS go out.
func newSignedIn(s *session, transport *network.Way, calls http.RoundTripper) *signedIn {
	return &signedIn{session: s, transport: transport, http: &http.Client{Transport: &asked{app: s.app, action: "AssumeRoleWithSAML", next: calls, dated: s.datedBy("AWS's")}}}
}

// jobs finds the roles that are wanted. What cannot be found for one of several targets is among the results.
func (v *signedIn) jobs(ctx context.Context, wanted []*target, names accountNames) ([]job, []result, error) {
	a := v.session.app
	var jobs []job
	var results []result
	for _, t := range wanted {
		found, err := t.jobs(v.session.response, names, func(offered []saml.Role, profile string) ([]saml.Role, error) {
			return a.pick(ctx, v.session.in, offered, names, profile)
		})
		if err != nil && (len(wanted) == 1 || ctx.Err() != nil || errors.Is(err, terminal.ErrInterrupted)) {
			return nil, nil, err
		}
		if err != nil { // one profile without its role does not stop the others
			results = append(results, failed([]*target{t}, err)...)
		}
		for _, j := range found {
			j.by = v
			jobs = append(jobs, j)
		}
	}
	return jobs, results, nil
}

// current is the assertion that calls go out with: a fresh one where the person, or a long row of calls, took too long
// for the last. The IdP's session spares the person the password; where it has ended he is asked, or it fails for all
// that are left.
func (v *signedIn) current(ctx context.Context) (*saml.Response, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.failed == nil && !v.session.fromFile && v.age() > maxAge {
		v.renew(ctx)
	}
	return v.session.response, v.failed
}

// instead is an assertion in place of one that AWS called too old: the one that others have fetched meanwhile, or a new
// one. It is the same one where another would be no younger.
func (v *signedIn) instead(ctx context.Context, refused *saml.Response) (*saml.Response, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.failed == nil && !v.session.fromFile && v.session.response == refused && v.age() > freshAge {
		v.session.stale = refused
		v.renew(ctx)
	}
	return v.session.response, v.failed
}

func (v *signedIn) age() time.Duration { return v.session.app.now().Sub(v.session.at) }

// renew logs in again. The lock is held: the calls wait for it, and the person sees what he is asked.
func (v *signedIn) renew(ctx context.Context) {
	a := v.session.app
	if a.progress != nil {
		defer a.progress.pause()()
	}
	was := v.session.response
	if v.failed = v.session.login(ctx); v.failed != nil {
		v.session.response = was
	}
}

// tooOld reports whether AWS refused a call because of the assertion's age.
func tooOld(err error) bool {
	var refusal *sts.Error
	return errors.As(err, &refusal) && refusal.Reason == sts.ReasonAssertionExpired
}
