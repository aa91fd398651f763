package sts

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
)

// Error is a refusal by STS: its code and words, and what they mean.
type Error struct {
	Op        string       // "AssumeRoleWithSAML", "AssumeRole", "GetSessionToken", "GetCallerIdentity"
	Code      string       // as on the wire: "ExpiredTokenException"; letters, digits and dots only
	Message   foreign.Text // AWS's words, without any part of a secret
	RequestID string       // for AWS support; "" if none was given
	Status    int          // HTTP status
	RoleARN   string       // the role asked for, "" where there is none
	Reason    Reason       // what Code and Message mean

	RetryAfter time.Duration // what STS asks to wait before the next call, in whole seconds; 0 if it does not say

	sent request
}

// request is what a call was made of, as far as it helps to explain a refusal.
type request struct {
	op, role                 string // the ARN, "" where there is none
	mfa, externalID, chained bool   // whether it had them; chained: temporary keys made it
}

func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "AWS STS refused %s", e.Op)
	if e.RoleARN != "" {
		fmt.Fprintf(&b, " for %s", foreign.Text(e.RoleARN))
	}
	fmt.Fprintf(&b, ": %s: %s (%s, HTTP %d", e.Cause(), e.Message, e.Code, e.Status)
	if e.RequestID != "" {
		fmt.Fprintf(&b, ", request %s", e.RequestID)
	}
	return b.String() + ")"
}

// TooLargeError says that an assertion has more characters than STS takes. No call was made.
type TooLargeError struct{ Size int } // characters of the base64 form

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("the assertion has %d characters, AWS STS takes %d at most", e.Size, MaxAssertion)
}

// Hint says what to ask for.
func (e *TooLargeError) Hint() string {
	return "the identity provider lists too many roles or groups for you: ask its administrator to issue fewer AWS roles per person (about 500 fit)"
}

// ExactDurationError says that a session exactly as long as asked cannot be had. Nothing is returned with it.
type ExactDurationError struct {
	Asked, Possible time.Duration // Possible was really granted, and is thrown away; 0 if finding it out would cost codes
	LimitedBy       Limit
	RoleARN         string
	SessionEnds     time.Time // the assertion's SessionNotOnOrAfter, zero if it has none
}

func (e *ExactDurationError) Error() string {
	why := "the role's MaxSessionDuration is less"
	switch e.LimitedBy {
	case LimitChaining:
		why = "AWS gives a role that was taken with temporary keys no more"
	case LimitIdPSession:
		why = "the identity provider's session ends sooner"
		if !e.SessionEnds.IsZero() {
			why = "the identity provider's session ends at " + e.SessionEnds.UTC().Format(time.RFC3339)
		}
	}
	possible := "less"
	if e.Possible > 0 {
		possible = short(e.Possible)
	}
	return fmt.Sprintf("%s was asked for exactly, %s allows %s: %s", short(e.Asked), foreign.Text(e.RoleARN), possible, why)
}

// Hint says what could be changed.
func (e *ExactDurationError) Hint() string {
	switch {
	case e.LimitedBy == LimitIdPSession:
		return "leave out --exact-duration, or ask the identity provider's administrator for a longer SessionNotOnOrAfter"
	case e.LimitedBy == LimitChaining:
		return "leave out --exact-duration or ask for --duration 1h; what renews itself (samlogin credentials) needs no longer session"
	case e.Possible == 0:
		return "leave out --exact-duration, ask for a shorter --duration, or have the role's MaxSessionDuration raised"
	}
	return "leave out --exact-duration, ask for --duration " + short(e.Possible) + ", or have the role's MaxSessionDuration raised"
}

