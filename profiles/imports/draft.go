package imports

import (
	"fmt"
	"strconv"
	"strings"
)

// value is one key of ours with its value: a text, true or false, or a list of texts.
type value struct {
	key   string
	value any
}

// idp is an IdP to be; accounts that say the same of theirs share one.
type idp struct {
	wanted string // the name that the other tool has for it, "" none
	values []value
	name   string // of ours, once that is settled
	there  bool   // our settings say it already
}

// profile is a profile to be.
type profile struct {
	wanted []string // names to try, the best first
	idp    *idp
	values []value
	name   string
	there  bool
	first  bool // the one that the tool takes where none is named
}

func (i *idp) text(key string) string { return textOf(i.values, key) }

func textOf(values []value, key string) string {
	for _, v := range values {
		if s, ok := v.value.(string); ok && v.key == key {
			return s
		}
	}
	return ""
}

// mostAccounts is how many accounts are taken over: more than that is no person's file.
const mostAccounts = 200

// room counts an account, and says of one too many that it is left.
func (d *draft) room(p at) bool {
	d.accounts++
	if d.accounts > mostAccounts {
		d.left(p, fmt.Sprintf("more than %d; the rest is not taken over", mostAccounts))
	}
	return d.accounts <= mostAccounts
}

// draft is what is gathered from one file, before names are settled.
type draft struct {
	tool     Tool
	accounts int
	lines    []*Line
	idps     []*idp
	profiles []*profile
	tops     []top // keys outside IdPs and profiles
	stored   []stored
	check    func(table, key string, value any) error
}

// top is a key above all tables or in [accounts].
type top struct {
	table, key string
	value      any
	profile    *profile // the value is its name
	line       *Line
}

type stored struct {
	account, url string
	idp          *idp
}

// at is a line of the file that is being judged.
type at struct {
	number       int
	section, key string
}

func (d *draft) line(p at, fate Fate, why string) *Line {
	l := &Line{Number: p.number, Section: p.section, Key: p.key, Fate: fate, Why: why}
	d.lines = append(d.lines, l)
	return l
}

func (d *draft) left(p at, why string)     { d.line(p, Left, why) }
func (d *draft) needless(p at, why string) { d.line(p, Needless, why) }

// forIdP takes a key over into an IdP, or says why it cannot stand there.
func (d *draft) forIdP(p at, i *idp, key string, v any) *Line {
	if err := d.check("idp", key, v); err != nil {
		return d.line(p, Left, "as "+key+": "+err.Error())
	}
	i.values = append(i.values, value{key, v})
	l := d.line(p, Taken, "")
	l.idp, l.ours = i, key
	return l
}

// forProfile takes a key over into a profile, or says why it cannot stand there.
func (d *draft) forProfile(p at, to *profile, key string, v any) *Line {
	if err := d.check("profile", key, v); err != nil {
		return d.line(p, Left, "as "+key+": "+err.Error())
	}
	to.values = append(to.values, value{key, v})
	l := d.line(p, Taken, "")
	l.profile, l.ours = to, key
	return l
}

// look asks a person to look at what was taken over.
func (l *Line) look(why string) {
	if l.Fate == Taken {
		l.Fate, l.Why = Look, why
	}
}

// duration takes a number of seconds over as a duration of ours.
func (d *draft) duration(p at, to *profile, seconds string) {
	n, err := strconv.Atoi(strings.TrimSpace(seconds))
	if err != nil {
		d.left(p, "not a number of seconds")
		return
	}
	d.forProfile(p, to, "duration", durationText(n))
}

// durationText writes seconds as a person would.
func durationText(n int) string {
	switch {
	case n > 0 && n%3600 == 0:
		return fmt.Sprintf("%dh", n/3600)
	case n > 0 && n%60 == 0:
		return fmt.Sprintf("%dm", n/60)
	}
	return strconv.Itoa(n)
}

// isTrue reads the words for yes that these tools take.
func isTrue(s string) bool {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "true", "1", "yes", "on", "t", "y":
		return true
	}
	return false
}

// https makes an address of a host. An address that has a scheme stays.
func https(s string) string {
	if strings.Contains(s, "://") {
		return s
	}
	return "https://" + s
}

const noChecks = `certificates are always checked; ca_bundle = "FILE" trusts those of your company`
