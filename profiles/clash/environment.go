package clash

import (
	"strings"
	"time"

	"github.com/samlogin/samlogin/saml/foreign"
)

// Environment are the variables that make AWS clients take something else than the profile that was meant (AWS SDKs and
// Tools Reference Guide, "Environment variables"). No value of a secret is looked at but to compare two of them.
func (v View) Environment(env func(string) string, now time.Time) []Clash {
	var all []Clash
	note := func(bad bool, what, mend string) { all = append(all, Clash{Bad: bad, What: what, Mend: mend}) }
	const unset = "unset "

	id, token, old := env("AWS_ACCESS_KEY_ID"), env("AWS_SESSION_TOKEN"), env("AWS_SECURITY_TOKEN")
	named := env("AWS_PROFILE")
	switch {
	case id != "" && env("AWS_SECRET_ACCESS_KEY") == "":
		note(true, "AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY: the AWS CLI and boto3 fail for it", unset+"AWS_ACCESS_KEY_ID")
	case id != "":
		ends, err := time.Parse(time.RFC3339, env("AWS_CREDENTIAL_EXPIRATION"))
		const mend = unset + "AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_CREDENTIAL_EXPIRATION"
		switch {
		case err == nil && !ends.After(now):
			note(true, "the keys of the environment (AWS_ACCESS_KEY_ID) have ended, and AWS clients take them before any profile", mend)
		case strings.HasPrefix(id, "ASIA") && token == "" && old == "":
			note(true, "AWS_ACCESS_KEY_ID is a temporary one, and AWS_SESSION_TOKEN is not set: AWS refuses the keys", mend)
		case named != "":
			note(false, "AWS_ACCESS_KEY_ID is set beside AWS_PROFILE: the AWS CLI, boto3 and the SDK for Go take the keys, the SDK for JavaScript the profile", mend)
		default:
			note(false, "AWS_ACCESS_KEY_ID is set: AWS clients take the keys of the environment where no profile is named with --profile or in code", mend)
		}
	case token != "":
		note(false, "AWS_SESSION_TOKEN is left over: no AWS client reads it without AWS_ACCESS_KEY_ID", unset+"AWS_SESSION_TOKEN")
	}
	if id != "" && old != "" && old != token {
		note(true, "AWS_SECURITY_TOKEN is another one than AWS_SESSION_TOKEN, and the AWS CLI and boto3 prefer it", unset+"AWS_SECURITY_TOKEN")
	}
	other := env("AWS_DEFAULT_PROFILE")
	for _, one := range []struct{ variable, name string }{{"AWS_PROFILE", named}, {"AWS_DEFAULT_PROFILE", other}} {
		if one.name != "" && !v.Has(one.name) {
			note(true, one.variable+" names "+foreign.Clean(one.name)+", which is in neither file: the AWS CLI and boto3 fail for it", unset+one.variable+", or write the profile: samlogin login "+foreign.Clean(one.name))
		}
	}
	if named != "" && other != "" && named != other {
		note(false, "AWS_PROFILE and AWS_DEFAULT_PROFILE name two profiles: boto3 and version 1 of the AWS CLI take the latter, others the former", unset+"AWS_DEFAULT_PROFILE")
	}
	if env("AWS_WEB_IDENTITY_TOKEN_FILE") != "" && env("AWS_ROLE_ARN") != "" {
		note(false, "AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN are set: AWS clients take that role where no profile is named with --profile or in code", unset+"AWS_WEB_IDENTITY_TOKEN_FILE")
	}
	if a, b := env("AWS_REGION"), env("AWS_DEFAULT_REGION"); a != "" && b != "" && a != b {
		note(false, "AWS_REGION and AWS_DEFAULT_REGION differ: boto3 and version 1 of the AWS CLI take the latter, others the former", "set both to the same, or one of them")
	}
	return all
}
