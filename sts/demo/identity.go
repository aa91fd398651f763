package demo

import "encoding/xml"

type identityResponse struct {
	XMLName xml.Name       `xml:"https://sts.amazonaws.com/doc/2011-06-15/ GetCallerIdentityResponse"`
	Result  identityResult `xml:"GetCallerIdentityResult"`
	Meta    metadata       `xml:"ResponseMetadata"`
}

type identityResult struct {
	Arn     string
	UserId  string
	Account string
}

// getCallerIdentity says whose keys signed the call. It needs no permission, only keys that are good.
func (q *query) getCallerIdentity() (any, *Refusal) {
	s, refusal := q.signer()
	if refusal != nil {
		return nil, refusal
	}
	answer := identityResponse{Result: identityResult{Arn: s.arn, UserId: s.userID, Account: s.account}, Meta: metadata{q.id}}
	return answer, nil
}
