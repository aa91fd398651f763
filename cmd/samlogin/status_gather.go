package main

import (
	"cmp"
	"encoding/json"
	"io"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/profiles/state"
)

// statusRow is something that ends. Its texts come from files: they are shown cleaned.
type statusRow struct {
	name, kind, arn, renews, source string
	written                         string    // the AWS profile that login writes for it, "" the same
	alias                           string    // the NAME of keys that are written to a profile of another name
	begun, expires                  time.Time // begun: zero where nobody wrote it down
	keyID                           string    // of AWS, "" where it is not known
	ours                            bool      // samlogin's own, so that its end is worth an exit code
}

// statusEntry is a row as JSON output shows it; the members are a contract.
type statusEntry struct {
	Name        string `json:"name"`
	Kind        string `json:"kind"`
	RoleARN     string `json:"role_arn,omitempty"`
	Expiration  string `json:"expiration"` // RFC 3339, UTC
	SecondsLeft int64  `json:"seconds_left"`
	Renews      string `json:"renews"`
	Source      string `json:"source"`
}

// endedShown is for how long what has ended is still shown, and counts: keys of last year are nobody's concern.
const endedShown = 24 * time.Hour

func statusEntries(rows []statusRow, now time.Time) []statusEntry {
	out := make([]statusEntry, 0, len(rows))
	for _, r := range rows {
		out = append(out, statusEntry{r.name, r.kind, r.arn, r.expires.UTC().Format(time.RFC3339), max(0, int64(r.expires.Sub(now)/time.Second)), r.renews, r.source})
	}
	return out
}

// gather finds everything that ends, sessions at IdPs first, then by name. cli: that of the AWS CLI as well.
func (a *app) gather(cli bool) ([]statusRow, error) {
	rows := a.keptRows()
	var failed error
	if files, err := profiles.Locate(a.env); err == nil {
		var endings []profiles.Ending
		endings, failed = files.Endings()
		at := make(map[string][]int, len(rows))
		byKey := make(map[string]int, len(rows))
		for i, r := range rows {
			if r.kind != "idp" {
				at[cmp.Or(r.written, r.name)] = append(at[cmp.Or(r.written, r.name)], i)
				byKey[r.keyID] = i
			}
		}
		for _, e := range endings {
			if e.Expires.IsZero() {
				continue
			}
			// The same keys, kept and written to the file: one row. Times in the file are whole seconds.
			same := -1
			if n := slices.IndexFunc(at[e.Profile], func(i int) bool { return rows[i].expires.Sub(e.Expires).Abs() < time.Second }); n >= 0 {
				same = at[e.Profile][n]
			} else if i, ok := byKey[e.KeyID]; ok && e.KeyID != "" && rows[i].source == "samlogin" {
				same = i // a profile that switches roles was left as it is, and NAME-session written
			}
			if i := same; e.Managed && i >= 0 {
				rows[i].source = "credentials file"
				if rows[i].name != e.Profile {
					rows[i].name, rows[i].alias = e.Profile, rows[i].name
				}
				continue
			}
			r := statusRow{name: e.Profile, kind: "role", arn: e.PrincipalARN, expires: e.Expires, ours: e.Managed, renews: "no", source: "credentials file"}
			if e.Managed {
				r.renews = "asks"
				r.alias, _ = strings.CutSuffix(e.Profile, "-session") // of the profile that login NAME took the role for
				if kept, ok := keptAsWell(rows, e); ok {
					r.kind, r.renews, r.begun = kept.kind, kept.renews, kept.begun
				}
			}
			rows = append(rows, r)
		}
	}
	rows = longest(rows)
	if cli {
		rows = append(rows, a.cliRows()...)
	}
	slices.SortStableFunc(rows, func(x, y statusRow) int {
		return cmp.Or(cmp.Compare(rank(x.kind), rank(y.kind)), strings.Compare(x.name, y.name))
	})
	return rows, failed
}

// longest leaves of the keys that are kept for one name, in another region or for another while, those that last
// longest: the others ending is nobody's concern.
func longest(rows []statusRow) []statusRow {
	type what struct{ name, kind, arn, source string }
	last := make(map[what]time.Time, len(rows))
	of := func(r statusRow) what { return what{r.name, r.kind, r.arn, r.source} }
	for _, r := range rows {
		if r.expires.After(last[of(r)]) {
			last[of(r)] = r.expires
		}
	}
	return slices.DeleteFunc(rows, func(r statusRow) bool {
		if r.source != "samlogin" || r.kind == "idp" {
			return false
		}
		if !last[of(r)].Equal(r.expires) {
			return true
		}
		last[of(r)] = time.Time{} // of two that end together, one
		return false
	})
}