// short writes a duration as people type it: 12h, 1h30m, 45m, 2h13m5s.
func short(d time.Duration) string {
	s := d.Round(time.Second).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// failure turns what the SDK returned into an error of this package, in which nothing of the SDK is left and
// from which every piece of the given secrets is taken out: STS quotes parameters it does not like.
func (c *Client) failure(ctx context.Context, sent request, err error, secrets ...secret.Text) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return context.Cause(ctx)
	}
	var broken *NetworkError
	if errors.As(err, &broken) {
		if ctx.Err() != nil {
			return &NetworkError{Host: broken.Host, Phase: broken.Phase, Err: context.Cause(ctx)}
		}
		return broken
	}
	if ctx.Err() != nil { // between two attempts
		return &NetworkError{Host: hostOf(c.endpoint.URL), Phase: PhaseWait, Err: context.Cause(ctx)}
	}
	var (
		answered *smithyhttp.ResponseError
		asked    *awshttp.ResponseError
		refusal  smithy.APIError
	)
	if !errors.As(err, &answered) {
		// Nothing was sent: the SDK itself found fault with the request.
		return &NetworkError{Host: hostOf(c.endpoint.URL), Phase: PhaseLookup, Err: errors.New("the request could not be made")}
	}
	if !errors.As(err, &refusal) || refusal.ErrorCode() == "" || refusal.ErrorCode() == unknownCode {
		return c.notSTS(answered.Response)
	}
	e := &Error{
		Op: sent.op, Code: word(refusal.ErrorCode()), Status: answered.HTTPStatusCode(), RoleARN: sent.role, sent: sent,
		Message: foreign.Text(withoutSecrets(refusal.ErrorMessage(), secrets)),
	}
	if errors.As(err, &asked) {
		e.RequestID = word(asked.ServiceRequestID())
	}
	if seconds, err := strconv.Atoi(answered.Response.Header.Get("Retry-After")); err == nil && seconds > 0 {
		e.RetryAfter = time.Duration(min(seconds, 24*60*60)) * time.Second
	}
	e.Reason = reasonOf(e)
	return e
}

// unknownCode is what the SDK puts where an error answer has no code.
const unknownCode = "UnknownError"

// unreadable reports an answer with status 200 that lacks what STS always gives, or that nobody waits for any more.
func (c *Client) unreadable(ctx context.Context, m middleware.Metadata) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return context.Cause(ctx)
	}
	raw, _ := awsmiddleware.GetRawResponse(m).(*smithyhttp.Response)
	return c.notSTS(raw)
}

// notSTS reports an answer that STS did not write: a proxy's page, a sign-in page of a hotel, a wrong endpoint.
func (c *Client) notSTS(r *smithyhttp.Response) error {
	what := "the answer is not one of STS"
	if r != nil {
		what = fmt.Sprintf("the answer (HTTP %d, %s) is not one of STS", r.StatusCode, contentType(r.Header.Get("Content-Type")))
	}
	return &NetworkError{Host: hostOf(c.endpoint.URL), Phase: PhaseAnswer, Err: errors.New(what)}
}

func contentType(s string) string {
	if s == "" {
		return "no content type"
	}
	return foreign.Cut(foreign.Clean(s), 60)
}

// word keeps what a code or an id is made of, so that it can stand in a message as it is.
func word(s string) string {
	keep := func(r rune) rune {
		if r < 0x80 && (r == '-' || r == '.' || r == '_' || ('0' <= r && r <= '9') || ('A' <= r && r <= 'Z') || ('a' <= r && r <= 'z')) {
			return r
		}
		return -1
	}
	return foreign.Cut(strings.Map(keep, s), 80)
}

// maxMessage is how much of AWS's words is kept, in bytes; foreign.Text shows less still.
const maxMessage = 4096

// piece is the length from which on a part of a secret is taken out of a message.
const piece = 16

// withoutSecrets cuts a message and puts *** for every part of a secret in it that has at least piece characters.
func withoutSecrets(message string, secrets []secret.Text) string {
	message = message[:min(len(message), maxMessage)]
	for _, s := range secrets {
		message = without(message, s.Reveal())
	}
	return message
}

func without(message, value string) string {
	if len(value) < piece {
		if value != "" {
			message = strings.ReplaceAll(message, value, secret.Hidden) // a code: six digits
		}
		return message
	}
	var b strings.Builder
	for i := 0; i < len(message); {
		end := i + piece
		// A blank ends a window at once, so ordinary words cost nothing; no secret here has one.
		if end > len(message) || strings.ContainsAny(message[i:end], " \t") || !strings.Contains(value, message[i:end]) {
			b.WriteByte(message[i])
			i++
			continue
		}
		for end < len(message) && strings.Contains(value, message[end-piece+1:end+1]) {
			end++
		}
		b.WriteString(secret.Hidden)
		i = end
	}
	return b.String()
}
