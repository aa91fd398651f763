package main

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/spf13/pflag"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/cmd/samlogin/system"
)

// loginFlags are the words of login and roles. An empty one was not given; settings and defaults come later.
type loginFlags struct {
	idp, url, start, relyingParty, username string
	passwordStdin                           bool
	passwordCommand                         string
	mfa, mfaCode, mfaCommand                string
	assertionFile                           string
	caBundle                                string
	timeout                                 time.Duration
	force                                   bool
	heed                                    time.Duration // for how long a failure of another process counts
	patience                                time.Duration // for how long another process is waited for; 0: as long as it takes
	silent                                  bool          // the keys are still good: nobody is to notice that others are fetched
	region, stsEndpoint                     string
	writes                                  bool // the keys go into a profile
	takes                                   bool // the keys are taken by whoever runs it: those that stand in a profile will do
	renewing                                bool // the keys are asked for again and again, as opposed to being written down
	explain                                 bool // tell how they would come about, and call nobody

	// of login alone
	roles         []string
	principal     string
	all           bool
	profile       string
	duration      string
	exactDuration bool
	policyFile    string
	policyARNs    []string
	write         string
	overwrite     bool
	exactGiven    func() bool
}

// addSignIn adds the flags that reach an IdP, for login and roles.
func (f *loginFlags) addSignIn(flags *pflag.FlagSet) {
	flags.StringVar(&f.idp, "idp", "", "`NAME` of the IdP in the settings, or a kind: adfs, form, browser")
	flags.StringVar(&f.url, "url", "", "`ADDRESS` of the IdP: host, base address or full start address")
	flags.StringVar(&f.start, "start", "", "from whose `SIDE` the login begins: auto, idp or sp")
	flags.StringVar(&f.relyingParty, "relying-party", "", "`URN` under which the IdP knows AWS (urn:amazon:webservices)")
	flags.StringVar(&f.username, "username", "", "`NAME` of the user at the IdP")
	flags.BoolVar(&f.passwordStdin, "password-stdin", false, "read the password from standard input")
	flags.StringVar(&f.passwordCommand, "password-command", "", "`PROGRAM` and arguments that print the password; no shell")
	flags.StringVar(&f.mfa, "mfa", "", "`METHOD` or device to use where the IdP offers several, by its name or a part of it")
	flags.StringVar(&f.mfaCode, "mfa-code", "", "one-time `CODE`, sent once")
	flags.StringVar(&f.mfaCommand, "mfa-command", "", "`PROGRAM` and arguments that print a one-time code; no shell")
	flags.StringVar(&f.assertionFile, "assertion-file", "", "take the SAMLResponse from `FILE`; - is standard input")
	flags.StringVar(&f.caBundle, "ca-bundle", "", "`FILE` of PEM certificates to trust besides the system's")
	flags.Var((*seconds)(&f.timeout), "timeout", "network `TIME` of the whole run, 120s; people are not counted")
	flags.BoolVar(&f.force, "force", false, "a fresh login even if one is alive")
	hasVariable(flags, "idp", "url", "start", "relying-party", "username", "password-command", "mfa", "mfa-code", "mfa-command", "ca-bundle", "timeout")
}

// add adds all flags of login.
func (f *loginFlags) add(flags *pflag.FlagSet) {
	f.addSignIn(flags)
	flags.StringArrayVar(&f.roles, "role", nil, "`PATTERN` of a role: ARN, account/name or name, * for anything but a slash (repeatable)")
	flags.StringVar(&f.principal, "principal", "", "`ARN` of the SAML provider, needed only where the assertion is encrypted")
	flags.BoolVar(&f.all, "all", false, "every role that the patterns fit; without a pattern every role offered")
	flags.StringVar(&f.profile, "profile", "", "`NAME` of the AWS profile to write, or a template of {account} {alias} {role} {partition}")
	f.addRole(flags)
	flags.StringVar(&f.write, "write", "", "`WHAT` to write to the AWS profile: keys, process (a command that renews them), cli-cache (the AWS CLI's own) or none")
	flags.BoolVar(&f.overwrite, "overwrite", false, "replace a profile that samlogin does not own")
	hasVariable(flags, "role", "principal", "profile", "write")
}

// addExplain adds --explain, for commands that come to keys.
func (f *loginFlags) addExplain(flags *pflag.FlagSet) {
	flags.BoolVar(&f.explain, "explain", false, "tell how the keys would come about, with calls and limits; nothing is called")
}

// addRole adds the flags that say how a role is taken.
func (f *loginFlags) addRole(flags *pflag.FlagSet) {
	flags.StringVar(&f.duration, "duration", "", "how `LONG` the keys shall last: 45m, 12h, 43200 or max")
	flags.BoolVar(&f.exactDuration, "exact-duration", false, "fail instead of taking less time than asked")
	flags.StringVar(&f.region, "region", "", "`REGION` of AWS, for the profile and for STS")
	flags.StringVar(&f.stsEndpoint, "sts-endpoint", "", "`URL` of STS")
	flags.StringVar(&f.policyFile, "policy-file", "", "`FILE` with a session policy in JSON")
	flags.StringArrayVar(&f.policyARNs, "policy-arn", nil, "`ARN` of a managed session policy (repeatable)")
	hasVariable(flags, "duration", "exact-duration", "region", "sts-endpoint")
	f.exactGiven = func() bool { return flags.Changed("exact-duration") }
}

// seconds is a flag for a time: 120s, 2m, or a number of seconds.
type seconds time.Duration

func (s *seconds) String() string { return "" } // no default is shown: the words of the flag say it
func (s *seconds) Type() string   { return "time" }

func (s *seconds) Set(text string) error {
	if n, err := strconv.Atoi(text); err == nil {
		text = strconv.Itoa(n) + "s"
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < time.Second || d > time.Hour {
		return errors.New("a time from 1s to 1h")
	}
	*s = seconds(d)
	return nil
}

// readFlagFile reads a file that a flag names; - is standard input.
func (a *app) readFlagFile(ctx context.Context, flag, path string, limit int64) (string, error) {
	in := a.in
	if path != "-" {
		f, err := system.OpenNamed(path)
		if err != nil {
			return "", &fault.UsageError{What: "--" + flag + " cannot be read: " + cause(err)}
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	b, err := readAll(ctx, in, limit)
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if err != nil {
		return "", &fault.UsageError{What: "--" + flag + " cannot be read: " + cause(err)}
	}
	return string(b), nil
}