// keptAsWell finds what is kept of keys that another profile was the first to ask for: two profiles of AWS's files that
// take the same role in the same way share them, and differ in a region or an output format only.
func keptAsWell(rows []statusRow, e profiles.Ending) (statusRow, bool) {
	account, role := roleOf(e.PrincipalARN) // of a session: without the path of the role
	for _, r := range rows {
		a, name := roleOf(r.arn)
		if r.kind == "role" && role != "" && a == account && path.Base(name) == role && r.expires.Sub(e.Expires).Abs() < time.Second {
			return r, true
		}
	}
	return statusRow{}, false
}

// called reports whether a name means the row.
func (r statusRow) called(name string) bool { return r.name == name || r.alias == name }

func rank(kind string) int { return slices.Index([]string{"idp", "mfa", "role", "aws-cli"}, kind) }

// keptRows are the sessions and keys that samlogin keeps. Keys renew silently while the session lives that they were
// taken with. Key stores are not opened for it: one might ask for a passphrase.
func (a *app) keptRows() []statusRow {
	folder := a.folder()
	if folder == nil {
		return nil
	}
	var rows []statusRow
	alive := map[string]bool{}
	for _, k := range folder.List("") {
		r := statusRow{begun: k.Made, expires: k.Expires, ours: true, source: "samlogin"}
		switch k.Kind {
		case state.Role, state.MFA:
			var e roleEntry
			if json.Unmarshal(k.Description, &e) != nil {
				continue
			}
			r.name, r.written, r.kind, r.arn, r.renews, r.keyID = e.Name, e.Written, k.Kind, e.RoleARN, cmp.Or(e.Always, "asks"), e.KeyID
			if kind, identity, depends := e.keptBy(); depends {
				// The session of the IdP, or as well the keys of the role before, which outlive an hour.
				for _, by := range append(e.Before, keptEntry{kind, []byte(identity)}) {
					entry := state.Identity(by.Kind, string(by.Identity))
					known, seen := alive[entry]
					if !seen {
						_, _, err := folder.Get(by.Kind, string(by.Identity))
						known = err == nil
						alive[entry] = known
					}
					if known {
						r.renews = "silently"
						break
					}
				}
			}
		case state.IdP:
			var e idpEntry
			if json.Unmarshal(k.Description, &e) != nil {
				continue
			}
			r.name, r.kind, r.renews = e.Name, "idp", "asks"
		default:
			continue
		}
		rows = append(rows, r)
	}
	return rows
}

// Limits of what is read of the AWS CLI's cache, which any program may write to.
const (
	cliFiles = 1000
	cliBytes = 64 << 10
)

// cliRows are the roles that the AWS CLI has assumed and keeps in ~/.aws/cli/cache (AWS CLI User Guide, "Using an IAM
// role in the AWS CLI", cached credentials). What cannot be read is left out. The keys in the files are not looked at.
func (a *app) cliRows() []statusRow {
	home := a.env("HOME")
	if runtime.GOOS == "windows" {
		home = a.env("USERPROFILE")
	}
	if !filepath.IsAbs(home) {
		return nil
	}
	dir, err := os.Open(filepath.Join(home, ".aws", "cli", "cache"))
	if err != nil {
		return nil
	}
	defer func() { _ = dir.Close() }()
	names, _ := dir.Readdirnames(cliFiles)
	slices.Sort(names)
	now := a.now()
	var rows []statusRow
	for _, name := range names {
		if r, ok := cliRow(filepath.Join(dir.Name(), name)); ok && r.expires.After(now) {
			rows = append(rows, r)
		}
	}
	return rows
}

func cliRow(path string) (statusRow, bool) {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > cliBytes || filepath.Ext(path) != ".json" {
		return statusRow{}, false
	}
	f, err := os.Open(path)
	if err != nil {
		return statusRow{}, false
	}
	defer func() { _ = f.Close() }()
	var kept struct {
		Credentials     struct{ Expiration string }
		AssumedRoleUser struct{ Arn string }
	}
	text, err := io.ReadAll(io.LimitReader(f, cliBytes))
	if err != nil || json.Unmarshal(text, &kept) != nil {
		return statusRow{}, false
	}
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05UTC"} { // the second by old versions
		if at, err := time.Parse(form, kept.Credentials.Expiration); err == nil {
			arn := kept.AssumedRoleUser.Arn
			_, role := roleOf(arn)
			return statusRow{name: cmp.Or(role, "aws-cli"), kind: "aws-cli", arn: arn, expires: at, renews: "no", source: "AWS CLI"}, true
		}
	}
	return statusRow{}, false
}

// roleOf takes account and role out of the ARN of a role, or of a session of one.
func roleOf(arn string) (account, role string) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return "", ""
	}
	if rest, ok := strings.CutPrefix(parts[5], "assumed-role/"); ok {
		role, _, _ = strings.Cut(rest, "/")
		return parts[4], role
	}
	return parts[4], strings.TrimPrefix(parts[5], "role/")
}
