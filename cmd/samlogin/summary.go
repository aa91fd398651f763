package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/sts"
)

// entry is a role as JSON output shows it; the members are a contract.
type entry struct {
	Profile      string   `json:"profile,omitempty"`
	Account      string   `json:"account"`
	AccountName  string   `json:"account_name,omitempty"`
	Role         string   `json:"role"`
	RoleARN      string   `json:"role_arn"`
	PrincipalARN string   `json:"principal_arn"`
	Expiration   string   `json:"expiration,omitempty"` // RFC 3339, UTC
	Duration     int64    `json:"duration_seconds,omitempty"`
	Requested    int64    `json:"requested_seconds,omitempty"`
	LimitedBy    string   `json:"limited_by,omitempty"`
	Wrote        string   `json:"wrote,omitempty"`
	Error        *failure `json:"error,omitempty"`
}

func (r result) entry(names accountNames) entry {
	e := entry{
		Profile: r.profile, Account: r.role.Account(), AccountName: names[r.role.Account()],
		Role: r.role.Path(), RoleARN: r.role.ARN, PrincipalARN: r.role.PrincipalARN,
	}
	if r.err != nil {
		f := explain(r.err)
		e.Error = &f
		return e
	}
	e.Expiration = r.session.Expiration.UTC().Format(time.RFC3339)
	e.Duration, e.Requested = int64(r.session.Granted.Seconds()), int64(r.session.Asked.Seconds())
	e.LimitedBy, e.Wrote = string(r.session.LimitedBy), r.wrote()
	return e
}

func (r result) wrote() string {
	if r.kept && r.stands {
		return "kept" // as an earlier login wrote it
	}
	return cmp.Or(r.target.choices.Write, "keys")
}

// printJSON prints a value as one JSON document.
func printJSON(w io.Writer, v any) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(v)
}

// summarize tells what came of a login: one friendly block for one role, a table for several.
func (a *app) summarize(results []result, names accountNames) error {
	if a.json() {
		entries := make([]entry, 0, len(results))
		for _, r := range results {
			entries = append(entries, r.entry(names))
		}
		a.printed = true
		return printJSON(a.out, entries)
	}
	if len(results) == 1 {
		a.summarizeOne(results[0], names)
		return nil
	}
	if a.outIsTTY && len(results) > tableRows {
		a.summarizeMany(results)
	} else {
		a.summarizeAll(results, names)
	}
	a.tellKept(results)
	a.tellRenewal(results)
	a.tellFailures(results)
	return nil
}

func (a *app) bold(text string) string {
	if a.color(a.outIsTTY) {
		return "\x1b[1m" + text + "\x1b[0m"
	}
	return text
}

func (a *app) summarizeOne(r result, names accountNames) {
	s := r.session
	line := func(name, value string) { fmt.Fprintf(a.out, "  %-8s %s\n", name, value) }
	switch {
	case r.wrote() == writeCLICache:
		fmt.Fprintf(a.out, "%s\n\n", a.bold("The AWS CLI finds the keys of "+r.profile+" in its own cache."))
	case r.wrote() == "none":
		fmt.Fprintf(a.out, "%s\n\n", a.bold("Logged in; nothing was written."))
	case r.kept:
		fmt.Fprintf(a.out, "%s\n\n", a.bold("Profile "+r.profile+" is "+stillGood(s.Expiration.Sub(a.now()))+"."))
	default:
		fmt.Fprintf(a.out, "%s\n\n", a.bold("Profile "+r.profile+" is ready."))
	}
	if account := r.role.Account(); account != "" {
		line("account", account+names.suffix(account))
	}
	line("role", cmp.Or(r.role.Path(), "none: the user's own keys, with MFA"))
	line("until", a.when(s.Expiration))
	switch {
	case r.unasked && r.chained():
		line("limit", span(s.Granted)+", all that AWS gives to a role taken with temporary keys")
		line("", "--write process renews it")
	case r.role.ARN == "":
		line("limit", span(s.Granted)+" of an MFA session; AWS gives up to 36 h")
	case r.unasked && s.LimitedBy == sts.LimitRequested:
		line("limit", span(s.Granted)+", which is AWS's default; --duration 12h asks for more")
	default:
		line("limit", limitLine(s))
	}
	if s.LimitedBy == sts.LimitRole {
		line("", "to raise it: "+sts.RaiseCommand(r.role, s.Asked))
	}
	if r.target.choices.Write == writeProcess {
		line("renews", "by itself, "+whileLives(a.way(r.target)))
		line("", "else "+a.loginCommand(r.target.process.Name))
	} else if r.kept {
		line("renews", "with --force; nobody was asked for anything")
	}
	if r.wrote() != "none" {
		fmt.Fprintf(a.out, "\nNext: aws sts get-caller-identity --profile %s%s\n", r.profile, a.regionWanted(r))
	}
}

// regionWanted is the flag without which the AWS CLI would not run: neither the profile nor a variable has a region.
func (a *app) regionWanted(r result) string {
	if r.region != "" || a.env("AWS_REGION") != "" || a.env("AWS_DEFAULT_REGION") != "" {
		return ""
	}
	files, err := profiles.Locate(a.env)
	if err != nil {
		return ""
	}
	stored, err := files.Read(r.profile)
	if err != nil || !stored.Config["region"].Empty() || !stored.Credentials["region"].Empty() {
		return ""
	}
	endpoint, err := sts.Resolve(cmp.Or(r.role.Partition(), "aws"), sts.EndpointOptions{})
	if err != nil {
		return ""
	}
	return " --region " + endpoint.Region
}

// when is an end in local time and in words: "17:04 (in 11 h 59 min)".
func (a *app) when(end time.Time) string {
	now := a.now()
	local, format := end.Local(), "15:04"
	if local.YearDay() != now.Local().YearDay() || local.Year() != now.Local().Year() {
		format = "Mon 15:04"
	}
	return local.Format(format) + " (in " + span(end.Sub(now)) + ")"
}

// span says a duration in hours and minutes, rounded down: nobody should count on a minute that is not there.
func span(d time.Duration) string {
	minutes := int(d / time.Minute)
	switch hours := minutes / 60; {
	case d < time.Minute:
		return fmt.Sprintf("%d s", max(0, int(d/time.Second)))
	case hours == 0:
		return fmt.Sprintf("%d min", minutes)
	case minutes%60 == 0:
		return fmt.Sprintf("%d h", hours)
	default:
		return fmt.Sprintf("%d h %d min", hours, minutes%60)
	}
}

// roughly is span without the minutes that follow hours, for a narrow place.
func roughly(d time.Duration) string {
	if d >= time.Hour {
		d = d.Truncate(time.Hour)
	}
	return span(d)
}

func limitLine(s sts.Session) string {
	asked, got := span(s.Asked), span(s.Granted)
	switch s.LimitedBy {
	case sts.LimitRole:
		return got + " of the " + asked + " asked for: the role allows no more"
	case sts.LimitIdPSession:
		return got + " of the " + asked + " asked for: the IdP's session ends then"
	case sts.LimitChaining:
		return got + " of the " + asked + " asked for: AWS gives a role taken from a role no more"
	}
	return got + ", as asked for"
}

func limitWord(s sts.Session) string {
	if s.LimitedBy == sts.LimitRequested {
		return "as asked"
	}
	return map[sts.Limit]string{sts.LimitRole: "role", sts.LimitIdPSession: "IdP session", sts.LimitChaining: "role chaining"}[s.LimitedBy]
}
