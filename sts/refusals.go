package sts

import "strings"

// Reason is what a refusal means, read once from STS's code and words so that nothing else compares texts.
type Reason string

// The reasons that callers act on differently. Others are described by Error.Cause alone.
const (
	ReasonOther            Reason = ""
	ReasonOverMaximum      Reason = "over_maximum"      // more than the role's MaxSessionDuration
	ReasonAssertionExpired Reason = "assertion_expired" // a fresh assertion would do
	ReasonNotAuthorized    Reason = "not_authorized"
	ReasonThrottled        Reason = "throttled"
	ReasonUnavailable      Reason = "unavailable" // a fault on AWS's side
	ReasonKeysExpired      Reason = "keys_expired"
	ReasonKeysUnknown      Reason = "keys_unknown" // deleted, switched off, of another partition
	ReasonCodeRefused      Reason = "code_refused" // another MFA code may do
	ReasonDevice           Reason = "device"       // no such MFA device, or another user's
	ReasonChaining         Reason = "chaining"     // more than an hour, with temporary keys
)

// refusal is one row of the table: the first row with the code and the word (both without regard to case) counts.
type refusal struct {
	code  string // "|" between codes that mean the same
	word  string // has to stand in the message; "" any
	cause string
	hint  string
	Reason
}

// refusals are the errors of AssumeRoleWithSAML, and those that all calls have in common (AWS API reference; IAM User Guide,
// "Troubleshooting SAML federation"). One code covers several causes, which only the words tell apart.
func refusals() []refusal {
	const (
		admin = "ask the identity provider's administrator to "
		aws   = "ask the administrator of the AWS account to "
	)
	return []refusal{
		{"ExpiredTokenException", "", "the assertion is older than the five minutes in which AWS takes it", "log in again; if this comes at once, the identity provider's clock is wrong", ReasonAssertionExpired},
		{"ExpiredToken", "", "the session has ended", "log in again", ReasonKeysExpired},

		{"ValidationError", "MaxSessionDuration", "more time was asked for than the role allows", "ask for a shorter --duration, or have the role's MaxSessionDuration raised", ReasonOverMaximum},
		{"ValidationError", "durationSeconds", "AWS does not take this duration", "ask for 15m to 12h with --duration", ReasonOther},
		{"ValidationError", "sAMLAssertion", "AWS does not take the assertion's length or characters", admin + "issue fewer AWS roles per person (about 500 fit)", ReasonOther},
		{"ValidationError", "policy", "AWS does not take the session policy", "check --policy-file and --policy-arn", ReasonOther},
		{"ValidationError", "", "AWS does not take a value of the request", "check the role's and the SAML provider's ARN", ReasonOther},

		{"InvalidIdentityToken", "signature", "the response's signature does not fit the certificates that AWS has of this identity provider", "the signing certificate was probably renewed: " + aws + "upload the identity provider's new federation metadata to the IAM SAML provider", ReasonOther},
		{"InvalidIdentityToken", "RoleSessionName", "the assertion's RoleSessionName is missing or not one AWS takes (2 to 64 letters, digits and +=,.@_-)", admin + "mend the claim rule for RoleSessionName", ReasonOther},
		{"InvalidIdentityToken", "Source Identity|SourceIdentity", "the assertion's SourceIdentity is not one AWS takes (2 to 64 letters, digits and +=,.@_-)", admin + "mend the claim rule for SourceIdentity", ReasonOther},
		{"InvalidIdentityToken", "provider doesn|provider does not|No OpenIDConnect|not found", "the AWS account has no SAML provider of the name in the assertion", admin + "mend the provider's ARN in the claim rule for Role, or " + aws + "create the provider", ReasonOther},
		{"InvalidIdentityToken|AuthSamlInvalidSamlResponseException", "Issuer", issuerCause, issuerHint, ReasonOther},
		{"AuthSamlInvalidSamlResponseException", "", issuerCause, issuerHint, ReasonOther},
		{"InvalidIdentityToken", "expired|not yet valid|NotOnOrAfter|NotBefore", "the assertion has ended or is not valid yet by AWS's clock", "log in again; if this comes at once, the identity provider's clock is wrong", ReasonAssertionExpired},
		{"InvalidIdentityToken", "", "AWS cannot use the response of the identity provider", admin + "compare its claim rules with AWS's guide to SAML assertions", ReasonOther},

		{"IDPRejectedClaim", "audience", "the assertion is meant for another audience", admin + "use the relying party identifier urn:amazon:webservices, or the one of your partition (--relying-party)", ReasonOther},
		{"IDPRejectedClaim", "", "the identity provider says in its response that the sign-in failed, or its claims are not good for AWS", admin + "check the claim rules and the relying party for AWS", ReasonOther},

		{"AccessDenied|AccessDeniedException", "TagSession", "the role does not let the session tags in the assertion be set", aws + "allow sts:TagSession in the role's trust policy", ReasonNotAuthorized},
		{"AccessDenied|AccessDeniedException", "SetSourceIdentity", "the role does not let the SourceIdentity in the assertion be set", aws + "allow sts:SetSourceIdentity in the role's trust policy", ReasonNotAuthorized},
		{"AccessDenied|AccessDeniedException", "explicit deny", "a policy of the AWS organisation or of the role forbids it", aws + "look at the service control policies and the role's trust policy", ReasonNotAuthorized},
		{"AccessDenied|AccessDeniedException", "", "the role does not exist, or does not trust this identity provider", aws + "check the role's name (capitals count), the SAML provider and the SAML:aud condition in its trust policy; an assertion without NameID is refused like this too", ReasonNotAuthorized},

		{"MalformedPolicyDocument", "", "the session policy is not a policy AWS can read", "check --policy-file", ReasonOther},
		{"PackedPolicyTooLarge", "", "session policies and session tags are too long together", "shorten --policy-file, give fewer --policy-arn, or have fewer session tags issued", ReasonOther},
		{"RegionDisabledException", "", "STS is switched off in this region for this account", "choose another region with --region, or " + aws + "activate STS there", ReasonOther},

		{"Throttling|ThrottlingException|RequestLimitExceeded|TooManyRequestsException|SlowDown", "", "AWS was asked too often", "try again in a minute", ReasonThrottled},
		{"InternalFailure|InternalError|ServiceUnavailable|ServiceUnavailableException", "", faultCause, faultHint, ReasonUnavailable},

		{"InvalidClientTokenId|UnrecognizedClientException|MissingAuthenticationToken", "", "AWS does not know these keys", "log in again; keys of one partition are not known in another", ReasonOther},
		{"SignatureDoesNotMatch|RequestExpired|InvalidSignatureException", "", "AWS does not take the request's signature", "check this computer's clock", ReasonOther},
	}
}

