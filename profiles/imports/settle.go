package imports

import (
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/samlogin/samlogin/profiles/settings"
)

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
	if l.asked != "" && l.profile.name != l.asked && !there {
		l.look("keys go to the AWS profile " + l.profile.name + ": " + l.asked + " is the name of another one, or is none that can be given here")
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
