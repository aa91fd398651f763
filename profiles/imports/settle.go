package imports

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/saml/foreign"
)

// NameError reports a wish about names that cannot be met.
type NameError struct {
	Name, Why string
}

func (e *NameError) Error() string { return fmt.Sprintf("%q %s", foreign.Text(e.Name), e.Why) }

const inSettings = "in your settings already"

// settle gives everything a name that is free, and says what is to be written.
func (d *draft) settle(r *Result, ours Ours) error {
	d.share()
	n := &names{draft: d, ours: ours, used: map[string]bool{}, renamed: map[string]bool{}}
	for _, p := range d.profiles {
		if err := n.profile(p); err != nil {
			return err
		}
	}
	for _, i := range d.idps {
		if err := n.idp(i); err != nil {
			return err
		}
	}
	for _, old := range slices.Sorted(maps.Keys(ours.Rename)) {
		if !n.renamed[old] {
			return &NameError{Name: old, Why: "is no name that is proposed, so it cannot be renamed"}
		}
	}
	for _, i := range d.idps {
		if !i.there {
			r.add("idp."+i.name, i.values)
		}
	}
	for _, p := range d.profiles {
		d.there(p, ours.Settings)
		if !p.there {
			r.add("profile."+p.name, append([]value{{"idp", p.idp.name}}, p.values...))
		}
		r.Profiles = append(r.Profiles, p.name)
	}
	d.above(r, ours.Settings)
	for _, s := range d.stored {
		if s.idp.text("kind") == "browser" {
			continue // the person types it into the browser
		}
		r.Stored = append(r.Stored, Stored{Account: s.account, URL: s.url, IdP: s.idp.name, User: s.idp.text("username")})
	}
	for _, l := range d.lines {
		r.Lines = append(r.Lines, l.settled())
	}
	return nil
}

// add puts the keys of one table into the changes, the last of two of the same name.
func (r *Result) add(table string, values []value) {
	for i, v := range values {
		if !slices.ContainsFunc(values[i+1:], func(later value) bool { return later.key == v.key }) {
			r.Changes = append(r.Changes, settings.Change{Table: table, Key: v.key, Value: v.value})
		}
	}
}

// settled fills in where a line went.
func (l *Line) settled() Line {
	there := false
	switch {
	case l.profile != nil && l.profile.name != "":
		there = l.profile.there
		l.To = append([]string{strings.TrimSuffix("profile."+l.profile.name+"."+l.ours, ".")}, l.To...)
	case l.idp != nil && l.idp.name != "":
		there = l.idp.there
		l.To = append([]string{strings.TrimSuffix("idp."+l.idp.name+"."+l.ours, ".")}, l.To...)
	}
	if l.Fate == Taken && there {
		l.Fate, l.Why = Needless, inSettings
	}
	return *l
}

// share makes one IdP of those that say the same. It is no single account's then, and gets its name from its address.
func (d *draft) share() {
	var kept []*idp
	for _, i := range d.idps {
		at := slices.IndexFunc(kept, func(k *idp) bool { return same(k.values, i.values) })
		if at < 0 {
			kept = append(kept, i)
			continue
		}
		k := kept[at]
		k.wanted = ""
		for _, p := range d.profiles {
			if p.idp == i {
				p.idp = k
			}
		}
		for _, l := range d.lines {
			if l.idp == i {
				l.idp = k
			}
		}
		for n := range d.stored {
			if d.stored[n].idp == i {
				d.stored[n].idp = k
			}
		}
	}
	d.idps = kept
}

func same(a, b []value) bool {
	asMap := func(values []value) map[string]any {
		m := map[string]any{}
		for _, v := range values {
			m[v.key] = v.value
		}
		return m
	}
	return reflect.DeepEqual(asMap(a), asMap(b))
}

// above are the keys outside IdPs and profiles. What our settings say already stays.
func (d *draft) above(r *Result, ours *settings.Settings) {
	for _, t := range d.tops {
		key, has := t.key, ""
		if t.table == "accounts" {
			key, has = "accounts."+t.key, ours.Accounts[t.key]
		} else if t.key == "default" {
			has = ours.Default
			t.value = t.profile.name
		}
		switch {
		case has == t.value:
			t.line.Fate, t.line.Why = Needless, inSettings
		case has != "":
			t.line.Fate, t.line.Why = Left, "your settings have another "+key
		default:
			t.line.To = append(t.line.To, key)
			r.Changes = append(r.Changes, settings.Change{Table: t.table, Key: t.key, Value: t.value})
		}
	}
	// What the tool did without a name, a bare samlogin does.
	for _, p := range d.profiles {
		if p.first && ours.Default == "" {
			r.Changes = append(r.Changes, settings.Change{Key: "default", Value: p.name})
			for _, l := range d.lines {
				if l.profile == p && l.Key == "" {
					l.To = append(l.To, "default")
				}
			}
		}
	}
}

