package sts

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/samlogin/samlogin/saml/secret"
)

// Switch is one AssumeRole call: from keys to a role.
type Switch struct {
	RoleARN     string
	SessionName string      // seen in CloudTrail and in the session's ARN; "" is SessionName of the device
	ExternalID  string      // as the role's trust policy wants it; "" none
	Serial      string      // of the caller's MFA device, its ARN if it is a virtual one; "" none
	Code        secret.Text // six digits, of that device
}

// The limits of sessions that are not SAML's (AWS API reference, AssumeRole and GetSessionToken).
const (
	// ChainedMax is the longest session of a role that was taken with temporary keys. AWS counts those of
	// GetSessionToken among them.
	ChainedMax = time.Hour
	// MaxMFASession is the longest session of an IAM user; that of an account's owner ends after one hour.
	MaxMFASession = 36 * time.Hour
	// UsualMFASession is how long one lasts if nothing is asked for.
	UsualMFASession = 12 * time.Hour
)

// Chained reports whether sessions taken with these keys are limited to ChainedMax.
func (k Credentials) Chained() bool { return !k.SessionToken.Empty() }

// Assume takes a role by AssumeRole, signed with by, and returns the session with the account of its duration.
//
// With temporary keys never more than ChainedMax is asked for. With long-term keys and without a code, a wish that
// is over the role's maximum is searched for as AssumeWithSAML does. AWS takes each code once; nobody says whether a
// call that is refused because of its duration uses the code up, so a code goes out in one call only, which is
// repeated where AWS did not come to look at it (throttling, a connection that never was, a signature of another
// time), and a refusal over the role's maximum is a *SpentError: ask for another code, and call again with
// Wish.Refused.
//
// Errors: *ParameterError, *TemporaryKeysError and *DurationError before any call; *ExactDurationError; *SpentError;
// *Error when STS refuses; *NetworkError; context.Cause(ctx) when ctx is cancelled.
func (c *Client) Assume(ctx context.Context, by Credentials, s Switch, w Wish) (Session, error) {
	if s.SessionName == "" {
		s.SessionName = SessionName(s.Serial, c.now())
	}
	if err := s.check(); err != nil {
		return Session{}, err
	}
	if s.Serial != "" && by.Chained() {
		return Session{}, &TemporaryKeysError{Op: opSwitch, Serial: s.Serial}
	}
	wanted, err := w.duration()
	if err != nil {
		return Session{}, err
	}
	if by.Chained() && wanted > ChainedMax && w.Exact {
		return Session{}, &ExactDurationError{Asked: wanted, Possible: ChainedMax, LimitedBy: LimitChaining, RoleARN: s.RoleARN}
	}
	calls := search{ask: func(d time.Duration) (Session, error) { return c.assumeRole(ctx, by, s, w, d) }}
	session, err := s.search(ctx, &calls, by, w, wanted)
	if err != nil {
		return Session{}, err
	}
	session.Calls = calls.calls
	if w.Exact && session.LimitedBy != LimitRequested {
		return Session{}, &ExactDurationError{Asked: wanted, Possible: session.Granted, LimitedBy: session.LimitedBy, RoleARN: s.RoleARN}
	}
	return session, nil
}

// search chooses the durations that are asked for.
func (s Switch) search(ctx context.Context, calls *search, by Credentials, w Wish, wanted time.Duration) (Session, error) {
	switch {
	case by.Chained():
		return calls.chained(wanted)
	case s.Code.Empty():
		session, err := calls.run(ctx, w)
		if refusedFor(err, ReasonChaining) { // keys that do not look temporary, and are
			if w.Exact {
				return Session{}, &ExactDurationError{Asked: wanted, Possible: ChainedMax, LimitedBy: LimitChaining, RoleARN: s.RoleARN}
			}
			return calls.chained(wanted)
		}
		return session, err
	}
	session, refused, err := calls.once(w, wanted)
	if refused == 0 || err == nil {
		return session, err
	}
	limit := LimitRole
	if refusedFor(err, ReasonChaining) {
		limit = LimitChaining
	}
	if w.Exact {
		return Session{}, &ExactDurationError{Asked: wanted, LimitedBy: limit, RoleARN: s.RoleARN}
	}
	return Session{}, &SpentError{Serial: s.Serial, RoleARN: s.RoleARN, Refused: refused, LimitedBy: limit}
}

