package settings

import (
	"slices"
	"strings"
)

// decode turns the tree of a file into Settings, or says what is wrong first. Of one that is part of a whole, what it
// refers to is not looked at.
func decode(t tree, part bool, checkDuration func(string) error) (*Settings, *Error) {
	f := &faults{at: t.at, files: t.files, part: part}
	s := empty("")
	top := &table{faults: f, values: t.values}

	s.Default = top.text("default", nil)
	s.Output = top.word("output", "text", "json")
	s.Include = top.texts("include", checkInclude)
	s.General = general(top)
	accounts(top, s.Accounts)
	top.tables("idp", func(name string, t *table) {
		checkName(t, name)
		i := &IdP{Name: name, Kind: t.word("kind", Kinds()...), Origins: t.texts("origins", checkOrigin)}
		if _, said := t.values["kind"]; !said && !f.part {
			t.add(t.path, Error{Reason: "has no kind", Advice: "write kind = one of " + strings.Join(Kinds(), ", ")})
		}
		i.MFAAdapters = adapters(t)
		i.Choices = choices(t, checkDuration)
		t.done()
		s.IdPs[name] = i
	})
	top.tables("profile", func(name string, t *table) {
		checkName(t, name)
		p := &Profile{Name: name, IdP: t.text("idp", nil), Source: t.text("source", nil)}
		p.Choices = choices(t, checkDuration)
		t.done()
		s.Profiles[name] = p
	})
	top.tables("group", func(name string, t *table) {
		checkName(t, name)
		s.Groups[name] = &Group{Name: name, Profiles: t.texts("profiles", nil)}
		if _, said := t.values["profiles"]; !said && !f.part {
			t.add(t.path, Error{Reason: "has no profiles", Advice: `write profiles = ["…"]`})
		}
		t.done()
	})
	top.done()
	if f.first == nil && !part {
		checkLinks(s, f)
	}
	if f.first != nil {
		return nil, f.first
	}
	s.at, s.files = t.at, t.files
	return s, nil
}

// general reads the keys that are about this computer rather than about one IdP.
func general(t *table) Choices {
	return Choices{
		CABundle: t.text("ca_bundle", nil), Timeout: t.timeout("timeout"),
		SecretStore: t.text("secret_store", checkStore), CredentialsPrompt: t.flag("credentials_prompt"),
		AfterLogin: t.command("after_login"), Browser: t.program("browser"), Notify: t.later("notify"), MFASession: t.later("mfa_session"),
	}
}

// choices reads the keys of an IdP and of a profile.
func choices(t *table, checkDuration func(string) error) Choices {
	c := general(t)
	c.URL = t.text("url", checkURL)
	c.Start = t.word("start", "auto", "idp", "sp")
	c.RelyingParty = t.text("relying_party", checkTrimmed)
	c.Username = t.text("username", nil)
	c.PasswordCommand = t.command("password_command")
	c.Realm = t.text("realm", nil)
	c.MFA = t.text("mfa", nil)
	c.MFACommand = t.command("mfa_command")
	c.Windows = t.word("windows", "off", "auto", "kerberos", "ntlm")
	c.Certificate = t.text("certificate", nil)
	c.Role = t.text("role", nil)
	c.Principal = t.text("principal", checkPrincipal)
	c.Duration = t.duration("duration", checkDuration)
	c.ExactDuration = t.flag("exact_duration")
	c.Region = t.text("region", checkRegion)
	c.STSEndpoint = t.text("sts_endpoint", checkEndpoint)
	c.PolicyFile = t.text("policy_file", nil)
	c.PolicyARNs = t.texts("policy_arns", checkARN)
	c.Write = t.word("write", "keys", "process", "cli-cache", "none")
	c.Session = t.word("session", "on", "off")
	c.SessionProfile = t.text("session_profile", nil)
	return c
}

// adapters takes [idp.X.mfa_adapter] as a table or a list of tables.
func adapters(t *table) any {
	v, ok := t.take("mfa_adapter")
	if !ok {
		return nil
	}
	switch v := v.(type) {
	case map[string]any:
		return v
	case []any:
		if !slices.ContainsFunc(v, func(e any) bool { _, isTable := e.(map[string]any); return !isTable }) {
			return v
		}
	}
	t.wrong("mfa_adapter", "needs a table, has "+typeName(v))
	return nil
}

// accounts reads [accounts]: number → name.
func accounts(top *table, into map[string]string) {
	v, ok := top.take("accounts")
	if !ok {
		return
	}
	t := &table{faults: top.faults, path: top.under("accounts")}
	if t.values, ok = v.(map[string]any); !ok {
		top.wrong("accounts", "needs a table, has "+typeName(v), "write [accounts]")
		return
	}
	for number := range t.values {
		if len(number) != 12 || strings.Trim(number, "0123456789") != "" {
			t.wrong(number, "an account number has 12 digits")
		}
		into[number] = t.text(number, nil)
	}
}
