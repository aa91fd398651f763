package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/samlogin/samlogin/sts"
)

// tableRows is how many profiles a terminal shows one by one. More of them scroll away what matters; a pipe gets all.
const tableRows = 40

// summarizeAll is the table of several roles. Where the terminal is too narrow for it, accounts with a name go by that
// alone, and what the profile's name or the length tells as well is left out.
func (a *app) summarizeAll(results []result, names accountNames) {
	rows := [][]string{{"PROFILE", "ACCOUNT", "ROLE", "GOT", "EXPIRES", "LIMIT"}}
	looks := []string{""}
	for _, r := range results {
		row := []string{r.profile, r.role.Account() + names.suffix(r.role.Account()), cmp.Or(r.role.Path(), strings.Join(r.target.patterns, ", "))}
		rows = append(rows, append(row, a.outcome(r)...))
		look := ""
		if r.err != nil {
			look = red
		} else if r.kept {
			look = faint
		}
		looks = append(looks, look)
	}
	limit := a.outWidth()
	if limit > 0 && tableWidth(columns(rows)) > limit {
		for i, r := range results {
			rows[i+1][1] = cmp.Or(names[r.role.Account()], r.role.Account())
			if r.kept && r.err == nil {
				rows[i+1][5] = roughly(r.session.Expiration.Sub(a.now())) + " left"
			}
		}
	}
	a.sayReady(results)
	a.table(narrowed(rows, limit, "ACCOUNT", "LIMIT", "ROLE"), looks...)
}

// sayReady is the head of the result of several roles.
func (a *app) sayReady(results []result) {
	ready, written := 0, 0
	for _, r := range results {
		if r.err == nil {
			ready++
			if r.wrote() != "none" {
				written++
			}
		}
	}
	text := countOf(ready, "profile") + " are ready."
	switch {
	case written == 0:
		text = "Logged in; nothing was written."
	case ready < len(results):
		text = fmt.Sprintf("%d of %s are ready.", ready, countOf(len(results), "profile"))
	}
	fmt.Fprintf(a.out, "%s\n\n", a.bold(text))
}

// outcome is what became of a role: for how long, until when, and what decided it.
func (a *app) outcome(r result) []string {
	switch {
	case r.err != nil:
		return []string{"failed", "", ""}
	case r.kept:
		return []string{"kept", a.clock(r.session.Expiration), stillGood(r.session.Expiration.Sub(a.now()))}
	}
	return []string{span(r.session.Granted), a.clock(r.session.Expiration), limitWord(r.session)}
}

func stillGood(left time.Duration) string { return "still good for " + span(left) }

// clock is an end in local time, with the day where it is not today.
func (a *app) clock(end time.Time) string {
	text, _, _ := strings.Cut(a.when(end), " (")
	return text
}

// summarizeMany tells of hundreds of roles in a few lines: those alike in one.
func (a *app) summarizeMany(results []result) {
	type kind struct{ role, got, limit string }
	var order []kind
	of := map[kind][]result{}
	for _, r := range results {
		out := a.outcome(r)
		k := kind{r.role.Path(), out[0], out[2]}
		if r.kept {
			k.limit = "still good"
		}
		if of[k] == nil {
			order = append(order, k)
		}
		of[k] = append(of[k], r)
	}
	if len(order) > tableRows { // as many kinds as roles: by what was got alone
		merged := map[kind][]result{}
		var few []kind
		for _, k := range order {
			m := kind{"", k.got, k.limit}
			if merged[m] == nil {
				few = append(few, m)
			}
			merged[m] = append(merged[m], of[k]...)
		}
		order, of = few, merged
	}
	rows := [][]string{{"ROLE", "PROFILES", "GOT", "EXPIRES", "LIMIT"}}
	for _, k := range order {
		soonest := slices.MinFunc(of[k], func(x, y result) int { return x.session.Expiration.Compare(y.session.Expiration) })
		expires := ""
		if soonest.err == nil {
			expires = a.clock(soonest.session.Expiration)
		}
		rows = append(rows, []string{cmp.Or(k.role, "several"), strconv.Itoa(len(of[k])), k.got, expires, k.limit})
	}
	a.sayReady(results)
	a.table(rows)
	a.say("samlogin status lists them one by one.")
}

// tellFailures says what went wrong, the same cause once.
func (a *app) tellFailures(results []result) {
	var order []failure
	of := map[failure][]result{}
	for _, r := range results {
		if r.err == nil {
			continue
		}
		f := ofAnyRole(r)
		if of[f] == nil {
			order = append(order, f)
		}
		of[f] = append(of[f], r)
	}
	for _, f := range order {
		var names []string
		for _, r := range of[f] {
			names = append(names, cmp.Or(r.profile, defaultProfile))
		}
		whose, words := strings.Join(names, ", "), f
		if n := len(names); n > 3 {
			whose = fmt.Sprintf("%s and %d more", strings.Join(names[:3], ", "), n-3)
		}
		if len(names) == 1 {
			words = explain(of[f][0].err)
		}
		a.notice("error: " + whose + ": " + words.Message)
		if words.Hint != "" {
			a.notice("hint: " + words.Hint)
		}
	}
}

// ofAnyRole is a failure in words that do not name the role or the request: those of many roles are then the same.
func ofAnyRole(r result) failure {
	err := r.err
	var refusal *sts.Error
	if errors.As(err, &refusal) {
		general := *refusal
		general.RoleARN, general.RequestID = "", ""
		err = &general
	}
	f := explain(err)
	if arn := r.role.ARN; arn != "" {
		f.Message, f.Hint = strings.ReplaceAll(f.Message, arn, "the role"), strings.ReplaceAll(f.Hint, arn, "the role")
	}
	return f
}
