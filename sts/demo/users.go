package demo

import (
	"crypto/subtle"
	"strings"
	"time"

	"github.com/samlogin/samlogin/saml/secret"
)

// User is an IAM user with keys of their own, or, with an ARN that ends with ":root", the owner of an account.
type User struct {
	ARN         string // "arn:aws:iam::111111111111:user/jane"
	AccessKeyID string // "AKIA…"
	Secret      secret.Text
	Inactive    bool // the access key is switched off
	Devices     []Device
}

// Device is a user's MFA device. AWS takes a code of the time step before and after as well, and each code once.
type Device struct {
	Serial string                      // "arn:aws:iam::111111111111:mfa/jane"
	Code   func(time.Time) secret.Text // what the device shows at a moment: six digits
}

// step is how long a device shows a code.
const step = 30 * time.Second

// Trust is what a role's trust policy says.
type Trust struct {
	Principals []string // ARNs of users and roles; that of an account ("arn:aws:iam::111111111111:root") stands for all of them
	ExternalID string   // sts:ExternalId has to be this; "": no condition
	MFA        bool     // aws:MultiFactorAuthPresent has to be true
}

func (t Trust) names(s *session) bool {
	for _, p := range t.Principals {
		if p == s.principal || p == s.arn || p == "arn:"+s.partition+":iam::"+s.account+":root" {
			return true
		}
	}
	return false
}

// ofUser is the "session" of a user's own keys.
func ofUser(u *User) *session {
	part := strings.SplitN(u.ARN, ":", 6)
	for len(part) < 6 {
		part = append(part, "")
	}
	s := &session{
		keys: keys{AccessKeyId: u.AccessKeyID}, secret: u.Secret, partition: part[1], account: part[4],
		arn: u.ARN, principal: u.ARN, userID: identifier("AIDA", u.ARN), user: u,
	}
	if u.owner() {
		s.userID = part[4]
	}
	return s
}

func (u *User) owner() bool { return strings.HasSuffix(u.ARN, ":root") }

// authenticated reports whether a call is one with MFA: because of its code, or because its keys were got with one.
//
// AWS does not say in which order it looks. Here a code is looked at before everything but the signature and the form
// of the call, and is spent by that, whatever becomes of the call: the order that is hardest on clients.
func (q *query) authenticated(s *session) (bool, *Refusal) {
	serial, code := q.form["SerialNumber"], q.form["TokenCode"]
	switch {
	case serial == "" && code == "":
		return s.mfa, nil
	case serial == "" || code == "":
		return false, accessDenied("MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.")
	}
	if s.user != nil && !s.temporary() {
		for _, d := range s.user.Devices {
			if d.Serial == serial {
				if !q.spend(d, code) {
					return false, accessDenied("MultiFactorAuthentication failed with invalid MFA one time pass code. ")
				}
				return true, nil
			}
		}
	}
	return false, accessDenied("MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.")
}

// spend takes a code of now or of a step to either side, unless it was taken before.
func (q *query) spend(d Device, code string) bool {
	good := 0
	for _, off := range []time.Duration{-step, 0, step} {
		good |= subtle.ConstantTimeCompare([]byte(d.Code(q.now.Add(off)).Reveal()), []byte(code))
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for name, until := range q.spent {
		if q.now.After(until) {
			delete(q.spent, name)
		}
	}
	name := d.Serial + " " + code
	if _, again := q.spent[name]; good == 0 || again {
		return false
	}
	q.spent[name] = q.now.Add(3 * step)
	return true
}

func accessDenied(message string) *Refusal { return &Refusal{403, "AccessDenied", message} }