// names hands out names, each once: those of IdPs, profiles and groups are one kind of NAME.
type names struct {
	draft   *draft
	ours    Ours
	used    map[string]bool
	renamed map[string]bool
}

// free reports whether nothing has a name yet.
func (n *names) free(name string) bool {
	s := n.ours.Settings
	return name != "" && !n.used[name] && s.IdPs[name] == nil && s.Profiles[name] == nil && s.Groups[name] == nil && !slices.Contains(settings.Kinds(), name)
}

// take finds the first of some names that is free, else one made of the first and the tool's name, and a number.
func (n *names) take(wanted []string) (string, error) {
	proposed := ""
	for _, w := range wanted {
		if w = safe(w); proposed == "" && n.free(w) {
			proposed = w
		}
	}
	base := cmp.Or(safe(wanted[0]), "corp")
	for i := 1; proposed == ""; i++ {
		name := base + "-" + string(n.draft.tool)
		if i > 1 {
			name += fmt.Sprintf("-%d", i)
		}
		if n.free(name) {
			proposed = name
		}
	}
	n.used[proposed] = true
	if wish, ok := n.ours.Rename[proposed]; ok {
		if safe(wish) != wish || !n.free(wish) {
			return "", &NameError{Name: wish, Why: "is no name that can be given here: it is in use, or has other characters than letters, digits and ._@+:/-"}
		}
		n.renamed[proposed] = true
		proposed = wish
	}
	n.used[proposed] = true
	return proposed, nil
}

func (n *names) profile(p *profile) (err error) {
	for _, w := range p.wanted { // one of the same name that says the same is the same
		have := n.ours.Settings.Profiles[w]
		if have != nil && !n.used[w] && saysAll(have.Choices, p.values) && sameIdP(n.ours.Settings.IdPs[have.IdP], p.idp) {
			p.name, n.used[w] = w, true
			return nil
		}
	}
	p.name, err = n.take(p.wanted)
	return err
}

// there notes that our settings have the profile: its name is one of theirs only if it says the same.
func (d *draft) there(p *profile, s *settings.Settings) { p.there = s.Profiles[p.name] != nil }

func (n *names) idp(i *idp) (err error) {
	s := n.ours.Settings
	for _, name := range slices.Sorted(maps.Keys(s.IdPs)) {
		if sameIdP(s.IdPs[name], i) {
			i.name, i.there = name, true
			return nil
		}
	}
	at := nameOfHost(i.text("url"))
	i.name, err = n.take([]string{cmp.Or(i.wanted, at), at, at + "-idp"})
	return err
}

// sameIdP reports whether an IdP of ours says all that another tool says of its own.
func sameIdP(have *settings.IdP, i *idp) bool {
	return have != nil && have.Kind == i.text("kind") && saysAll(have.Choices, i.values)
}

// saysAll reports whether our settings have all these values.
func saysAll(c settings.Choices, values []value) bool {
	plain := func(s string) string { return strings.TrimRight(strings.TrimPrefix(s, "https://"), "/") }
	for _, v := range values {
		var have any
		switch v.key {
		case "kind":
			continue
		case "url":
			if s, _ := v.value.(string); plain(c.URL) != plain(s) {
				return false
			}
			continue
		case "username":
			have = c.Username
		case "relying_party":
			have = c.RelyingParty
		case "mfa":
			have = c.MFA
		case "windows":
			have = c.Windows
		case "role":
			have = c.Role
		case "principal":
			have = c.Principal
		case "duration":
			have = c.Duration
		case "region":
			have = c.Region
		case "policy_file":
			have = c.PolicyFile
		case "policy_arns":
			have = c.PolicyARNs
		case "ca_bundle":
			have = c.CABundle
		case "timeout":
			have = c.Timeout.String()
		case "browser":
			have = strings.Join(c.Browser, " ")
		default:
			return false
		}
		if !reflect.DeepEqual(have, v.value) {
			return false
		}
	}
	return true
}

// nameOfHost makes a name of an address: "example" of https://adfs.example.com and of https://adfs.example.co.uk.
func nameOfHost(address string) string {
	u, err := url.Parse(https(address))
	if err != nil {
		return "corp"
	}
	host := u.Hostname()
	if _, err := netip.ParseAddr(host); err == nil || host == "" {
		return "corp"
	}
	labels := strings.Split(strings.Trim(host, "."), ".")
	at := len(labels) - 2
	if at > 0 && len(labels[at]) <= 3 {
		at--
	}
	return cmp.Or(safe(labels[max(at, 0)]), "corp")
}

// safe makes a name that our settings take out of any text, "" of nothing.
func safe(text string) string {
	name := strings.Map(func(r rune) rune {
		if r < 128 && strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@+:/-", r) {
			return r
		}
		return '-'
	}, text)
	name = strings.TrimLeft(name, "-")
	return name[:min(len(name), 100)]
}
