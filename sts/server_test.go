package sts

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/secret"
)

// canaries are the values that no message may hold.
const (
	canaryAssertion = "Q0FOQVJZLWFzc2VydGlvbi1DQU5BUlktYXNzZXJ0aW9uLUNBTkFSWS1hc3NlcnRpb24="
	canaryKey       = "CANARYkeyCANARYkeyCANARYkeyCANARYkey/+00"
	canaryToken     = "CANARYtoken//token+CANARYtokenCANARYtokenCANARYtokenCANARYtoken=="
)

func admin() saml.Role {
	return saml.Role{ARN: "arn:aws:iam::111111111111:role/team/Admin", PrincipalARN: "arn:aws:iam::111111111111:saml-provider/ADFS"}
}

// fakeSTS is an STS of one role on a real TLS server.
type fakeSTS struct {
	*httptest.Server
	roleMax time.Duration
	ends    time.Time                                            // SessionNotOnOrAfter, zero none
	now     time.Time                                            // by its own clock
	answer  func(http.ResponseWriter, *http.Request) (done bool) // nil: always the usual answer

	mu    sync.Mutex
	spent map[string]bool // codes
	forms []url.Values
	heads []http.Header
}

func newFake(t *testing.T) *fakeSTS {
	t.Helper()
	f := &fakeSTS{roleMax: 12 * time.Hour, now: time.Date(2026, 3, 4, 8, 0, 0, 0, time.UTC)}
	f.Server = httptest.NewTLSServer(f)
	t.Cleanup(f.Server.Close)
	return f
}

func (f *fakeSTS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	f.mu.Lock()
	f.forms, f.heads = append(f.forms, r.PostForm), append(f.heads, r.Header.Clone())
	f.mu.Unlock()
	w.Header().Set("Date", f.now.Format(http.TimeFormat))
	w.Header().Set("Content-Type", "text/xml")
	if f.answer != nil && f.answer(w, r) {
		return
	}
	if r.PostForm.Get("Action") == "GetCallerIdentity" {
		fmt.Fprint(w, `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:sts::111111111111:assumed-role/Admin/jane</Arn><UserId>AROAX:jane</UserId><Account>111111111111</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`)
		return
	}
	seconds, _ := strconv.Atoi(r.PostForm.Get("DurationSeconds"))
	d := time.Duration(seconds) * time.Second
	action := r.PostForm.Get("Action")
	if action != "AssumeRoleWithSAML" && !f.takesCode(w, r.PostForm) {
		return
	}
	if action == "AssumeRole" && r.Header.Get("X-Amz-Security-Token") != "" && d > hour {
		refuse(w, 400, "ValidationError", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
		return
	}
	if d > f.roleMax && action != "GetSessionToken" {
		refuse(w, 400, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
		return
	}
	expiry := f.now.Add(d)
	if !f.ends.IsZero() && f.ends.Before(expiry) {
		expiry = f.ends
	}
	grantAs(w, action, expiry)
}

// takesCode looks at the code before it looks at anything else, and takes each once: the worst that AWS may do.
func (f *fakeSTS) takesCode(w http.ResponseWriter, form url.Values) bool {
	code := form.Get("TokenCode")
	f.mu.Lock()
	defer f.mu.Unlock()
	if code == "" || (code != wrongCode && !f.spent[code]) {
		if f.spent == nil {
			f.spent = map[string]bool{}
		}
		f.spent[code] = true
		return true
	}
	refuse(w, 403, "AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code. ")
	return false
}

const wrongCode = "666666"

func grantAs(w http.ResponseWriter, action string, expiry time.Time) {
	var b strings.Builder
	grant(recorder{&b}, expiry)
	text := strings.ReplaceAll(b.String(), "AssumeRoleWithSAML", action)
	if action == "GetSessionToken" {
		before, rest, _ := strings.Cut(text, "<AssumedRoleUser>")
		_, after, _ := strings.Cut(rest, "</AssumedRoleUser>")
		text = before + after
	}
	fmt.Fprint(w, text)
}

func grant(w http.ResponseWriter, expiry time.Time) {
	fmt.Fprintf(w, `<AssumeRoleWithSAMLResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithSAMLResult>
<Audience>https://signin.aws.amazon.com/saml</Audience>
<AssumedRoleUser><AssumedRoleId>AROAX:jane</AssumedRoleId><Arn>arn:aws:sts::111111111111:assumed-role/Admin/jane</Arn></AssumedRoleUser>
<Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>%s</SecretAccessKey><SessionToken>%s</SessionToken><Expiration>%s</Expiration></Credentials>
</AssumeRoleWithSAMLResult><ResponseMetadata><RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId></ResponseMetadata></AssumeRoleWithSAMLResponse>`,
		canaryKey, canaryToken, expiry.UTC().Format(time.RFC3339))
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	var text strings.Builder
	_ = xml.EscapeText(&text, []byte(message))
	w.WriteHeader(status)
	fmt.Fprintf(w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>4b1a-request</RequestId></ErrorResponse>`, code, text.String())
}

// client asks the fake by the real way in, save that retries do not wait.
func (f *fakeSTS) client() *Client { return clientOf(f.URL, f.Server.Client(), f.now) }

func clientOf(address string, h *http.Client, now time.Time) *Client {
	e := Endpoint{URL: address, Region: "us-east-1", Partition: "aws"}
	c := New(h, e, func() time.Time { return now })
	c.sdk = newSDK(h, e, retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil }))
	return c
}

func (f *fakeSTS) assume(t *testing.T, w Wish) (Session, error) {
	t.Helper()
	return f.client().AssumeWithSAML(t.Context(), secret.New(canaryAssertion), admin(), f.ends, w)
}

func (f *fakeSTS) calls() int { f.mu.Lock(); defer f.mu.Unlock(); return len(f.forms) }

// noCanary fails when any form of a value shows a secret.
func noCanary(t *testing.T, values ...any) {
	t.Helper()
	for _, v := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			if s := fmt.Sprintf(verb, v); strings.Contains(s, "CANARY") || strings.Contains(s, canaryAssertion[:16]) || strings.Contains(s, canaryAssertion[20:36]) {
				t.Errorf("a secret shows under %s of %T: %s", verb, v, s)
			}
		}
	}
}

func cancelled(cause error) context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(cause)
	return ctx
}
