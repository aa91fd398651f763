package sts

import "strings"

// switchRefusals are those of AssumeRole, GetSessionToken and GetCallerIdentity, which are signed, before those that
// all calls have in common (AWS API reference; IAM User Guide, "Troubleshoot access denied error messages"). What a
// refusal may mean depends on what was sent.
func switchRefusals(sent request) []refusal {
	const (
		aws     = "ask the administrator of the AWS account to "
		denied  = "AccessDenied|AccessDeniedException"
		renewed = "ask for the source's keys again: samlogin login, or whatever made them"
	)
	keys := refusal{"InvalidClientTokenId|UnrecognizedClientException|MissingAuthenticationToken", "", "AWS does not know the keys that signed the call", "the access key may be deleted or switched off (aws iam list-access-keys), or of another partition", ReasonKeysUnknown}
	if sent.chained {
		keys.hint = renewed + "; keys of one partition are not known in another"
	}
	return []refusal{
		{"ExpiredToken|ExpiredTokenException", "", "the keys that signed the call have ended", renewed, ReasonKeysExpired},
		keys,
		{"SignatureDoesNotMatch|RequestExpired|InvalidSignatureException|RequestTimeTooSkewed", "expired|not yet current|too skewed", "the signature is of another time than AWS's", "check this computer's clock", ReasonOther},
		{"SignatureDoesNotMatch|InvalidSignatureException|IncompleteSignature", "", "AWS does not take the request's signature", "the secret access key may not be the one of this access key ID; check this computer's clock as well", ReasonOther},

		{denied, "invalid MFA", "AWS did not take the MFA code", "each code is taken once: wait for the next one; if that is refused too, check the clock of the device, or resynchronise it in IAM", ReasonCodeRefused},
		{denied, "unable to validate MFA|must provide", "the MFA device is not one of the user who owns the keys", "compare mfa_serial with: aws iam list-mfa-devices (a virtual device's is like arn:aws:iam::111111111111:mfa/jane)", ReasonDevice},
		{denied, "with session credentials", "AWS gives no session token to temporary keys", "give the profile with the user's own keys (AKIA…) as the source", ReasonNotAuthorized},

		{"ValidationError", "1 hour session limit|role chaining", "more than an hour was asked for with temporary keys", "ask for --duration 1h", ReasonChaining},
		{"ValidationError", "MaxSessionDuration", "more time was asked for than the role allows", "ask for a shorter --duration, or have the role's MaxSessionDuration raised", ReasonOverMaximum},
		{"ValidationError", "durationSeconds", "AWS does not take this duration", "ask for 15m to 12h (an MFA session: to 36h)", ReasonOther},
		{"ValidationError", "serialNumber|tokenCode|MFA", "AWS does not take the MFA device or the code", "compare mfa_serial with: aws iam list-mfa-devices", ReasonDevice},
		{"ValidationError", "externalId", "AWS does not take the external ID", "check external_id", ReasonOther},
		{"ValidationError", "roleSessionName", "AWS does not take the name of the role session", "check role_session_name", ReasonOther},
		{"ValidationError", "policy", "AWS does not take the session policy", "check --policy-file and --policy-arn", ReasonOther},
		{"ValidationError", "", "AWS does not take a value of the request", "check role_arn", ReasonOther},

		{denied, "TagSession", "the role does not let session tags be set, or be handed on", aws + "allow sts:TagSession in the role's trust policy", ReasonNotAuthorized},
		{denied, "SetSourceIdentity", "the role does not let the source identity be handed on", aws + "allow sts:SetSourceIdentity in the role's trust policy", ReasonNotAuthorized},
		{denied, "no identity-based policy", "the owner of the keys has no permission to take the role", aws + "allow them sts:AssumeRole on it", ReasonNotAuthorized},
		{denied, "no resource-based policy|trust policy", "the role's trust policy does not let the owner of the keys take it" + alsoCondition(sent), aws + "name them in the role's trust policy" + orGive(sent), ReasonNotAuthorized},
		{denied, "permissions boundary", "a permissions boundary forbids it", aws + "look at the boundary of the owner of the keys", ReasonNotAuthorized},
		{denied, "service control policy|resource control policy", "a policy of the AWS organisation forbids it", "ask the administrator of the AWS organisation", ReasonNotAuthorized},
		{denied, "explicit deny", "a policy forbids it explicitly" + alsoCondition(sent), aws + "look for the deny in the policies of the owner of the keys and of the role" + orGive(sent), ReasonNotAuthorized},
		deniedFor(sent, denied),
	}
}

// deniedFor is the refusal that gives no reason. AWS does not say whether a role exists to who may not take it.
func deniedFor(sent request, code string) refusal {
	if sent.op != opSwitch {
		return refusal{code, "", "a policy forbids it", "ask the administrator of the AWS account which policy denies sts:" + sent.op, ReasonNotAuthorized}
	}
	causes := []string{"the role does not exist (capitals count)", "its trust policy does not name the owner of the keys", "they have no permission for sts:AssumeRole on it"}
	switch {
	case sent.mfa:
	case sent.chained:
		causes = append(causes, "it wants MFA, which these temporary keys do not have")
	default:
		causes = append(causes, "it wants MFA (give mfa_serial)")
	}
	if sent.externalID {
		causes = append(causes, "its external ID is another")
	} else {
		causes = append(causes, "it wants an external ID (give external_id)")
	}
	last := len(causes) - 1
	return refusal{code, "", "the owner of the keys may not take the role", "one of these: " + strings.Join(causes[:last], "; ") + "; or " + causes[last], ReasonNotAuthorized}
}

// alsoCondition says that a policy's condition may be what is not met, and orGive what would meet it.
func alsoCondition(sent request) string {
	if sent.op != opSwitch || (sent.mfa && sent.externalID) {
		return ""
	}
	return ", or a condition of it is not met"
}

func orGive(sent request) string {
	var missing []string
	if !sent.mfa && !sent.chained {
		missing = append(missing, "mfa_serial")
	}
	if !sent.externalID {
		missing = append(missing, "external_id")
	}
	if sent.op != opSwitch || len(missing) == 0 {
		return ""
	}
	return "; it may also want " + strings.Join(missing, " or ")
}
