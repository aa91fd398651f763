package main

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/sts"
)

// result is what became of a job.
type result struct {
	job
	session sts.Session
	region  string // to be written, "" none
	unasked bool   // nobody named a duration: AWS's default
	err     error
}

// failed are targets that did not come to a role.
func failed(all []*target, err error) []result {
	var out []result
	for _, t := range all {
		out = append(out, result{job: job{target: t, profile: t.profile}, err: err})
	}
	return out
}

// atOnce is how many calls to STS are under way at the same time. More would only be throttled.
const atOnce = 6

// taker takes roles with one assertion.
type taker struct {
	app      *app
	http     *http.Client
	response *saml.Response
	clients  map[string]*sts.Client // by endpoint
	fresh    bool                   // what was learned of durations is not looked at
}

// takeAll takes the roles side by side. When STS cannot be reached for one of them, the others are not tried for minutes:
// they fail with the same words.
func (t *taker) takeAll(ctx context.Context, jobs []job) []result {
	results := make([]result, len(jobs))
	calls := make([]func(context.Context) (sts.Session, error), len(jobs))
	for i, j := range jobs { // one after the other, since notices are given
		results[i], calls[i] = t.prepare(j)
	}
	within, give := context.WithCancelCause(ctx)
	defer give(nil)
	slots := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for i := range jobs {
		if calls[i] == nil {
			continue
		}
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			if within.Err() == nil {
				results[i].session, results[i].err = calls[i](within)
			}
			var network *sts.NetworkError
			if errors.As(results[i].err, &network) && within.Err() == nil {
				give(network)
			}
			if within.Err() != nil && results[i].session.AccessKeyID == "" {
				results[i].err = context.Cause(within)
			}
		})
	}
	all.Wait()
	for _, r := range results {
		if r.err == nil {
			t.app.learn(r.role, r.session.RoleMax)
		}
	}
	return results
}

// prepare finds out where and how a role is taken. The call is nil where that is not possible.
func (t *taker) prepare(j job) (result, func(context.Context) (sts.Session, error)) {
	r := result{job: j}
	client, endpoint, err := t.client(j)
	if err != nil {
		r.err = err
		return r, nil
	}
	if region := j.target.choices.Region; region != "" && endpoint.Region == region {
		r.region = region
	}
	wish := j.target.wish
	if wish.Duration == 0 && !wish.Max {
		wish.Duration = t.response.SessionDuration
		r.unasked = wish.Duration == 0
	}
	if !t.fresh {
		wish.Guess = t.app.learned(j.role)
	}
	return r, func(ctx context.Context) (sts.Session, error) {
		return client.AssumeWithSAML(ctx, t.response.Encoded, j.role, t.response.SessionNotOnOrAfter, wish)
	}
}

func (t *taker) client(j job) (*sts.Client, sts.Endpoint, error) {
	endpoint, err := sts.Resolve(j.role.Partition(), t.app.endpointOptions(j.target.choices))
	if err != nil {
		return nil, endpoint, err
	}
	if t.clients[endpoint.URL] == nil {
		t.app.noticesOnce(endpoint.Notices)
		t.clients[endpoint.URL] = sts.New(t.http, endpoint, t.app.now)
	}
	return t.clients[endpoint.URL], endpoint, nil
}
