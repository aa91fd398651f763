package main

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/samlogin/samlogin/sts"
)

// result is what became of a job.
type result struct {
	job
	session sts.Session
	region  string // to be written, "" none
	unasked bool   // nobody named a duration: AWS's default
	kept    bool   // keys of an earlier run, which are still good
	stands  bool   // what is kept stands in the AWS files already
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

// atOnce is how many calls to STS are under way at the same time. What STS takes of them a second is found out by
// asking (see sts.Pace).
const atOnce = 20

// taker takes roles side by side.
type taker struct {
	app     *app
	fresh   bool // what was learned of durations is not looked at
	doors   map[door]*entrance
	lengths lengths
}

// A door is where roles are taken: an STS, reached by way of a login.
type door struct {
	http *http.Client
	url  string
}

// An entrance is what calls at one door have in common.
type entrance struct {
	client *sts.Client

	mu   sync.Mutex
	gone int   // calls in a row that failed on the way
	shut error // why no more are made
}

// goneForGood is how many calls in a row may fail on the way before the others are not made. Where none was ever
// answered it is one.
const goneForGood = 3

// take takes the roles of jobs and keeps what was got for whoever asks next: credentials, exec, and a login after one
// that was interrupted.
func (a *app) take(ctx context.Context, f *loginFlags, jobs []job) ([]result, error) {
	t := &taker{app: a, fresh: f.force, doors: map[door]*entrance{}}
	results := t.takeAll(ctx, jobs)
	got := 0
	for _, r := range results {
		if r.err != nil {
			continue
		}
		got++
		a.learn(r.role, r.session.RoleMax)
		a.keepKeys(r.own(), r)
	}
	if ctx.Err() == nil {
		return results, nil
	}
	if len(jobs) > 1 {
		a.tellCame(got)
	}
	return nil, context.Cause(ctx)
}

// tellCame says at an interruption what is not lost by it.
func (a *app) tellCame(got int) {
	if got > 0 && a.folder() != nil {
		a.notice("the keys of " + countOf(got, "role") + " had come already; they are kept, and the next run writes them without asking AWS again")
	}
}

// takeAll takes the roles side by side. When STS cannot be reached, the others are not tried for minutes: they fail with
// the same words.
func (t *taker) takeAll(ctx context.Context, jobs []job) []result {
	results := make([]result, len(jobs))
	calls := make([]func(context.Context) (sts.Session, error), len(jobs))
	for i, j := range jobs { // one after the other, since notices are given
		results[i], calls[i] = t.prepare(j, len(jobs) > 1)
	}
	t.app.begin(jobs)
	defer t.app.endProgress()
	slots := make(chan struct{}, atOnce)
	var all crew
	for i := range jobs {
		if calls[i] == nil {
			t.app.progress.done(jobs[i], results[i].err)
			continue
		}
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			t.app.progress.begun(jobs[i])
			results[i].session, results[i].err = calls[i](ctx)
			t.app.progress.done(jobs[i], results[i].err)
		})
	}
	all.Wait()
	return results
}

// prepare finds out where and how a role is taken. The call is nil where that is not possible.
func (t *taker) prepare(j job, several bool) (result, func(context.Context) (sts.Session, error)) {
	r := result{job: j}
	in, endpoint, err := t.entrance(j, several)
	if err != nil {
		r.err = err
		return r, nil
	}
	if region := j.target.choices.Region; endpoint.Has(region) {
		r.region = region
	}
	wish := j.target.wish
	if wish.Duration == 0 && !wish.Max {
		wish.Duration = j.by.session.response.SessionDuration
		r.unasked = wish.Duration == 0
	}
	if !t.fresh {
		wish.Guess = t.app.learned(j.role)
	}
	return r, func(ctx context.Context) (sts.Session, error) {
		if err := cmp.Or(context.Cause(ctx), in.closed()); err != nil {
			return sts.Session{}, err
		}
		wish.Hint = t.lengths.usual()
		session, err := t.call(ctx, j, in.client, wish)
		in.note(ctx, err)
		t.lengths.note(session, err)
		return session, err
	}
}

