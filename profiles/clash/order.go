package clash

// picture is a profile as one client has read it.
type picture struct {
	client    Client
	view      *View
	set, kept map[string]value // of the config and of the credentials file
}

// either is the value of a key in both files put together, where the credentials file counts first.
func (p *picture) either(key string) (value, bool) {
	if at, ok := p.kept[key]; ok {
		return at, true
	}
	at, ok := p.set[key]
	return at, ok
}

func (p *picture) has(keys ...string) bool {
	for _, key := range keys {
		if at, ok := p.either(key); ok && at.text != "" {
			return true
		}
	}
	return false
}

func (p *picture) by(s Source, key string) Sight {
	at, _ := p.either(key)
	return Sight{Source: s, Path: at.path, Line: at.line}
}

func (p *picture) refused(key, why string) Sight {
	s := p.by(Refused, key)
	s.Why = why
	return s
}

// botocore asks its providers in this order (botocore/credentials.py, create_credential_resolver).
func (p *picture) botocore() Sight {
	if p.has("role_arn") && !p.has("web_identity_token_file") {
		if !p.has("source_profile", "credential_source") {
			return p.refused("role_arn", "role_arn without source_profile or credential_source")
		}
		if why := p.sourceMissing(); why != "" {
			return p.refused("source_profile", why)
		}
		return p.by(Role, "role_arn")
	}
	if p.has("web_identity_token_file") {
		return p.by(WebIdentity, "web_identity_token_file")
	}
	for _, key := range []string{"sso_role_name", "sso_account_id"} {
		if p.has(key) {
			return p.by(IdentityCenter, key)
		}
	}
	if _, ok := p.kept["aws_access_key_id"]; ok {
		return p.keys(p.kept)
	}
	if p.has("login_session") {
		return p.by(Login, "login_session")
	}
	if p.has("credential_process") {
		return p.by(Process, "credential_process")
	}
	if _, ok := p.set["aws_access_key_id"]; ok {
		return p.keys(p.set)
	}
	return Sight{}
}

// sourceMissing says that the profile named by source_profile is in neither file.
func (p *picture) sourceMissing() string {
	at, ok := p.either("source_profile")
	if !ok {
		return ""
	}
	for _, s := range p.view.Config.Sections {
		if p.client.finds(s, at.text, true) {
			return ""
		}
	}
	for _, s := range p.view.Credentials.Sections {
		if p.client.finds(s, at.text, false) {
			return ""
		}
	}
	return "source_profile names a profile that is not there"
}

// javascript is the order of the SDK's fromIni.
func (p *picture) javascript() Sight {
	switch {
	case p.has("role_arn") && p.has("source_profile", "credential_source"):
		if why := p.sourceMissing(); why != "" {
			return p.refused("source_profile", why)
		}
		return p.by(Role, "role_arn")
	case p.hasBoth():
		return p.keys(p.joined())
	case p.has("role_arn") && p.has("web_identity_token_file"):
		return p.by(WebIdentity, "web_identity_token_file")
	case p.has("credential_process"):
		return p.by(Process, "credential_process")
	case p.has("sso_session", "sso_start_url", "sso_account_id", "sso_role_name"):
		return p.by(IdentityCenter, p.first("sso_session", "sso_start_url", "sso_account_id", "sso_role_name"))
	case p.has("login_session"):
		return p.by(Login, "login_session")
	}
	return Sight{}
}

// golang is the order of the SDKs for Go (config/resolve_credentials.go; aws/session/credentials.go in v1), with what
// they refuse (validateCredentialType).
func (p *picture) golang() Sight {
	kinds := 0
	for _, key := range []string{"source_profile", "credential_source", "credential_process", "web_identity_token_file"} {
		if p.has(key) {
			kinds++
		}
	}
	switch {
	case kinds > 1:
		return p.refused(p.first("source_profile", "credential_source", "credential_process"), "only one of source_profile, credential_source, credential_process and web_identity_token_file is possible")
	case p.has("source_profile", "credential_source") && !p.has("role_arn"):
		return p.refused(p.first("source_profile", "credential_source"), "source_profile or credential_source without role_arn")
	case p.has("source_profile"):
		if why := p.sourceMissing(); why != "" {
			return p.refused("source_profile", why)
		}
		return p.by(Role, "role_arn")
	case p.client == Go1 && hasPair(p.kept):
		return p.keys(p.kept)
	case p.client == Go1 && hasPair(p.set):
		return p.keys(p.set)
	case p.client == Go2 && p.hasBoth():
		return p.keys(p.joined())
	case p.has("credential_source"):
		return p.by(Role, "role_arn")
	case p.has("web_identity_token_file"):
		return p.by(WebIdentity, "web_identity_token_file")
	case p.has("sso_session", "sso_start_url", "sso_account_id", "sso_role_name"):
		return p.by(IdentityCenter, p.first("sso_session", "sso_start_url", "sso_account_id", "sso_role_name"))
	case p.has("login_session"):
		return p.by(Login, "login_session")
	case p.has("credential_process"):
		return p.by(Process, "credential_process")
	}
	return Sight{}
}

func (p *picture) first(keys ...string) string {
	for _, key := range keys {
		if p.has(key) {
			return key
		}
	}
	return ""
}

func (p *picture) hasBoth() bool { return p.has("aws_access_key_id") && p.has("aws_secret_access_key") }

func hasPair(of map[string]value) bool {
	return of["aws_access_key_id"].text != "" && of["aws_secret_access_key"].text != ""
}

// joined are both files put together key by key.
func (p *picture) joined() map[string]value {
	all := map[string]value{}
	for key, at := range p.set {
		all[key] = at
	}
	for key, at := range p.kept {
		all[key] = at
	}
	return all
}

// keys are static keys. botocore takes the first of aws_security_token and aws_session_token that is there, also an
// empty one.
func (p *picture) keys(of map[string]value) Sight {
	id := of["aws_access_key_id"]
	if _, ok := of["aws_secret_access_key"]; !ok {
		return Sight{Source: Refused, Path: id.path, Line: id.line, Why: "aws_access_key_id without aws_secret_access_key"}
	}
	s := Sight{Source: Keys, Path: id.path, Line: id.line, KeyID: id.text}
	names := []string{"aws_session_token"}
	if p.client.python() {
		names = []string{"aws_security_token", "aws_session_token"}
	}
	for _, name := range names {
		if at, ok := of[name]; ok {
			s.Token, s.TokenPath = at.line, at.path
			break
		}
	}
	return s
}
