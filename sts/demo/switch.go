package demo

import (
	"encoding/xml"
	"slices"
	"strings"
	"time"
)

// The bounds of AssumeRole's and GetSessionToken's durations, in seconds (AWS STS API Reference).
const (
	maxChained   = 3_600
	tokenSeconds = 43_200
	maxToken     = 129_600
	maxOwner     = 3_600
)

type switchResponse struct {
	XMLName xml.Name     `xml:"https://sts.amazonaws.com/doc/2011-06-15/ AssumeRoleResponse"`
	Result  switchResult `xml:"AssumeRoleResult"`
	Meta    metadata     `xml:"ResponseMetadata"`
}

type switchResult struct {
	AssumedRoleUser  struct{ AssumedRoleId, Arn string }
	Credentials      keys
	PackedPolicySize int    `xml:",omitempty"` // percent
	SourceIdentity   string `xml:",omitempty"`
}

type tokenResponse struct {
	XMLName xml.Name    `xml:"https://sts.amazonaws.com/doc/2011-06-15/ GetSessionTokenResponse"`
	Result  tokenResult `xml:"GetSessionTokenResult"`
	Meta    metadata    `xml:"ResponseMetadata"`
}

type tokenResult struct{ Credentials keys }

// device are the parameters that AssumeRole and GetSessionToken have in common.
func device() []parameter {
	return []parameter{
		{name: "SerialNumber", member: "serialNumber", least: 9, most: 256, pattern: `[\w+=/:,.@-]*`},
		{name: "TokenCode", member: "tokenCode", least: 6, most: 6, pattern: `[\d]*`},
	}
}

// assumeRole checks the signature, the call's own shape, the code, who may take the role, and the duration.
func (q *query) assumeRole() (any, *Refusal) {
	by, refusal := q.signer()
	if refusal != nil {
		return nil, refusal
	}
	seconds, refusal := q.switchParameters()
	if refusal != nil {
		return nil, refusal
	}
	role := q.call.Role
	shape := roleShape().FindStringSubmatch(role)
	if shape == nil {
		return nil, invalid(role + " is invalid")
	}
	mfa, refusal := q.authenticated(by)
	if refusal != nil {
		return nil, refusal
	}
	if by.user != nil && by.user.owner() {
		return nil, accessDenied("Roles may not be assumed by root accounts.")
	}
	trust, exists := q.config.Trusts[role]
	switch {
	case !exists, !trust.names(by), trust.MFA && !mfa, trust.ExternalID != "" && trust.ExternalID != q.form["ExternalId"],
		shape[1] != by.partition, strings.HasPrefix(roleName(shape), "AWSReservedSSO_"),
		q.config.Roles != nil && !slices.Contains(q.config.Roles, role):
		return nil, accessDenied("User: " + by.arn + " is not authorized to perform: sts:AssumeRole on resource: " + role)
	case by.temporary() && seconds > maxChained:
		return nil, invalid("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
	case seconds > q.maximum(role):
		return nil, invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	packed, refusal := q.packed()
	if refusal != nil {
		return nil, refusal
	}
	// That there was a code is not known of the role's keys: a further role with that condition refuses them.
	issued := ofRole(shape, q.form["RoleSessionName"])
	issued.source, issued.chained = by.source, by.temporary()
	s := q.issue(issued, q.ends(seconds))
	answer := switchResponse{Meta: metadata{q.id}, Result: switchResult{Credentials: s.keys, PackedPolicySize: packed, SourceIdentity: s.source}}
	answer.Result.AssumedRoleUser.AssumedRoleId, answer.Result.AssumedRoleUser.Arn = s.userID, s.arn
	return answer, nil
}

func (q *query) switchParameters() (seconds int, refusal *Refusal) {
	if refusal = q.check(append(device(),
		parameter{name: "RoleArn", member: "roleArn", least: minARN, most: maxARN, required: true},
		parameter{name: "RoleSessionName", member: "roleSessionName", least: 2, most: 64, pattern: `[\w+=,.@-]*`, required: true},
		parameter{name: "ExternalId", member: "externalId", least: 2, most: 1224, pattern: `[\w+=,.@:/-]*`},
	)...); refusal != nil {
		return 0, refusal
	}
	if seconds, refusal = q.duration(defaultSeconds, maxSeconds); refusal != nil {
		return 0, refusal
	}
	return seconds, q.policies()
}

// getSessionToken gives temporary keys to a user. Nobody needs a permission for it.
func (q *query) getSessionToken() (any, *Refusal) {
	by, refusal := q.signer()
	if refusal != nil {
		return nil, refusal
	}
	if by.temporary() {
		return nil, accessDenied("Cannot call GetSessionToken with session credentials")
	}
	if refusal = q.check(device()...); refusal != nil {
		return nil, refusal
	}
	seconds, refusal := q.duration(tokenSeconds, maxToken)
	if refusal != nil {
		return nil, refusal
	}
	if by.user.owner() {
		seconds = min(seconds, maxOwner) // less than asked, and not a word about it
	}
	mfa, refusal := q.authenticated(by)
	if refusal != nil {
		return nil, refusal
	}
	issued := *by
	issued.mfa = mfa
	s := q.issue(issued, q.ends(seconds))
	return tokenResponse{Meta: metadata{q.id}, Result: tokenResult{s.keys}}, nil
}

func (q *query) ends(seconds int) time.Time {
	return q.now.Add(time.Duration(seconds) * time.Second).Truncate(time.Second)
}
