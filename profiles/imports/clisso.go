package imports

import (
	"strconv"
	"strings"
)

// clissoApp is an app of clisso, and clissoProvider where it is signed in to.
type clissoApp struct {
	at
	provider string
	profile  *profile
}

type clissoProvider struct {
	at
	idp  *idp
	kind string // okta, onelogin
	base string
}

// clisso reads ~/.clisso.yaml (github.com/allcloud-io/clisso, config/config.go). Names of keys have no case there.
func (d *draft) clisso(text string) {
	all := leaves(text)
	providers, apps := map[string]*clissoProvider{}, map[string]*clissoApp{}
	values := map[string]string{} // the first of two of the same name
	for _, l := range all {
		if path := strings.ToLower(strings.Join(l.path, "\x00")); len(l.path) == 3 && values[path] == "" {
			values[path] = l.value
		}
	}
	get := func(table, name, key string) string { return values[table+"\x00"+name+"\x00"+key] }
	for _, l := range all {
		if len(l.path) != 2 || l.value != "" || l.odd != "" {
			continue
		}
		name := strings.ToLower(l.path[1])
		here := at{number: l.number, section: strings.Join(l.path, ".")}
		switch strings.ToLower(l.path[0]) {
		case "providers":
			if len(providers) >= mostAccounts {
				continue
			}
			p := &clissoProvider{at: here, kind: strings.ToLower(get("providers", name, "type")), base: get("providers", name, "base-url")}
			if sub := get("providers", name, "subdomain"); p.kind == "onelogin" && p.base == "" && sub != "" {
				p.base = sub + ".onelogin.com"
			}
			if p.base == "" || d.check("idp", "url", https(p.base)) != nil {
				d.left(here, "it has no address that can be used")
			} else {
				p.idp = &idp{wanted: l.path[1], values: []value{{"kind", "browser"}}}
				d.idps = append(d.idps, p.idp)
				d.stored = append(d.stored, stored{l.path[1], https(p.base), p.idp})
				l := d.line(here, Taken, "")
				l.idp = p.idp
			}
			providers[name] = p
		case "apps":
			if !d.room(here) {
				continue
			}
			apps[name] = &clissoApp{at: here, provider: strings.ToLower(get("apps", name, "provider")), profile: &profile{wanted: []string{l.path[1]}}}
		}
	}
	for _, l := range all { // in the order of the file: providers may stand below the apps
		if len(l.path) != 2 || !strings.EqualFold(l.path[0], "apps") {
			continue
		}
		a := apps[strings.ToLower(l.path[1])]
		if a == nil || a.number != l.number {
			continue
		}
		if p := providers[a.provider]; p == nil || p.idp == nil {
			d.left(a.at, "its provider was not taken over")
			a.profile = nil
		} else {
			a.profile.idp = p.idp
			d.profiles = append(d.profiles, a.profile)
			l := d.line(a.at, Taken, "")
			l.profile = a.profile
		}
	}
	for _, l := range all {
		d.clissoLeaf(l, providers, apps)
	}
}

func (d *draft) clissoLeaf(l leaf, providers map[string]*clissoProvider, apps map[string]*clissoApp) {
	here := at{number: l.number}
	if n := len(l.path); n > 0 {
		here.section, here.key = strings.Join(l.path[:n-1], "."), l.path[n-1]
	}
	if l.odd != "" {
		d.left(here, l.odd)
		return
	}
	table := ""
	if len(l.path) > 0 {
		table = strings.ToLower(l.path[0])
	}
	key := strings.ToLower(here.key)
	switch {
	case l.value == "": // a table, or nothing
	case table == "global" && len(l.path) == 2:
		d.clissoGlobal(here, key, l.value, providers, apps)
	case table == "global" && len(l.path) == 3 && strings.EqualFold(l.path[1], "accounts"):
		d.clissoAccount(here, l.value)
	case table == "providers" && len(l.path) == 3:
		if p := providers[strings.ToLower(l.path[1])]; p != nil && p.idp != nil {
			d.clissoProviderKey(here, p, key, l.value)
		} else {
			d.left(here, "its provider was not taken over")
		}
	case table == "apps" && len(l.path) == 3:
		if a := apps[strings.ToLower(l.path[1])]; a != nil && a.profile != nil {
			d.clissoAppKey(here, a, providers[a.provider], key, l.value)
		} else {
			d.left(here, "its app was not taken over")
		}
	default:
		d.left(here, "not known")
	}
}