const (
	issuerCause = "the response's Issuer is not the entity ID that the IAM SAML provider has"
	issuerHint  = "ask the administrator of the AWS account to upload this identity provider's federation metadata to the IAM SAML provider"
	faultCause  = "a fault on AWS's side"
	faultHint   = "try again in a minute, or choose another region with --region"
	otherCause  = "AWS gave no reason that is known here"

	identityCentre = "AWSReservedSSO_"
)

// row finds what a refusal means.
func (e *Error) row() refusal {
	// IAM Identity Center's own roles cannot be taken this way (AWS API reference, AssumeRoleWithSAML).
	if strings.Contains(e.RoleARN, identityCentre) && strings.HasPrefix(e.Code, "AccessDenied") {
		return refusal{cause: "roles of IAM Identity Center are taken by way of it only", hint: "sign in to that role with: aws sso login", Reason: ReasonNotAuthorized}
	}
	table := refusals()
	if e.Op == opSwitch || e.Op == opToken || e.Op == opIdentity {
		table = append(switchRefusals(e.sent), table...)
	}
	for _, r := range table {
		if oneOf(r.code, func(code string) bool { return strings.EqualFold(code, e.Code) }) &&
			oneOf(r.word, func(word string) bool { return contains(e.Message.Raw(), word) }) {
			return r
		}
	}
	if e.Status >= 500 {
		return refusal{cause: faultCause, hint: faultHint, Reason: ReasonUnavailable}
	}
	return refusal{cause: otherCause}
}

func reasonOf(e *Error) Reason { return e.row().Reason }

// Cause says in one sentence why STS refused.
func (e *Error) Cause() string { return e.row().cause }

// Hint says what to do about it, "" if nothing is known.
func (e *Error) Hint() string { return e.row().hint }

func oneOf(alternatives string, fits func(string) bool) bool {
	for a := range strings.SplitSeq(alternatives, "|") {
		if fits(a) {
			return true
		}
	}
	return false
}

func contains(s, word string) bool {
	return strings.Contains(strings.ToLower(s), strings.ToLower(word))
}
