package sts

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/samlogin/samlogin/saml/foreign"
)

// The operations, as errors name them.
const (
	opAssume   = "AssumeRoleWithSAML"
	opSwitch   = "AssumeRole"
	opToken    = "GetSessionToken"
	opIdentity = "GetCallerIdentity"
)

// Identity is who STS says the owner of some keys is.
type Identity struct {
	Account foreign.Text // 12 digits
	ARN     foreign.Text // "arn:aws:sts::111111111111:assumed-role/Admin/jane"
	UserID  foreign.Text // "AROA…:jane"
}

// CallerIdentity asks STS whose keys these are, which proves that they work. The call needs no permission.
// Errors: *Error, *NetworkError, context.Cause(ctx).
func (c *Client) CallerIdentity(ctx context.Context, keys Credentials) (Identity, error) {
	out, err := c.sdk.GetCallerIdentity(ctx, &awssts.GetCallerIdentityInput{}, signedBy(keys))
	if err != nil {
		return Identity{}, c.failure(ctx, request{op: opIdentity, chained: keys.Chained()}, err, keys.SecretAccessKey, keys.SessionToken)
	}
	if aws.ToString(out.Arn) == "" || aws.ToString(out.Account) == "" {
		return Identity{}, c.unreadable(ctx, out.ResultMetadata)
	}
	return Identity{
		Account: foreign.Text(*out.Account), ARN: foreign.Text(*out.Arn), UserID: foreign.Text(aws.ToString(out.UserId)),
	}, nil
}

func policyARNs(arns []string) []types.PolicyDescriptorType {
	var list []types.PolicyDescriptorType
	for _, arn := range arns {
		list = append(list, types.PolicyDescriptorType{Arn: aws.String(arn)})
	}
	return list
}