func (d *draft) clissoAccount(here at, name string) {
	number := here.key
	if len(number) < 12 && strings.Trim(number, "0123456789") == "" { // YAML takes it for a number, and its zeros away
		number = strings.Repeat("0", 12-len(number)) + number
	}
	if err := d.check("accounts", number, name); err != nil {
		d.left(here, err.Error())
		return
	}
	d.tops = append(d.tops, top{table: "accounts", key: number, value: name, line: d.line(here, Taken, "")})
}

func (d *draft) clissoGlobal(here at, key, v string, providers map[string]*clissoProvider, apps map[string]*clissoApp) {
	switch key {
	case "selected-app":
		if a := apps[strings.ToLower(v)]; a != nil && a.profile != nil {
			d.tops = append(d.tops, top{key: "default", profile: a.profile, line: d.line(here, Taken, "")})
			return
		}
		d.left(here, "it names no app that was taken over")
	case "aws-region":
		if err := d.check("idp", "region", v); err != nil || len(d.idps) == 0 {
			d.left(here, "region stands in [idp.…] or [profile.…]")
			return
		}
		l := d.line(here, Taken, "")
		for _, i := range d.idps {
			i.values = append(i.values, value{"region", v})
		}
		l.idp, l.ours = d.idps[0], "region"
	case "credential-process":
		d.left(here, `write = "process" in [profile.…], or login --write process, does that`)
	case "output":
		d.left(here, "keys go to the AWS profile of the same name; samlogin env and exec print them, or hand them on")
	default:
		d.left(here, "not known")
	}
}

func (d *draft) clissoProviderKey(here at, p *clissoProvider, key, v string) {
	switch key {
	case "type":
		l := d.line(here, Taken, "")
		l.idp, l.ours = p.idp, "kind"
	case "base-url":
		d.forIdP(here, p.idp, "url", https(v))
	case "subdomain":
		d.forIdP(here, p.idp, "url", https(p.base))
	case "username":
		d.forIdP(here, p.idp, "username", v)
	case "duration":
		n, err := strconv.Atoi(v)
		if err != nil {
			d.left(here, "not a number of seconds")
			return
		}
		d.forIdP(here, p.idp, "duration", durationText(n))
	case "client-id", "client-secret", "region":
		d.needless(here, "for OneLogin's programming interface, which is not used; the value stays where it is")
	default:
		d.left(here, "not known")
	}
}

func (d *draft) clissoAppKey(here at, a *clissoApp, p *clissoProvider, key, v string) {
	switch key {
	case "provider":
		l := d.line(here, Taken, "")
		l.profile, l.ours = a.profile, "idp"
	case "url":
		d.forProfile(here, a.profile, "url", https(v))
	case "app-id":
		if p.kind != "onelogin" {
			d.left(here, "the url has to be that of the application")
			return
		}
		d.forProfile(here, a.profile, "url", https(p.base)+"/launch/"+v).look("the address that opens the application; see whether a browser gets to AWS from there")
	case "role-arn", "arn":
		d.forProfile(here, a.profile, "role", v)
	case "principal-arn":
		d.forProfile(here, a.profile, "principal", v)
	case "duration":
		d.duration(here, a.profile, v)
	case "aws-region":
		d.forProfile(here, a.profile, "region", v)
	case "output":
		d.left(here, "keys go to the AWS profile of the same name; samlogin env and exec print them, or hand them on")
	default:
		d.left(here, "not known")
	}
}
