package sts

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/secret"
)

// slack is how far an expiry may be from Date plus duration before it counts as shortened: both have whole
// seconds, and STS needs a moment between the two.
const slack = 30 * time.Second

// newSDK wires the SDK's client by hand: no configuration is loaded, so no profile, no endpoint variable and no
// shared file of this computer can change or break the call.
func newSDK(httpClient *http.Client, e Endpoint, backoff retry.BackoffDelayer) *awssts.Client {
	return awssts.New(awssts.Options{
		Region:       e.Region,
		BaseEndpoint: aws.String(e.URL),
		HTTPClient:   newSender(httpClient),
		Retryer:      newRetryer(backoff),
	})
}

// newRetryer tries three times: throttling, 5xx, connections that failed before a byte of the request was sent, and
// signatures that STS does not take while its clock and ours are minutes apart: the SDK signs again by STS's clock. A nil backoff is the SDK's, exponential with jitter; waiting ends with the context.
func newRetryer(backoff retry.BackoffDelayer) aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = 3
		o.MaxBackoff = 5 * time.Second
		if backoff == nil {
			backoff = retry.NewExponentialJitterBackoff(o.MaxBackoff)
		}
		o.Backoff = retry.BackoffDelayerFunc(func(attempt int, err error) (time.Duration, error) {
			if misdated(err) == aws.TrueTernary {
				return 0, nil // nobody is busy
			}
			return backoff.BackoffDelay(attempt, err)
		})
		o.Retryables = []retry.IsErrorRetryable{
			retry.IsErrorRetryableFunc(unsent),
			retry.IsErrorRetryableFunc(misdated),
			retry.RetryableHTTPStatusCode{Codes: retry.DefaultRetryableHTTPStatusCodes},
			retry.RetryableErrorCode{Codes: retry.DefaultThrottleErrorCodes},
		}
	})
}

// unsent decides about every failure of the network, so that the SDK's own, wider rule is not asked.
func unsent(err error) aws.Ternary {
	var broken *NetworkError
	if !errors.As(err, &broken) {
		return aws.UnknownTernary
	}
	return aws.BoolTernary(broken.Phase.beforeSending() && !permanent(broken.Err))
}

// misdated knows a refused signature of a clock that is wrong by the mark that the SDK puts on it. The SDK marks other
// refusals too, which may come after STS has looked at a code.
func misdated(err error) aws.Ternary {
	var (
		marked  interface{ RetryableError() bool }
		refusal smithy.APIError
	)
	if errors.As(err, &marked) && marked.RetryableError() && errors.As(err, &refusal) && strings.Contains(refusal.ErrorCode(), "Signature") {
		return aws.TrueTernary
	}
	return aws.UnknownTernary
}

// assume makes one AssumeRoleWithSAML call for d.
func (c *Client) assume(ctx context.Context, assertion secret.Text, role saml.Role, sessionEnds time.Time, w Wish, d time.Duration) (Session, error) {
	input := &awssts.AssumeRoleWithSAMLInput{
		RoleArn:         aws.String(role.ARN),
		PrincipalArn:    aws.String(role.PrincipalARN),
		SAMLAssertion:   aws.String(assertion.Reveal()),
		DurationSeconds: aws.Int32(int32(d / time.Second)),
		PolicyArns:      policyARNs(w.PolicyARNs),
	}
	if w.Policy != "" {
		input.Policy = aws.String(w.Policy)
	}
	var options []func(*awssts.Options)
	if c.pace != nil {
		options = append(options, leaveToPace)
	}
	var out *awssts.AssumeRoleWithSAMLOutput
	err := c.pace.do(ctx, func() error {
		answer, err := c.sdk.AssumeRoleWithSAML(ctx, input, options...)
		if out = answer; err != nil {
			return c.failure(ctx, request{op: opAssume, role: role.ARN}, err, assertion)
		}
		return nil
	})
	if err != nil {
		return Session{}, err
	}
	keys, ok := keysOf(out.Credentials)
	arn, good := assumedRole(out.AssumedRoleUser)
	if !ok || !good || errors.Is(ctx.Err(), context.Canceled) { // an answer may still come in while the connection is closed
		return Session{}, c.unreadable(ctx, out.ResultMetadata)
	}
	s := Session{Credentials: keys, AssumedRoleARN: arn}
	// Without STS's own clock only an expiry that is the IdP's very end of session proves who shortened it.
	end := s.Expiration.Sub(sessionEnds).Abs() <= slack
	if c.account(&s, d, out.ResultMetadata, end) {
		s.LimitedBy = LimitIdPSession
	}
	return s, nil
}

// account notes how long a session is that was asked for d, and reports whether STS shortened it. Where STS gave no
// Date, our clock, which may be wrong, counts as a proof of that only where proven says so.
func (c *Client) account(s *Session, d time.Duration, m middleware.Metadata, proven bool) (short bool) {
	now := c.now()
	date, dated := serverDate(m)
	if dated {
		s.ClockOffset = date.Sub(now).Round(time.Second)
	} else {
		date = now
	}
	s.Granted = s.Expiration.Sub(date)
	if short = s.Granted < d-slack && (dated || proven); !short {
		s.Granted = d
	}
	return short
}

// maxKey is the longest secret key or token taken, in bytes. AWS says of the token only that its size varies.
const maxKey = 16 << 10

// printable reports whether s is made of 1 to limit visible ASCII characters: what may be written into a file or
// handed to a program as it is.
func printable(s string, limit int) bool {
	return s != "" && len(s) <= limit && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

// keysOf reads the keys of an answer. It is not ok if a part is missing, or is not made of the characters it should have.
func keysOf(k *types.Credentials) (Credentials, bool) {
	if k == nil || k.Expiration == nil {
		return Credentials{}, false
	}
	id, key, token := aws.ToString(k.AccessKeyId), aws.ToString(k.SecretAccessKey), aws.ToString(k.SessionToken)
	return Credentials{
		AccessKeyID: id, SecretAccessKey: secret.New(key), SessionToken: secret.New(token), Expiration: k.Expiration.UTC(),
	}, printable(id, 128) && printable(key, maxKey) && printable(token, maxKey)
}

// assumedRole reads the ARN of a session.
func assumedRole(u *types.AssumedRoleUser) (arn string, ok bool) {
	if u == nil {
		return "", false
	}
	arn = aws.ToString(u.Arn)
	return arn, printable(arn, 2048) && strings.HasPrefix(arn, "arn:") && strings.Contains(arn, ":assumed-role/")
}

// serverDate is the time at which STS answered, by its own clock.
func serverDate(m middleware.Metadata) (time.Time, bool) {
	raw, ok := awsmiddleware.GetRawResponse(m).(*smithyhttp.Response)
	if !ok || raw == nil {
		return time.Time{}, false
	}
	date, err := http.ParseTime(raw.Header.Get("Date"))
	return date, err == nil
}
