package demo

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"strings"
)

// Refusal is an error answer: HTTP status, code and words, which clients meet as
// <ErrorResponse><Error><Type/><Code/><Message/></Error><RequestId/></ErrorResponse>.
type Refusal struct {
	Status  int
	Code    string // on the wire, which is not always the name in the SDKs: "ExpiredTokenException"
	Message string
}

type errorResponse struct {
	XMLName xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ ErrorResponse"`
	Error   struct{ Type, Code, Message string }
	// STS gives the id of a refused request here, and that of a granted one in ResponseMetadata.
	RequestID string `xml:"RequestId"`
}

func (f *Refusal) document(id string) any {
	d := errorResponse{RequestID: id}
	d.Error.Type, d.Error.Code, d.Error.Message = "Sender", f.Code, f.Message
	if f.Status >= http.StatusInternalServerError {
		d.Error.Type = "Receiver"
	}
	return d
}

// The refusals of AssumeRoleWithSAML have the codes and HTTP statuses of its page in the AWS STS API Reference; their
// words are those of "Troubleshoot SAML federation" in the IAM User Guide where it gives any.

func invalidToken(format string, values ...any) *Refusal {
	return &Refusal{http.StatusBadRequest, "InvalidIdentityToken", fmt.Sprintf(format, values...)}
}

func expiredAssertion() *Refusal {
	return &Refusal{http.StatusBadRequest, "ExpiredTokenException", "Token must be redeemed within 5 minutes of issuance"}
}

func rejectedClaim(message string) *Refusal {
	return &Refusal{http.StatusForbidden, "IDPRejectedClaim", message}
}

func denied() *Refusal {
	return &Refusal{http.StatusForbidden, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML"}
}

func invalid(message string) *Refusal {
	return &Refusal{http.StatusBadRequest, "ValidationError", message}
}

// constraint is the refusal of a parameter that breaks the service's model. member is its name in that model; a value
// is shown where it is not the assertion.
func constraint(member, value, rule string) *Refusal {
	shown := "Value at"
	switch {
	case strings.HasSuffix(rule, "must not be null"):
		shown = "Value null at"
	case value != "":
		shown = "Value '" + value + "' at"
	}
	return invalid(fmt.Sprintf("1 validation error detected: %s '%s' failed to satisfy constraint: Member %s", shown, member, rule))
}