func (c *Client) assumeRole(ctx context.Context, by Credentials, s Switch, w Wish, d time.Duration) (Session, error) {
	input := &awssts.AssumeRoleInput{
		RoleArn:         aws.String(s.RoleARN),
		RoleSessionName: aws.String(s.SessionName),
		DurationSeconds: aws.Int32(int32(d / time.Second)),
		ExternalId:      given(s.ExternalID),
		SerialNumber:    given(s.Serial),
		TokenCode:       given(s.Code.Reveal()),
		Policy:          given(w.Policy),
		PolicyArns:      policyARNs(w.PolicyARNs),
	}
	out, err := c.sdk.AssumeRole(ctx, input, signedBy(by), once(s.Code))
	if err != nil {
		return Session{}, c.failure(ctx, request{
			op: opSwitch, role: s.RoleARN, mfa: s.Serial != "", externalID: s.ExternalID != "", chained: by.Chained(),
		}, err, by.SecretAccessKey, by.SessionToken, s.Code)
	}
	keys, ok := keysOf(out.Credentials)
	arn, good := assumedRole(out.AssumedRoleUser)
	if !ok || !good || errors.Is(ctx.Err(), context.Canceled) {
		return Session{}, c.unreadable(ctx, out.ResultMetadata)
	}
	session := Session{Credentials: keys, AssumedRoleARN: arn}
	if c.account(&session, d, out.ResultMetadata, false) {
		session.LimitedBy = LimitRole // AWS refuses instead of shortening; what is not AWS may shorten
	}
	return session, nil
}

// SessionToken gives temporary keys of the IAM user who owns by, which count as signed in with MFA where serial and
// code are given. d is 15 minutes to 36 hours in whole seconds; 0 is UsualMFASession. An account's owner gets one hour
// at most, whatever is asked for (LimitOwner). The session has no AssumedRoleARN. A code goes out once, as in Assume.
//
// Errors: *TemporaryKeysError where by are not long-term keys, *ParameterError and *DurationError before any call;
// *Error, *NetworkError, context.Cause(ctx).
func (c *Client) SessionToken(ctx context.Context, by Credentials, serial string, code secret.Text, d time.Duration) (Session, error) {
	if by.Chained() {
		return Session{}, &TemporaryKeysError{Op: opToken, Serial: serial}
	}
	if err := checkDevice(serial, code); err != nil {
		return Session{}, err
	}
	if d == 0 {
		d = UsualMFASession
	}
	if err := checkBetween(d, MaxMFASession); err != nil {
		return Session{}, err
	}
	out, err := c.sdk.GetSessionToken(ctx, &awssts.GetSessionTokenInput{
		DurationSeconds: aws.Int32(int32(d / time.Second)), SerialNumber: given(serial), TokenCode: given(code.Reveal()),
	}, signedBy(by), once(code))
	if err != nil {
		return Session{}, c.failure(ctx, request{op: opToken, mfa: serial != ""}, err, by.SecretAccessKey, code)
	}
	keys, ok := keysOf(out.Credentials)
	if !ok || errors.Is(ctx.Err(), context.Canceled) {
		return Session{}, c.unreadable(ctx, out.ResultMetadata)
	}
	session := Session{Credentials: keys, Asked: d, LimitedBy: LimitRequested, Calls: 1}
	if c.account(&session, d, out.ResultMetadata, false) {
		session.LimitedBy = LimitOwner
	}
	return session, nil
}

func given(s string) *string {
	if s == "" {
		return nil
	}
	return aws.String(s)
}

// signedBy makes the SDK sign a call with these keys and no others.
func signedBy(k Credentials) func(*awssts.Options) {
	provider := aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{
			AccessKeyID: k.AccessKeyID, SecretAccessKey: k.SecretAccessKey.Reveal(), SessionToken: k.SessionToken.Reveal(),
		}, nil
	})
	return func(o *awssts.Options) { o.Credentials = provider }
}

// once keeps a call with a code from being repeated after a fault of STS's, which may have taken the code.
func once(code secret.Text) func(*awssts.Options) {
	return func(o *awssts.Options) {
		if inner, ok := o.Retryer.(aws.RetryerV2); ok && !code.Empty() {
			o.Retryer = careful{inner}
		}
	}
}

type careful struct{ aws.RetryerV2 }

func (r careful) IsErrorRetryable(err error) bool {
	var answered interface{ HTTPStatusCode() int }
	if errors.As(err, &answered) && answered.HTTPStatusCode() >= 500 {
		return false
	}
	return r.RetryerV2.IsErrorRetryable(err)
}
