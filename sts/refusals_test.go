package sts

import (
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/secret"
)

// Each documented refusal becomes a sentence with its own cause and cure.
func TestEveryRefusalIsExplained(t *testing.T) {
	for _, c := range []struct {
		status        int
		code, message string
		cause, hint   string // parts
		reason        Reason
		calls         int
	}{
		{400, "ExpiredTokenException", "Token must be redeemed within 5 minutes of issuance", "five minutes", "log in again", ReasonAssertionExpired, 1},
		{400, "InvalidIdentityToken", "Response signature invalid (Service: AWSSecurityTokenService)", "signature does not fit", "federation metadata", ReasonOther, 1},
		{400, "InvalidIdentityToken", "RoleSessionName is required in AuthnResponse", "RoleSessionName", "claim rule", ReasonOther, 1},
		{400, "InvalidIdentityToken", `RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}`, "RoleSessionName", "claim rule", ReasonOther, 1},
		{400, "InvalidIdentityToken", "Source Identity must match the pattern", "SourceIdentity", "claim rule", ReasonOther, 1},
		{400, "InvalidIdentityToken", "Specified provider doesn't exist", "no SAML provider", "ARN", ReasonOther, 1},
		{400, "InvalidIdentityToken", "Issuer not present in specified provider", "entity ID", "metadata", ReasonOther, 1},
		{400, "AuthSamlInvalidSamlResponseException", "Issuer not present in specified provider", "entity ID", "metadata", ReasonOther, 1},
		{400, "InvalidIdentityToken", "something new", "cannot use", "guide", ReasonOther, 1},
		{403, "IDPRejectedClaim", "Audience is not valid", "another audience", "--relying-party", ReasonOther, 1},
		{403, "IDPRejectedClaim", "The status code is not success", "sign-in failed", "claim rules", ReasonOther, 1},
		{403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML", "does not trust", "trust policy", ReasonNotAuthorized, 1},
		{403, "AccessDenied", "Not authorized to perform: sts:TagSession", "session tags", "sts:TagSession", ReasonNotAuthorized, 1},
		{403, "AccessDenied", "Not authorized to perform: sts:SetSourceIdentity", "SourceIdentity", "sts:SetSourceIdentity", ReasonNotAuthorized, 1},
		{403, "AccessDenied", "with an explicit deny in a service control policy", "forbids", "service control", ReasonNotAuthorized, 1},
		{400, "ValidationError", "1 validation error detected: Value '44000' at 'durationSeconds' failed to satisfy constraint", "duration", "12h", ReasonOther, 1},
		{400, "ValidationError", "1 validation error detected: Value '" + canaryAssertion + "' at 'sAMLAssertion' failed to satisfy constraint", "length", "fewer", ReasonOther, 1},
		{400, "ValidationError", "Invalid policy arn", "session policy", "--policy-file", ReasonOther, 1},
		{400, "ValidationError", "ARN is invalid", "a value", "ARN", ReasonOther, 1},
		{400, "MalformedPolicyDocument", "Syntax errors in policy.", "not a policy", "--policy-file", ReasonOther, 1},
		{400, "PackedPolicyTooLarge", "Packed size exceeds", "too long together", "shorten", ReasonOther, 1},
		{403, "RegionDisabledException", "STS is not activated in this region", "switched off", "--region", ReasonOther, 1},
		{400, "Throttling", "Rate exceeded", "too often", "minute", ReasonThrottled, 3},
		{503, "ServiceUnavailable", "busy", "AWS's side", "again", ReasonUnavailable, 3},
		{500, "InternalFailure", "", "AWS's side", "again", ReasonUnavailable, 3},
		{502, "SomethingNew", "x", "AWS's side", "again", ReasonUnavailable, 3},
		{418, "SomethingNew", "x", "no reason that is known", "", ReasonOther, 1},
	} {
		f := newFake(t)
		f.answer = func(w http.ResponseWriter, _ *http.Request) bool { refuse(w, c.status, c.code, c.message); return true }
		s, err := f.assume(t, Wish{})
		var refusal *Error
		if !errors.As(err, &refusal) || s != (Session{}) {
			t.Errorf("%s %q: %v", c.code, c.message, err)
			continue
		}
		if refusal.Code != c.code || refusal.Status != c.status || refusal.RequestID != "4b1a-request" || refusal.RoleARN != admin().ARN || refusal.Op != "AssumeRoleWithSAML" {
			t.Errorf("%s: %#v", c.code, *refusal)
		}
		if !strings.Contains(refusal.Cause(), c.cause) || !strings.Contains(refusal.Hint(), c.hint) || (c.hint == "") != (refusal.Hint() == "") || refusal.Reason != c.reason {
			t.Errorf("%s %q: cause %q, hint %q, reason %q", c.code, c.message, refusal.Cause(), refusal.Hint(), refusal.Reason)
		}
		if !strings.Contains(err.Error(), c.code) || !strings.Contains(err.Error(), refusal.Cause()) {
			t.Errorf("%s: message %q", c.code, err)
		}
		if f.calls() != c.calls {
			t.Errorf("%s: %d calls, want %d", c.code, f.calls(), c.calls)
		}
		noCanary(t, err, refusal)
	}
}

func TestIdentityCentreRolesAreNamed(t *testing.T) {
	f := newFake(t)
	f.answer = func(w http.ResponseWriter, _ *http.Request) bool {
		refuse(w, 403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML")
		return true
	}
	role := saml.Role{ARN: "arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123", PrincipalARN: admin().PrincipalARN}
	_, err := f.client().AssumeWithSAML(t.Context(), secretAssertion(), role, time.Time{}, Wish{})
	var refusal *Error
	if !errors.As(err, &refusal) || !strings.Contains(refusal.Hint(), "aws sso login") || refusal.Reason != ReasonNotAuthorized {
		t.Fatal(err)
	}
}

func TestThrottlingIsWaitedOut(t *testing.T) {
	f := newFake(t)
	f.answer = func(w http.ResponseWriter, _ *http.Request) bool {
		if f.calls() < 3 {
			refuse(w, 400, "Throttling", "Rate exceeded")
			return true
		}
		return false
	}
	if s, err := f.assume(t, Wish{}); err != nil || s.Granted != hour || f.calls() != 3 {
		t.Fatalf("%+v, %v, %d calls", s, err, f.calls())
	}
}

// security case 53
func TestHostileErrorTextIsCleanedAndShort(t *testing.T) {
	escapes := "\u202Eevil\u2028\u0085" + "]8;;https://evil.test"
	f := newFake(t)
	f.answer = func(w http.ResponseWriter, _ *http.Request) bool {
		refuse(w, 403, "AccessDenied", escapes+strings.Repeat("A\tlong ", 1<<20/7))
		return true
	}
	_, err := f.assume(t, Wish{})
	var refusal *Error
	if !errors.As(err, &refusal) {
		t.Fatal(err)
	}
	for _, s := range []string{err.Error(), refusal.Message.String()} {
		for _, r := range s {
			if r < 0x20 || r == 0x7f || (0x80 <= r && r < 0xa0) || r == 0x202e || r == 0x2028 {
				t.Errorf("%U reaches the terminal", r)
			}
		}
	}
	if n := utf8.RuneCountInString(refusal.Message.String()); n > 300 {
		t.Errorf("%d characters of AWS's words are shown", n)
	}
	if len(refusal.Message.Raw()) > maxMessage {
		t.Errorf("%d bytes are kept", len(refusal.Message.Raw()))
	}

	// A code with control characters cannot act either, nor can one that is a megabyte long.
	f.answer = func(w http.ResponseWriter, _ *http.Request) bool {
		refuse(w, 403, "Evil\u202E&#10;"+strings.Repeat("x", 1<<20), "m")
		return true
	}
	if _, err = f.assume(t, Wish{}); !errors.As(err, &refusal) || len(refusal.Code) > 90 || strings.ContainsAny(err.Error(), "\u202E\n") {
		t.Errorf("%.200v", err)
	}

	// Beyond the limit nothing is read.
	f.answer = func(w http.ResponseWriter, _ *http.Request) bool {
		refuse(w, 403, "AccessDenied", strings.Repeat("A", maxAnswer))
		return true
	}
	var broken *NetworkError
	if _, err = f.assume(t, Wish{}); !errors.As(err, &broken) || !errors.Is(err, errTooLong) {
		t.Errorf("%.200v", err)
	}
}

func TestNoPartOfASecretIsQuoted(t *testing.T) {
	value := base64.StdEncoding.EncodeToString([]byte("the quick brown fox jumps over the lazy dog, twice over"))
	for _, message := range []string{
		value, "Value '" + value + "' at", "x" + value, "SAMLAssertion=" + value[5:], value[:16], value[10:40] + "…", "a/" + value[3:] + "/b" + value[:20],
	} {
		got := withoutSecrets(message, []secret.Text{secret.New(value)})
		for i := range len(value) - piece + 1 {
			if strings.Contains(got, value[i:i+piece]) {
				t.Fatalf("%q became %q", message, got)
			}
		}
		if !strings.Contains(got, "***") {
			t.Errorf("%q became %q", message, got)
		}
	}
	if plain := "Not authorized to perform sts:AssumeRoleWithSAML on arn:aws:iam::111111111111:role/Admin"; withoutSecrets(plain, []secret.Text{secret.New(value)}) != plain {
		t.Error("an innocent message was changed")
	}
}
