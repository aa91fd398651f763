package sts

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/saml/secret"
)

// Each refusal says which of the things it may be, by what the call had.
func TestEveryRefusalOfASwitchIsExplained(t *testing.T) {
	full := withCode("123456")
	full.ExternalID = externalID
	plain := Switch{RoleARN: deploy}
	not := "User: arn:aws:iam::111111111111:user/jane is not authorized to perform: sts:AssumeRole on resource: " + deploy
	for _, c := range []struct {
		by            Credentials
		s             Switch
		code, message string
		cause         string
		hints, never  []string
		reason        Reason
	}{
		{longTerm(), full, "AccessDenied", "MultiFactorAuthentication failed with invalid MFA one time pass code. ", "did not take the MFA code", []string{"taken once", "next one"}, nil, ReasonCodeRefused},
		{longTerm(), full, "AccessDenied", "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.", "not one of the user", []string{"list-mfa-devices"}, nil, ReasonDevice},
		{longTerm(), full, "AccessDenied", "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.", "not one of the user", []string{"mfa_serial"}, nil, ReasonDevice},
		{longTerm(), plain, "AccessDenied", not, "may not take the role", []string{"trust policy", "sts:AssumeRole", "mfa_serial", "external_id", "does not exist"}, nil, ReasonNotAuthorized},
		{longTerm(), full, "AccessDenied", not, "may not take the role", []string{"trust policy", "external ID is another"}, []string{"mfa_serial", "give external_id"}, ReasonNotAuthorized},
		{temporary(), plain, "AccessDenied", not, "may not take the role", []string{"wants MFA, which these"}, []string{"mfa_serial"}, ReasonNotAuthorized},
		{longTerm(), plain, "AccessDenied", not + " because no identity-based policy allows the sts:AssumeRole action", "no permission", []string{"sts:AssumeRole"}, []string{"trust"}, ReasonNotAuthorized},
		{longTerm(), plain, "AccessDenied", not + " because no resource-based policy allows the sts:AssumeRole action", "trust policy", []string{"mfa_serial or external_id"}, nil, ReasonNotAuthorized},
		{longTerm(), full, "AccessDenied", not + " because no resource-based policy allows the sts:AssumeRole action", "trust policy", []string{"name them"}, []string{"may also want"}, ReasonNotAuthorized},
		{longTerm(), plain, "AccessDenied", not + " with an explicit deny in a service control policy", "organisation", []string{"organisation"}, nil, ReasonNotAuthorized},
		{longTerm(), plain, "AccessDenied", not + " with an explicit deny in an identity-based policy", "explicitly", []string{"mfa_serial"}, nil, ReasonNotAuthorized},
		{longTerm(), plain, "AccessDenied", not + " because no permissions boundary allows the sts:AssumeRole action", "boundary", []string{"boundary"}, nil, ReasonNotAuthorized},
		{temporary(), plain, "AccessDenied", "User is not authorized to perform: sts:TagSession on resource", "tags", []string{"sts:TagSession"}, nil, ReasonNotAuthorized},
		{temporary(), plain, "AccessDenied", "User is not authorized to perform: sts:SetSourceIdentity on resource", "source identity", []string{"sts:SetSourceIdentity"}, nil, ReasonNotAuthorized},
		{temporary(), plain, "ExpiredToken", "The security token included in the request is expired", "have ended", []string{"source's keys"}, nil, ReasonKeysExpired},
		{longTerm(), plain, "InvalidClientTokenId", "The security token included in the request is invalid.", "does not know the keys", []string{"deleted or switched off"}, []string{"log in again"}, ReasonKeysUnknown},
		{temporary(), plain, "InvalidClientTokenId", "The security token included in the request is invalid.", "does not know the keys", []string{"source's keys"}, []string{"deleted"}, ReasonKeysUnknown},
		{longTerm(), plain, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.", "signature", []string{"secret access key"}, nil, ReasonOther},
		{longTerm(), plain, "SignatureDoesNotMatch", "Signature expired: 20260304T080000Z is now earlier than 20260304T090000Z", "another time", []string{"clock"}, []string{"secret"}, ReasonOther},
		{temporary(), plain, "ExpiredToken", "The security token " + canaryToken + " of " + canaryKey + " is expired", "have ended", []string{"source's keys"}, nil, ReasonKeysExpired},
		{longTerm(), plain, "RegionDisabledException", "STS is not activated in this region", "switched off", []string{"--region"}, nil, ReasonOther},
		{longTerm(), plain, "ValidationError", "1 validation error detected: Value 'x' at 'externalId' failed to satisfy constraint", "external ID", []string{"external_id"}, nil, ReasonOther},
		{longTerm(), full, "ValidationError", "1 validation error detected: Value '123456' at 'tokenCode' failed to satisfy constraint", "MFA device or the code", []string{"mfa_serial"}, nil, ReasonDevice},
		{longTerm(), plain, "PackedPolicyTooLarge", "Packed size exceeds", "too long together", []string{"shorten"}, nil, ReasonOther},
	} {
		f := newFake(t)
		f.answer = func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header()["Date"] = nil // no sign of a wrong clock: nothing is repeated
			refuse(w, 403, c.code, c.message)
			return true
		}
		s, err := f.client().Assume(t.Context(), c.by, c.s, Wish{})
		var refusal *Error
		if !errors.As(err, &refusal) || s != (Session{}) || f.calls() != 1 {
			t.Errorf("%s %q: %v, %d calls", c.code, c.message, err, f.calls())
			continue
		}
		if refusal.Op != "AssumeRole" || refusal.RoleARN != deploy || refusal.Reason != c.reason || !strings.Contains(refusal.Cause(), c.cause) {
			t.Errorf("%q: %s, reason %q", c.message, err, refusal.Reason)
		}
		for _, want := range c.hints {
			if !strings.Contains(refusal.Hint(), want) {
				t.Errorf("%q: hint %q lacks %q", c.message, refusal.Hint(), want)
			}
		}
		for _, never := range c.never {
			if strings.Contains(refusal.Cause()+refusal.Hint(), never) {
				t.Errorf("%q: %q, %q say %q", c.message, refusal.Cause(), refusal.Hint(), never)
			}
		}
		if strings.Contains(err.Error(), "123456") {
			t.Errorf("the code shows in %q", err)
		}
		noCanary(t, err, refusal)
	}
	f := newFake(t)
	f.answer = func(w http.ResponseWriter, _ *http.Request) bool {
		refuse(w, 403, "AccessDenied", "Cannot call GetSessionToken with session credentials")
		return true
	}
	var refusal *Error
	if _, err := f.client().SessionToken(t.Context(), longTerm(), "", secret.Text{}, 0); !errors.As(err, &refusal) || !strings.Contains(refusal.Cause(), "temporary keys") || refusal.Op != "GetSessionToken" {
		t.Errorf("%v", err)
	}
}
