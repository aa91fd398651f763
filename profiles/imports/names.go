package imports

import (
	"cmp"
	"fmt"
	"maps"
	"net/netip"
	"net/url"
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
