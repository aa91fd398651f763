// Package sts turns a SAML assertion into AWS keys by one unsigned AssumeRoleWithSAML call, or by a few where the
// role allows less time than was asked; and keys into those of another role (AssumeRole) or of a user who gave a code
// (GetSessionToken).
//
// House rules: the assertion goes out byte for byte as it came in; nothing of this computer's AWS set-up is read
// (no profile, no SDK configuration; the few variables that count are read by Resolve and nowhere else); times are
// compared with the clock of STS, not with ours; what AWS says is foreign text, and no error holds a secret.
package sts

import (
	"context"
	"net/http"
	"time"

	awssts "github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/secret"
)

// Credentials are the temporary keys of a role or a user, or, without token and expiration, the long-term ones of a user. They print without their secrets.
type Credentials struct {
	AccessKeyID     string // "ASIA…", not a secret
	SecretAccessKey secret.Text
	SessionToken    secret.Text
	Expiration      time.Time // by the clock of STS
}

// Session is what AssumeWithSAML, Assume or SessionToken got, and the account of where its time went.
type Session struct {
	Credentials
	AssumedRoleARN string        // "arn:aws:sts::111111111111:assumed-role/Admin/jane"; has the role's name without its path
	Asked          time.Duration // what was wished for; MaxDuration where the wish was "max"
	Granted        time.Duration // Expiration by STS's own Date header, so our clock being wrong does not matter
	LimitedBy      Limit
	RoleMax        time.Duration // the longest whole hour the role was found to allow; 0 if that was not learned
	Calls          int           // how often STS was asked, retries of the transport not counted
	ClockOffset    time.Duration // STS's Date minus our clock; 0 if STS gave no Date
}

// Limit names what decided how long a session lasts. Its values are words of the JSON output.
type Limit string

// The limits, nearest first.
const (
	LimitRequested  Limit = "requested"   // the session lasts as long as was asked, or the 12 hours that nobody can pass
	LimitRole       Limit = "role"        // the role's MaxSessionDuration
	LimitChaining   Limit = "chaining"    // AWS gives a role taken from a role one hour at most
	LimitIdPSession Limit = "idp_session" // SessionNotOnOrAfter of the assertion
	LimitOwner      Limit = "owner"       // AWS gives the owner of an account one hour at most (SessionToken only)
)

// Wish says for how long a session is wanted, and with which session policies.
type Wish struct {
	Duration   time.Duration // 15 minutes to 12 hours in whole seconds; 0 means AWS's own default, one hour
	Max        bool          // the longest whole hour the role allows; Duration is not looked at
	Exact      bool          // fail with *ExactDurationError instead of taking less
	Policy     string        // inline session policy, JSON
	PolicyARNs []string      // managed session policies
	Guess      time.Duration // longest duration the role was found to allow earlier: asked first where less than wanted; 0 none
	Refused    time.Duration // only with a code: what the role is known to refuse (SpentError); less is asked for, an hour if Guess does not say how much; 0 unknown
	Hint       time.Duration // longest duration that most other roles were found to allow: where a search begins; 0 none
}

// Client asks one STS endpoint.
type Client struct {
	sdk      *awssts.Client
	endpoint Endpoint
	now      func() time.Time
	pace     *Pace // shared with other clients; nil: none
}

// New makes a client of one endpoint. Of httpClient only the transport and the timeout (a limit on each attempt)
// are used: redirects are not followed and cookies not kept, whatever it says. A nil httpClient is the default
// transport, a nil now is time.Now. New does no I/O and reads no file and no variable.
func New(httpClient *http.Client, e Endpoint, now func() time.Time) *Client {
	if now == nil {
		now = time.Now
	}
	return &Client{sdk: newSDK(httpClient, e, nil), endpoint: e, now: now}
}

// MaxAssertion is the longest assertion STS takes, in characters of its base64 form (AWS API reference,
// AssumeRoleWithSAML, SAMLAssertion).
const MaxAssertion = 100_000

// AssumeWithSAML takes a role with an assertion and returns the session with the account of its duration.
// sessionEnds is the assertion's SessionNotOnOrAfter, zero if it has none.
//
// Where the role allows less time than wished for, STS refuses instead of shortening; then the longest whole hour
// is searched for with at most four more calls, all with the same assertion, which STS redeems more than once
// within its five minutes. The session returned was always really granted.
//
// Errors: *TooLargeError before any call; *DurationError for a wish outside 15 minutes to 12 hours;
// *ExactDurationError; *Error when STS refuses; *NetworkError; context.Cause(ctx) when ctx is cancelled.
func (c *Client) AssumeWithSAML(ctx context.Context, assertion secret.Text, role saml.Role, sessionEnds time.Time, w Wish) (Session, error) {
	if size := len(assertion.Reveal()); size > MaxAssertion {
		return Session{}, &TooLargeError{Size: size}
	}
	if _, err := w.duration(); err != nil {
		return Session{}, err
	}
	s := search{
		ask: func(d time.Duration) (Session, error) {
			return c.assume(ctx, assertion, role, sessionEnds, w, d)
		},
	}
	session, err := s.run(ctx, w)
	session.Calls = s.calls
	if err != nil {
		return Session{}, err
	}
	if w.Exact && session.LimitedBy != LimitRequested {
		return Session{}, &ExactDurationError{
			Asked: session.Asked, Possible: session.Granted, LimitedBy: session.LimitedBy,
			RoleARN: role.ARN, SessionEnds: sessionEnds,
		}
	}
	return session, nil
}
