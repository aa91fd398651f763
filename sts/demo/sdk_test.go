package demo_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// sdk is AWS's own client, without retries, that signs as of the service's signing time.
func (s *service) sdk(region string, keys aws.CredentialsProvider) *awssts.Client {
	return awssts.New(awssts.Options{
		Region: region, BaseEndpoint: aws.String(s.URL), HTTPClient: s.Server.Client(), Credentials: keys, Retryer: aws.NopRetryer{},
		HTTPSignerV4: signedAt{v4.NewSigner(), s.signing},
	})
}

func (s *service) keys(t *testing.T) types.Credentials {
	t.Helper()
	out, err := s.sdk("eu-west-1", nil).AssumeRoleWithSAML(t.Context(), &awssts.AssumeRoleWithSAMLInput{
		RoleArn: aws.String(admin), PrincipalArn: aws.String(provider), SAMLAssertion: aws.String(newLogin().encoded(t)), DurationSeconds: aws.Int32(3600),
	})
	if err != nil {
		t.Fatal(err)
	}
	return *out.Credentials
}

func provide(k types.Credentials) aws.CredentialsProvider {
	return credentials.NewStaticCredentialsProvider(aws.ToString(k.AccessKeyId), aws.ToString(k.SecretAccessKey), aws.ToString(k.SessionToken))
}

// signedAt signs as of a time, whatever the machine's clock says.
type signedAt struct {
	signer *v4.Signer
	when   time.Time
}

func (s signedAt) SignHTTP(ctx context.Context, c aws.Credentials, r *http.Request, hash, service, region string, _ time.Time, options ...func(*v4.SignerOptions)) error {
	return s.signer.SignHTTP(ctx, c, r, hash, service, region, s.when, options...)
}

func TestKeysIdentifyTheirOwner(t *testing.T) {
	s := serve(t, nil)
	keys := s.keys(t)
	for _, region := range []string{"eu-west-1", "us-gov-west-1"} {
		out, err := s.sdk(region, provide(keys)).GetCallerIdentity(t.Context(), &awssts.GetCallerIdentityInput{})
		if err != nil {
			t.Fatal(err)
		}
		if *out.Arn != "arn:aws:sts::111111111111:assumed-role/Admin/jane@corp.example.com" || *out.Account != "111111111111" || !strings.HasSuffix(*out.UserId, ":jane@corp.example.com") {
			t.Errorf("got %s %s %s", *out.Arn, *out.Account, *out.UserId)
		}
	}
	log := s.Log()
	if last := log[len(log)-1]; !last.Signed || last.Action != "GetCallerIdentity" || last.Status != http.StatusOK {
		t.Errorf("the log ends with %+v", last)
	}
}

func TestKeysThatAreNotGoodAreRefused(t *testing.T) {
	s := serve(t, nil)
	keys := s.keys(t)
	change := func(f func(*types.Credentials)) types.Credentials { k := keys; f(&k); return k }
	for name, c := range map[string]struct {
		keys types.Credentials
		at   time.Time // of the signature
		now  time.Time // by the STS's clock
		code string
	}{
		"another secret":       {change(func(k *types.Credentials) { k.SecretAccessKey = aws.String("wrong") }), morning, morning, "SignatureDoesNotMatch"},
		"another token":        {change(func(k *types.Credentials) { k.SessionToken = aws.String("wrong") }), morning, morning, "InvalidClientTokenId"},
		"no token":             {change(func(k *types.Credentials) { k.SessionToken = nil }), morning, morning, "InvalidClientTokenId"},
		"another key id":       {change(func(k *types.Credentials) { k.AccessKeyId = aws.String("ASIAIOSFODNN7EXAMPLE") }), morning, morning, "InvalidClientTokenId"},
		"a second before end":  {keys, morning.Add(time.Hour - time.Second), morning.Add(time.Hour - time.Second), ""},
		"at the end":           {keys, morning.Add(time.Hour), morning.Add(time.Hour), "ExpiredToken"},
		"15 minutes apart":     {keys, morning, morning.Add(15 * time.Minute), ""},
		"a second more":        {keys, morning, morning.Add(15*time.Minute + time.Second), "SignatureDoesNotMatch"},
		"16 minutes too early": {keys, morning.Add(16 * time.Minute), morning, "SignatureDoesNotMatch"},
	} {
		t.Run(name, func(t *testing.T) {
			s.now, s.signing = c.now, c.at
			_, err := s.sdk("eu-west-1", provide(c.keys)).GetCallerIdentity(t.Context(), &awssts.GetCallerIdentityInput{})
			expect(t, err, c.code)
		})
	}
}