// call takes one role, with a fresh assertion where AWS calls the one at hand too old.
func (t *taker) call(ctx context.Context, j job, client *sts.Client, wish sts.Wish) (sts.Session, error) {
	assertion, err := j.by.current(ctx)
	if err != nil {
		return sts.Session{}, err
	}
	within, end := j.by.transport.Within(ctx)
	session, err := client.AssumeWithSAML(within, assertion.Encoded, j.role, assertion.SessionNotOnOrAfter, wish)
	end()
	if !tooOld(err) {
		return session, err
	}
	other, failed := j.by.instead(ctx, assertion)
	if failed != nil {
		return session, failed
	}
	if other == assertion {
		return session, err
	}
	within, end = j.by.transport.Within(ctx)
	defer end()
	return client.AssumeWithSAML(within, other.Encoded, j.role, other.SessionNotOnOrAfter, wish)
}

// entrance is the client for a job. Calls of several jobs keep a pace; one alone is tried a few times, as always.
func (t *taker) entrance(j job, several bool) (*entrance, sts.Endpoint, error) {
	endpoint, err := sts.Resolve(j.role.Partition(), t.app.endpointOptions(j.target.choices))
	if err != nil {
		return nil, endpoint, err
	}
	at := door{j.by.http, endpoint.URL}
	if t.doors[at] == nil {
		t.app.noticesOnce(endpoint.Notices)
		client := sts.New(at.http, endpoint, t.app.now)
		if several {
			client = client.Paced(sts.NewPace(t.app.now))
		}
		t.doors[at] = &entrance{client: client, gone: goneForGood - 1}
	}
	return t.doors[at], endpoint, nil
}

func (in *entrance) closed() error {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.shut
}

// note remembers whether STS can be reached.
func (in *entrance) note(ctx context.Context, err error) {
	var network *sts.NetworkError
	in.mu.Lock()
	defer in.mu.Unlock()
	switch {
	case ctx.Err() != nil:
	case !errors.As(err, &network):
		in.gone = 0
	default:
		if in.gone++; in.gone >= goneForGood && in.shut == nil {
			in.shut = err
		}
	}
}

// lengths are the durations that roles were found to allow in this run. Where a company sets one for all its roles,
// knowing it spares most of the search for each.
type lengths struct {
	mu    sync.Mutex
	found map[time.Duration]int
}

func (l *lengths) note(s sts.Session, err error) {
	if err != nil || s.LimitedBy != sts.LimitRole && s.LimitedBy != sts.LimitRequested {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.found == nil {
		l.found = map[time.Duration]int{}
	}
	l.found[cmp.Or(s.RoleMax, s.Asked)]++
}

// usual is the duration found most often, 0 while there is none.
func (l *lengths) usual() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	var best time.Duration
	for d, n := range l.found {
		if n > l.found[best] || n == l.found[best] && d > best {
			best = d
		}
	}
	return best
}

// own is the target that stands for the one role of a job, also where the job's target takes several: what is kept of
// it is kept by that.
func (j job) own() *target {
	if !j.target.all && len(j.target.patterns) <= 1 {
		return j.target
	}
	t := *j.target
	t.patterns, t.all, t.choices.Principal = []string{j.role.ARN}, false, j.role.PrincipalARN
	return &t
}

// single reports whether a target stands for one role that is known before the IdP is asked.
func (t *target) single() bool {
	return len(t.patterns) == 1 && !t.all
}

// inOrder puts results into the order in which they were wanted.
func inOrder(results []result, wanted []*target) {
	place := func(r result) int { return slices.Index(wanted, r.target) }
	slices.SortStableFunc(results, func(x, y result) int {
		return cmp.Or(cmp.Compare(place(x), place(y)), strings.Compare(x.profile, y.profile))
	})
}
