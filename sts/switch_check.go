package sts

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
)

// The parameters that a ParameterError names, as AWS calls them.
const (
	ParameterRole       = "RoleArn"
	ParameterSession    = "RoleSessionName"
	ParameterExternalID = "ExternalId"
	ParameterSerial     = "SerialNumber"
	ParameterCode       = "TokenCode"
)

// ParameterError reports a value that AWS would not take. No call was made.
type ParameterError struct {
	Name   string       // one of the Parameter names
	Value  foreign.Text // "" for a code
	Why    string
	Advice string // "" if there is none
}

func (e *ParameterError) Error() string {
	what := map[string]string{
		ParameterRole: "role ARN", ParameterSession: "role session name", ParameterExternalID: "external ID",
		ParameterSerial: "serial number of the MFA device", ParameterCode: "MFA code",
	}[e.Name]
	if e.Value == "" {
		return what + ": " + e.Why
	}
	return fmt.Sprintf("%s %q: %s", what, e.Value, e.Why)
}

// Hint says what to write instead, "" if nothing is known.
func (e *ParameterError) Hint() string { return e.Advice }

// TemporaryKeysError says that temporary keys were given for what AWS does with a user's long-term keys only. No call
// was made.
type TemporaryKeysError struct {
	Op     string // "AssumeRole", "GetSessionToken"
	Serial string // of the MFA device, "" if none was given
}

func (e *TemporaryKeysError) Error() string {
	if e.Serial != "" {
		return fmt.Sprintf("the MFA device %s cannot be used with temporary keys: it belongs to an IAM user, and its code goes with that user's long-term keys", foreign.Text(e.Serial))
	}
	return "GetSessionToken takes the long-term keys of an IAM user only, and these are temporary"
}

// Hint says what to change.
func (e *TemporaryKeysError) Hint() string {
	if e.Op == opSwitch {
		return "take mfa_serial out of this profile; where the source is an IAM user's, give it to the source"
	}
	return "give the profile with the user's own keys (AKIA…) as the source"
}

// SpentError says that a code was used up by a call that asked for more time than can be had. Another code is needed:
// call again with it and with Wish.Refused. What is granted then makes a good Guess for the next time, which costs one
// code.
type SpentError struct {
	Serial    string // of the device
	RoleARN   string
	Refused   time.Duration // for Wish.Refused
	LimitedBy Limit         // LimitRole, or LimitChaining
}

func (e *SpentError) Error() string {
	why := "the role allows less"
	if e.LimitedBy == LimitChaining {
		why = "AWS gives these keys an hour at most"
	}
	return fmt.Sprintf("the code of %s was spent on asking for %s of %s, and %s", foreign.Text(e.Serial), short(e.Refused), foreign.Text(e.RoleARN), why)
}

// Hint says how to get on.
func (e *SpentError) Hint() string {
	return "wait for the next code and ask for less: --duration 1h is what every role allows"
}

// SessionName makes a name for a role session out of an ARN that says who somebody is: the IAM user's or the role
// session's name of arn, else that of an MFA device, which is mostly called after its user. CloudTrail shows it, and a
// trust policy may want it to be the user's (sts:RoleSessionName). Without such a name it is samlogin and the time in
// seconds, as the AWS CLI has its own.
func SessionName(arn string, now time.Time) string {
	for _, kind := range []string{":user/", ":mfa/", ":assumed-role/", ":federated-user/"} {
		_, name, found := strings.Cut(arn, kind)
		if !found || !strings.HasPrefix(arn, "arn:") {
			continue
		}
		name = strings.Map(func(r rune) rune {
			if strings.ContainsRune(letters+"_+=,.@-", r) {
				return r
			}
			return '-'
		}, name[strings.LastIndex(name, "/")+1:])
		name = name[:min(len(name), 64)]
		if made(name, letters+"_+=,.@-", 2, 64) {
			return name
		}
	}
	return "samlogin-" + strconv.FormatInt(now.Unix(), 10)
}

const (
	digits  = "0123456789"
	letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" + digits
)

// made reports whether s has least to most characters, all of them among these.
func made(s, of string, least, most int) bool {
	return len(s) >= least && len(s) <= most && strings.Trim(s, of) == ""
}

// check finds what AWS would not take (AWS API reference, AssumeRole), so that no code is spent on it. The error is a
// *ParameterError.
func (s Switch) check() error {
	role := strings.SplitN(s.RoleARN, ":", 6)
	switch {
	case len(role) != 6 || role[0] != "arn" || role[2] != "iam" || !made(role[4], digits, 12, 12) ||
		!strings.HasPrefix(role[5], "role/") || len(role[5]) == len("role/") || !printable(s.RoleARN, 2048):
		return &ParameterError{Name: ParameterRole, Value: foreign.Text(s.RoleARN), Why: "not the ARN of a role", Advice: "write it like arn:aws:iam::111111111111:role/Admin"}
	case !made(s.SessionName, letters+"_+=,.@-", 2, 64):
		return &ParameterError{Name: ParameterSession, Value: foreign.Text(s.SessionName), Why: "not 2 to 64 letters, digits and +=,.@_-"}
	case s.ExternalID != "" && !made(s.ExternalID, letters+"_+=,.@:/-", 2, 1224):
		return &ParameterError{Name: ParameterExternalID, Value: foreign.Text(s.ExternalID), Why: "not 2 to 1224 letters, digits and +=,.@:/_-"}
	}
	return checkDevice(s.Serial, s.Code)
}

// checkDevice finds what is wrong with a device and its code.
func checkDevice(serial string, code secret.Text) error {
	bad := func(why, advice string) error {
		return &ParameterError{Name: ParameterSerial, Value: foreign.Text(serial), Why: why, Advice: advice}
	}
	switch {
	case serial == "" && code.Empty():
		return nil
	case serial == "":
		return bad("a code was given, and no device", "give mfa_serial, the ARN or serial number of the device")
	case strings.Contains(serial, ":u2f/"):
		return bad("passkeys and FIDO keys give no code that AWS's API would take",
			"add a virtual device (an authenticator app; a YubiKey can make its codes) to the user, and name that one")
	case strings.HasPrefix(serial, "arn:") && !strings.Contains(serial, ":mfa/"):
		return bad("not the ARN of an MFA device", "write it like arn:aws:iam::111111111111:mfa/jane (with mfa, where the user's own ARN has user)")
	case !made(serial, letters+"_+=/:,.@-", 9, 256):
		return bad("not 9 to 256 letters, digits and +=/:,.@_-", "write the ARN of a virtual device, arn:aws:iam::111111111111:mfa/jane, or the serial number of a hardware one")
	case code.Empty():
		return &ParameterError{Name: ParameterCode, Why: "none was given for " + foreign.Text(serial).String()}
	case !made(code.Reveal(), digits, 6, 6):
		return &ParameterError{Name: ParameterCode, Why: "not six digits"}
	}
	return nil
}