func expect(t *testing.T, err error, code string) {
	t.Helper()
	if code == "" {
		if err != nil {
			t.Error(err)
		}
		return
	}
	var refused smithy.APIError
	if !errors.As(err, &refused) || refused.ErrorCode() != code {
		t.Errorf("got %v, want %s", err, code)
	}
}

// What was signed cannot be changed on its way.
func TestSignatureCoversTheCall(t *testing.T) {
	s := serve(t, nil)
	keys := s.keys(t)
	const turned = "Version=2011-06-15&Action=GetCallerIdentity" // the same call, and as long as the SDK's
	for name, c := range map[string]struct {
		change func(*http.Request)
		code   string
	}{
		"the body":      {func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(turned)) }, "SignatureDoesNotMatch"},
		"the time":      {func(r *http.Request) { r.Header.Set("X-Amz-Date", morning.Add(time.Second).Format("20060102T150405Z")) }, "SignatureDoesNotMatch"},
		"the region":    {swap("Authorization", "eu-west-1", "eu-west-2"), "SignatureDoesNotMatch"},
		"the service":   {swap("Authorization", "/sts/", "/iam/"), "SignatureDoesNotMatch"},
		"the host":      {func(r *http.Request) { r.Host = "sts.amazonaws.com" }, "SignatureDoesNotMatch"},
		"fewer headers": {swap("Authorization", "host;", ""), "IncompleteSignature"},
		"short scope":   {swap("Authorization", "/aws4_request", ""), "IncompleteSignature"},
		"another way":   {swap("Authorization", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"), "IncompleteSignature"},
		"no signature":  {func(r *http.Request) { r.Header.Del("Authorization") }, "MissingAuthenticationToken"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.sdk("eu-west-1", provide(keys)).GetCallerIdentity(t.Context(), &awssts.GetCallerIdentityInput{}, func(o *awssts.Options) {
				o.HTTPClient = meddler{s.Server.Client(), c.change}
			})
			expect(t, err, c.code)
		})
	}
	if _, err := s.sdk("eu-west-1", provide(keys)).GetCallerIdentity(t.Context(), &awssts.GetCallerIdentityInput{}); err != nil {
		t.Errorf("the unchanged call is refused: %v", err)
	}
}

