package imports

import (
	"fmt"
	"strings"
)

const adfsPrefix = "adfs_config."

// awsProfile is the profile of a header in the config file of AWS's clients.
func awsProfile(header string) (string, bool) {
	if header == "default" {
		return header, true
	}
	name, ok := strings.CutPrefix(strings.ReplaceAll(header, "\t", " "), "profile ")
	return strings.Trim(strings.TrimSpace(name), `"'`), ok
}

// awsADFS reads the keys that aws-adfs keeps in ~/.aws/config (github.com/venth/aws-adfs, aws_adfs/prepare.py).
func (d *draft) awsADFS(text string) {
	for _, s := range d.sections(scan(text, pythonINI)) {
		theirs := false
		for _, e := range s.entries {
			theirs = theirs || strings.HasPrefix(e.key, adfsPrefix)
		}
		name, isProfile := awsProfile(s.section)
		switch {
		case !theirs:
		case !isProfile:
			d.left(s.at, `keys of aws-adfs in a section that is no profile: its header would be [profile …]`)
		case d.room(s.at):
			d.adfsProfile(s, name)
		}
	}
}

func (d *draft) adfsProfile(s *section, name string) {
	address := s.get(adfsPrefix + "adfs_host")
	why := ""
	if address == "" {
		why = "it has no adfs_host"
	} else if err := d.check("idp", "url", https(address)); err != nil {
		why = "its adfs_host: " + err.Error()
	}
	if why != "" {
		d.left(s.at, why)
	}
	i := &idp{values: []value{{"kind", "adfs"}}}
	p := &profile{wanted: []string{name}, idp: i, first: name == "default"}
	if why == "" {
		d.profiles, d.idps = append(d.profiles, p), append(d.idps, i)
		d.line(s.at, Taken, "").profile = p
	}
	own := func(key string) bool {
		return strings.HasPrefix(key, adfsPrefix) || key == "region" || key == "output"
	}
	d.each(s, own, func(here at, key, v string) {
		switch ours, theirs := strings.CutPrefix(key, adfsPrefix); {
		case !theirs:
			d.needless(here, "stays there, for every AWS client")
		case why != "":
			d.left(here, "its profile was not taken over")
		default:
			d.adfsKey(here, s, i, p, ours, v)
		}
	})
}

func (d *draft) adfsKey(here at, s *section, i *idp, p *profile, key, v string) {
	switch key {
	case "adfs_host":
		d.forIdP(here, i, "url", https(v))
	case "adfs_user":
		d.forIdP(here, i, "username", v)
	case "provider_id":
		if v == "urn:amazon:webservices" {
			d.needless(here, "the default")
			return
		}
		d.forIdP(here, i, "relying_party", v)
	case "role_arn":
		d.forProfile(here, p, "role", v)
	case "session_duration":
		d.duration(here, p, v)
	case "ssl_verification":
		if isTrue(v) {
			d.needless(here, "the default")
			return
		}
		d.left(here, noChecks)
	case "adfs_ca_bundle":
		d.forIdP(here, i, "ca_bundle", v)
	case "sspi":
		if isTrue(v) {
			d.forIdP(here, i, "windows", "auto")
			return
		}
		d.needless(here, "the default")
	case "duo_factor":
		if v == "None" {
			d.needless(here, "none")
			return
		}
		d.forIdP(here, i, "mfa", v)
	case "duo_device":
		switch factor := s.get(adfsPrefix + "duo_factor"); {
		case v == "None":
			d.needless(here, "none")
		case factor != "" && factor != "None":
			d.left(here, "mfa takes one name, which the factor has; you are asked for the device where there are several")
		default:
			d.forIdP(here, i, "mfa", v)
		}
	case "username_password_command":
		d.left(here, `write it by hand: password_command = ["PROGRAM", "ARGUMENT"] prints the bare password, not JSON; no shell`)
	case "mfa_token_command":
		d.left(here, `write it by hand: mfa_command = ["PROGRAM", "ARGUMENT"] prints the bare code, not JSON; no shell`)
	default:
		d.left(here, "not known")
	}
}

// awsVault looks at what aws-vault adds to ~/.aws/config (github.com/99designs/aws-vault, vault/config.go). Its profiles
// are those of AWS's clients, so that there is nothing to convert. The long-term keys of the others' sources are in a key
// store of its own, from which their owner alone takes them.
func (d *draft) awsVault(text string) {
	all := d.sections(scan(text, pythonINI))
	sources := map[string]bool{} // profiles that others get their keys from
	for _, s := range all {
		if name, isProfile := awsProfile(s.section); isProfile {
			for _, key := range []string{"source_profile", "include_profile"} {
				if from := s.get(key); from != name {
					sources[from] = true
				}
			}
		}
	}
	for _, s := range all {
		name, isProfile := awsProfile(s.section)
		if !isProfile {
			continue
		}
		theirs := 0
		d.each(s, func(key string) bool { return awsVaultWhy(key) != "" }, func(here at, key, _ string) {
			theirs++
			d.left(here, awsVaultWhy(key))
		})
		switch {
		case holdsKeys(s) && (sources[name] || s.get("mfa_serial") != "" || s.get("mfa_process") != ""):
			d.accounts++
			d.left(s.at, fmt.Sprintf("long-term keys that aws-vault has of it stay in its key store: whoever owns them exports them, or they stay the source by credential_process = aws-vault exec %s --json", word(name)))
		case theirs > 0 || s.get("role_arn") != "" || s.get("source_profile") != "":
			d.accounts++
			d.needless(s.at, fmt.Sprintf("an AWS profile already: samlogin exec %[1]s -- COMMAND instead of aws-vault exec %[1]s -- COMMAND", word(name)))
		}
	}
}

// holdsKeys reports whether a profile can only have keys of its own: the file names no other source of them.
func holdsKeys(s *section) bool {
	for _, key := range []string{"role_arn", "source_profile", "include_profile", "credential_process", "sso_session", "sso_start_url", "web_identity_token_file", "aws_access_key_id"} {
		if s.get(key) != "" {
			return false
		}
	}
	return true
}

// word is a name as a shell takes it.
func word(name string) string {
	if safe(name) == name {
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
}

// awsVaultWhy says why a key of aws-vault's own is not taken over, "" for keys of AWS's.
func awsVaultWhy(key string) string {
	switch key {
	case "include_profile":
		return "AWS clients do not take over keys of another profile: write them into this one"
	case "mfa_process":
		return `prints a code for an MFA device of AWS; where it is your IdP's code: mfa_command = ["PROGRAM", "ARGUMENT"] in [idp.…]`
	case "session_tags", "transitive_session_tags", "source_identity":
		return "comes from the IdP's claims where a role is taken with SAML"
	}
	return ""
}