// A signature that is right in itself is not enough: it has to cover what matters, for this service, of its day.
func TestSignatureHasToCoverWhatMatters(t *testing.T) {
	s := serve(t, nil)
	keys := s.keys(t)
	full := []string{"host", "x-amz-date", "x-amz-security-token"}
	for name, c := range map[string]struct {
		headers      []string
		day, service string
		status       int
		code         string
	}{
		"as it should be":    {full, "20260304", "sts", http.StatusOK, ""},
		"for the day before": {full, "20260303", "sts", http.StatusForbidden, "SignatureDoesNotMatch"},
		"for IAM":            {full, "20260304", "iam", http.StatusForbidden, "SignatureDoesNotMatch"},
		"without the token":  {full[:2], "20260304", "sts", http.StatusForbidden, "SignatureDoesNotMatch"},
		"without the host":   {full[1:], "20260304", "sts", http.StatusBadRequest, "IncompleteSignature"},
		"without the date":   {[]string{"host", "x-amz-security-token"}, "20260304", "sts", http.StatusBadRequest, "IncompleteSignature"},
	} {
		t.Run(name, func(t *testing.T) {
			const body = "Action=GetCallerIdentity&Version=2011-06-15"
			header := http.Header{"X-Amz-Date": {"20260304T080000Z"}, "X-Amz-Security-Token": {*keys.SessionToken}}
			values := map[string]string{"host": strings.TrimPrefix(s.URL, "https://"), "x-amz-date": header.Get("X-Amz-Date"), "x-amz-security-token": *keys.SessionToken}
			canonical := "POST\n/\n\n"
			for _, h := range c.headers {
				canonical += h + ":" + values[h] + "\n"
			}
			list, scope := strings.Join(c.headers, ";"), c.day+"/eu-west-1/"+c.service+"/aws4_request"
			canonical += "\n" + list + "\n" + hash(body)
			key := "AWS4" + *keys.SecretAccessKey
			for _, part := range append(strings.Split(scope, "/"), "AWS4-HMAC-SHA256\n20260304T080000Z\n"+scope+"\n"+hash(canonical)) {
				key = keyed(key, part)
			}
			header.Set("Authorization", fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%x", *keys.AccessKeyId, scope, list, key))
			if a := s.do(t, http.MethodPost, s.URL, body, header); a.Status != c.status || a.Code != c.code {
				t.Errorf("got %d %s %s", a.Status, a.Code, a.Message)
			}
		})
	}
}

func hash(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) }

func keyed(key, text string) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(text))
	return string(h.Sum(nil))
}

func swap(header, from, to string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(header, strings.Replace(r.Header.Get(header), from, to, 1)) }
}

// meddler changes a request after it was signed.
type meddler struct {
	client *http.Client
	change func(*http.Request)
}

func (m meddler) Do(r *http.Request) (*http.Response, error) {
	m.change(r)
	return m.client.Do(r)
}

// The SDK reads the refusals of this STS as the types that it has for those of AWS.
func TestSDKKnowsTheRefusals(t *testing.T) {
	s := serve(t, nil)
	old := newLogin()
	old.Issued = morning.Add(-time.Hour)
	other := newLogin()
	other.Audience = "urn:other"
	for name, c := range map[string]struct {
		encoded string
		is      func(error) bool
	}{
		"expired":  {old.encoded(t), as[*types.ExpiredTokenException]},
		"rejected": {other.encoded(t), as[*types.IDPRejectedClaimException]},
		"invalid":  {"AAAA", as[*types.InvalidIdentityTokenException]},
	} {
		_, err := s.sdk("eu-west-1", nil).AssumeRoleWithSAML(t.Context(), &awssts.AssumeRoleWithSAMLInput{
			RoleArn: aws.String(admin), PrincipalArn: aws.String(provider), SAMLAssertion: aws.String(c.encoded),
		})
		if !c.is(err) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func as[T error](err error) bool { var target T; return errors.As(err, &target) }

// A client that signs AssumeRoleWithSAML, as one does that was given a profile's keys, is found out.
func TestSignedAssumeIsFoundOut(t *testing.T) {
	s := serve(t, nil)
	keys := s.keys(t)
	_, err := s.sdk("eu-west-1", nil).AssumeRoleWithSAML(t.Context(), &awssts.AssumeRoleWithSAMLInput{
		RoleArn: aws.String(admin), PrincipalArn: aws.String(provider), SAMLAssertion: aws.String(newLogin().encoded(t)),
	}, func(o *awssts.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Build.Add(middleware.BuildMiddlewareFunc("sign", func(ctx context.Context, in middleware.BuildInput, next middleware.BuildHandler) (middleware.BuildOutput, middleware.Metadata, error) {
				in.Request.(*smithyhttp.Request).Header.Set("X-Amz-Security-Token", *keys.SessionToken)
				return next.HandleBuild(ctx, in)
			}), middleware.After)
		})
	})
	expect(t, err, "InvalidClientTokenId")
}
