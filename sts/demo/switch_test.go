package demo_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"

	"github.com/samlogin/samlogin/saml/secret"
	"github.com/samlogin/samlogin/sts/demo"
)

const (
	jane      = "arn:aws:iam::111111111111:user/jane"
	phone     = "arn:aws:iam::111111111111:mfa/jane"
	open      = "arn:aws:iam::222222222222:role/team/Open"    // trusts account 111111111111
	guarded   = "arn:aws:iam::222222222222:role/Guarded"      // wants MFA
	partner   = "arn:aws:iam::222222222222:role/Partner"      // wants an external ID
	onlyAdmin = "arn:aws:iam::222222222222:role/OnlyAdmin"    // trusts one role
	second    = "arn:aws:iam::333333333333:role/Second"       // trusts open
	nobodys   = "arn:aws:iam::222222222222:role/Nobodys"      // trusts somebody else
	elsewhere = "arn:aws-cn:iam::111111111111:role/Elsewhere" // of another partition
	notTaken  = "MultiFactorAuthentication failed with invalid MFA one time pass code."
	notHers   = "MultiFactorAuthentication failed, unable to validate MFA code."
	notBoth   = "MultiFactorAuthentication failed, must provide both"
	tooLong   = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
	tooChain  = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
	refusedTo = "is not authorized to perform: sts:AssumeRole on resource: "
)

// shows is what the device shows: any numbers do that differ from step to step.
func shows(at time.Time) string { return fmt.Sprintf("%06d", at.Unix()/30%1_000_000) }

// company is a service with users, devices and roles.
func company(t *testing.T) *service {
	t.Helper()
	return serve(t, func(c *demo.Config) {
		device := demo.Device{Serial: phone, Code: func(at time.Time) secret.Text { return secret.New(shows(at)) }}
		c.Users = []demo.User{
			{ARN: jane, AccessKeyID: "AKIAIOSFODNN7EXAMPLE", Secret: secret.New("janes"), Devices: []demo.Device{device}},
			{ARN: "arn:aws:iam::111111111111:user/div/bot", AccessKeyID: "AKIAI44QH8DHBEXAMPLE", Secret: secret.New("bots")},
			{ARN: "arn:aws:iam::111111111111:user/gone", AccessKeyID: "AKIAGONE000000EXAMPL", Secret: secret.New("gones"), Inactive: true},
			{ARN: "arn:aws:iam::111111111111:root", AccessKeyID: "AKIAROOT000000EXAMPL", Secret: secret.New("roots")},
		}
		account := []string{"arn:aws:iam::111111111111:root"}
		c.Trusts = map[string]demo.Trust{
			open: {Principals: account}, guarded: {Principals: []string{jane, open}, MFA: true}, partner: {Principals: account, ExternalID: "partner-1"},
			onlyAdmin: {Principals: []string{admin}}, second: {Principals: []string{open}}, nobodys: {Principals: []string{"arn:aws:iam::111111111111:user/other"}},
			elsewhere: {Principals: account},
		}
		c.MaxSession = map[string]time.Duration{guarded: 12 * time.Hour}
	})
}

func static(id, key string) types.Credentials {
	return types.Credentials{AccessKeyId: aws.String(id), SecretAccessKey: aws.String(key), SessionToken: aws.String("")}
}

func janes() types.Credentials { return static("AKIAIOSFODNN7EXAMPLE", "janes") }
func bots() types.Credentials  { return static("AKIAI44QH8DHBEXAMPLE", "bots") }

func (s *service) take(t *testing.T, by types.Credentials, role string, change func(*awssts.AssumeRoleInput)) (*awssts.AssumeRoleOutput, error) {
	t.Helper()
	in := &awssts.AssumeRoleInput{RoleArn: aws.String(role), RoleSessionName: aws.String("jane@example.com")}
	if change != nil {
		change(in)
	}
	return s.sdk("eu-west-1", provide(by)).AssumeRole(t.Context(), in)
}

func (s *service) must(t *testing.T, by types.Credentials, role string, change func(*awssts.AssumeRoleInput)) types.Credentials {
	t.Helper()
	out, err := s.take(t, by, role, change)
	if err != nil {
		t.Fatal(err)
	}
	return *out.Credentials
}

func (s *service) token(t *testing.T, by types.Credentials, in *awssts.GetSessionTokenInput) (*awssts.GetSessionTokenOutput, error) {
	t.Helper()
	return s.sdk("eu-west-1", provide(by)).GetSessionToken(t.Context(), in)
}

func code(at time.Time) func(*awssts.AssumeRoleInput) {
	return func(in *awssts.AssumeRoleInput) {
		in.SerialNumber, in.TokenCode = aws.String(phone), aws.String(shows(at))
	}
}

func lasting(seconds int32, more ...func(*awssts.AssumeRoleInput)) func(*awssts.AssumeRoleInput) {
	return func(in *awssts.AssumeRoleInput) {
		in.DurationSeconds = aws.Int32(seconds)
		for _, f := range more {
			f(in)
		}
	}
}

// says expects a refusal with a code and words, "" for none.
func says(t *testing.T, err error, code, words string) {
	t.Helper()
	expect(t, err, code)
	if code == "" || err == nil {
		return
	}
	var refused smithy.APIError
	if errors.As(err, &refused) && !strings.Contains(refused.ErrorMessage(), words) {
		t.Errorf("got %q, want %q", refused.ErrorMessage(), words)
	}
}

func TestARoleIsTakenWithAUsersKeys(t *testing.T) {
	s := company(t)
	out, err := s.take(t, bots(), open, lasting(7200))
	if err != nil {
		t.Fatal(err)
	}
	if *out.AssumedRoleUser.Arn != "arn:aws:sts::222222222222:assumed-role/Open/jane@example.com" || !strings.HasPrefix(*out.AssumedRoleUser.AssumedRoleId, "AROA") ||
		!out.Credentials.Expiration.Equal(morning.Add(2*time.Hour)) || !strings.HasPrefix(*out.Credentials.AccessKeyId, "ASIA") {
		t.Errorf("got %s %s %v", *out.AssumedRoleUser.Arn, *out.AssumedRoleUser.AssumedRoleId, out.Credentials.Expiration)
	}
	for name, c := range map[string]struct {
		keys    types.Credentials
		arn, id string
	}{
		"user":  {bots(), "arn:aws:iam::111111111111:user/div/bot", "AIDA"},
		"owner": {static("AKIAROOT000000EXAMPL", "roots"), "arn:aws:iam::111111111111:root", "111111111111"},
		"role":  {*out.Credentials, "arn:aws:sts::222222222222:assumed-role/Open/jane@example.com", "AROA"},
	} {
		who, err := s.sdk("eu-west-1", provide(c.keys)).GetCallerIdentity(t.Context(), &awssts.GetCallerIdentityInput{})
		if err != nil || *who.Arn != c.arn || !strings.HasPrefix(*who.UserId, c.id) {
			t.Errorf("%s: %+v, %v", name, who, err)
		}
	}
	log := s.Log()
	if first := log[0]; first.Action != "AssumeRole" || first.Caller != "arn:aws:iam::111111111111:user/div/bot" || first.SessionName != "jane@example.com" || !first.Signed || first.Duration != "7200" {
		t.Errorf("the log begins with %+v", first)
	}
}

// A source identity stays with all that is taken with its keys.
func TestSourceIdentityIsKept(t *testing.T) {
	s := company(t)
	l := newLogin()
	l.Sources = []string{"jane"}
	by, err := s.sdk("eu-west-1", nil).AssumeRoleWithSAML(t.Context(), &awssts.AssumeRoleWithSAMLInput{
		RoleArn: aws.String(admin), PrincipalArn: aws.String(provider), SAMLAssertion: aws.String(l.encoded(t)),
	})
	if err != nil {
		t.Fatal(err)
	}
	for keys, role := *by.Credentials, open; role != ""; {
		out, err := s.take(t, keys, role, nil)
		if err != nil || aws.ToString(out.SourceIdentity) != "jane" {
			t.Fatalf("%s: %+v, %v", role, out, err)
		}
		keys, role = *out.Credentials, map[string]string{open: second}[role]
	}
}

// Who may take a role is what its trust policy says; and nobody is told why not.
func TestTrustDecides(t *testing.T) {
	s := company(t)
	first := s.must(t, bots(), open, nil)
	saml := s.keys(t)
	external := func(id string) func(*awssts.AssumeRoleInput) {
		return func(in *awssts.AssumeRoleInput) { in.ExternalId = aws.String(id) }
	}
	for name, c := range map[string]struct {
		by     types.Credentials
		role   string
		change func(*awssts.AssumeRoleInput)
		code   string
		words  string
	}{
		"account":                 {bots(), open, nil, "", ""},
		"role of a SAML login":    {saml, onlyAdmin, nil, "", ""},
		"account's role":          {saml, open, nil, "", ""},
		"role of a chain":         {first, second, nil, "", ""},
		"not that role":           {bots(), onlyAdmin, nil, "AccessDenied", "User: arn:aws:iam::111111111111:user/div/bot " + refusedTo + onlyAdmin},
		"chain the other way":     {saml, second, nil, "AccessDenied", "User: arn:aws:sts::111111111111:assumed-role/Admin/jane@corp.example.com " + refusedTo + second},
		"somebody else's":         {bots(), nobodys, nil, "AccessDenied", refusedTo},
		"a role that is not":      {bots(), "arn:aws:iam::222222222222:role/open", nil, "AccessDenied", refusedTo}, // capitals count
		"another partition":       {bots(), elsewhere, nil, "AccessDenied", refusedTo},
		"no external ID":          {bots(), partner, nil, "AccessDenied", refusedTo},
		"another external ID":     {bots(), partner, external("partner-2"), "AccessDenied", refusedTo},
		"the external ID":         {bots(), partner, external("partner-1"), "", ""},
		"an external ID too many": {bots(), open, external("partner-1"), "", ""},
		"no code":                 {janes(), guarded, nil, "AccessDenied", refusedTo},
		"the owner of an account": {static("AKIAROOT000000EXAMPL", "roots"), open, nil, "AccessDenied", "Roles may not be assumed by root accounts."},
		"keys switched off":       {static("AKIAGONE000000EXAMPL", "gones"), open, nil, "InvalidClientTokenId", ""},
		"keys that are not":       {static("AKIANOBODY0000EXAMPL", "x"), open, nil, "InvalidClientTokenId", ""},
		"another secret":          {static("AKIAI44QH8DHBEXAMPLE", "janes"), open, nil, "SignatureDoesNotMatch", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.take(t, c.by, c.role, c.change)
			says(t, err, c.code, c.words)
		})
	}
	s.post(t, url.Values{"Action": {"AssumeRole"}, "Version": {"2011-06-15"}, "RoleArn": {open}, "RoleSessionName": {"jane"}}).
		refused(t, http.StatusForbidden, "MissingAuthenticationToken", "")
}

// A role that is taken with temporary keys, a user's among them, lasts an hour; one that is taken with a user's own
// keys as long as it allows.
func TestDurationGoesByTheKindOfKeys(t *testing.T) {
	s := company(t)
	fromUser := s.must(t, janes(), open, nil)
	out, err := s.token(t, janes(), &awssts.GetSessionTokenInput{SerialNumber: aws.String(phone), TokenCode: aws.String(shows(morning))})
	if err != nil {
		t.Fatal(err)
	}
	next := morning.Add(30 * time.Second)
	for name, c := range map[string]struct {
		by      types.Credentials
		role    string
		seconds int32
		more    func(*awssts.AssumeRoleInput)
		words   string // of the refusal, "" for none
	}{
		"own keys, all of it":        {janes(), open, 4 * 3600, nil, ""},
		"own keys, more":             {janes(), open, 4*3600 + 1, nil, tooLong},
		"own keys and code, 12 h":    {janes(), guarded, 12 * 3600, code(next), ""},
		"SAML's, an hour":            {s.keys(t), open, 3600, nil, ""},
		"SAML's, more":               {s.keys(t), open, 3601, nil, tooChain},
		"a role's, more":             {fromUser, second, 3601, nil, tooChain},
		"the user's session":         {*out.Credentials, guarded, 3600, nil, ""},
		"the user's session, more":   {*out.Credentials, guarded, 3601, nil, tooChain},
		"what AWS takes from nobody": {janes(), open, 43201, nil, "durationSeconds"},
		"less than AWS takes":        {janes(), open, 899, nil, "durationSeconds"},
	} {
		t.Run(name, func(t *testing.T) {
			more := c.more
			if more == nil {
				more = func(*awssts.AssumeRoleInput) {}
			}
			got, err := s.take(t, c.by, c.role, lasting(c.seconds, more))
			refusal := ""
			if c.words != "" {
				refusal = "ValidationError"
			}
			says(t, err, refusal, c.words)
			if err == nil && !got.Credentials.Expiration.Equal(morning.Add(time.Duration(c.seconds)*time.Second)) {
				t.Errorf("ends at %v", got.Credentials.Expiration)
			}
		})
	}
}

func TestParametersOfASwitchAreHeldAgainstTheModel(t *testing.T) {
	s := company(t)
	for name, c := range map[string]struct {
		change func(*awssts.AssumeRoleInput)
		words  string
	}{
		"short role":        {func(in *awssts.AssumeRoleInput) { in.RoleArn = aws.String("Open") }, "Value 'Open' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20"},
		"a user":            {func(in *awssts.AssumeRoleInput) { in.RoleArn = aws.String(jane) }, jane + " is invalid"},
		"short name":        {func(in *awssts.AssumeRoleInput) { in.RoleSessionName = aws.String("j") }, "'roleSessionName' failed to satisfy constraint: Member must have length greater than or equal to 2"},
		"long name":         {func(in *awssts.AssumeRoleInput) { in.RoleSessionName = aws.String(strings.Repeat("j", 65)) }, "less than or equal to 64"},
		"blank in a name":   {func(in *awssts.AssumeRoleInput) { in.RoleSessionName = aws.String("jane doe") }, `at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*`},
		"short external ID": {func(in *awssts.AssumeRoleInput) { in.ExternalId = aws.String("x") }, "'externalId'"},
		"long external ID":  {func(in *awssts.AssumeRoleInput) { in.ExternalId = aws.String(strings.Repeat("x", 1225)) }, "less than or equal to 1224"},
		"blank in it":       {func(in *awssts.AssumeRoleInput) { in.ExternalId = aws.String("a b") }, `[\w+=,.@:/-]*`},
		"short serial number": {func(in *awssts.AssumeRoleInput) {
			in.SerialNumber, in.TokenCode = aws.String("GAHT1234"), aws.String("123456")
		}, "'serialNumber'"},
		"five digits": {func(in *awssts.AssumeRoleInput) {
			in.SerialNumber, in.TokenCode = aws.String(phone), aws.String("12345")
		}, "Value '12345' at 'tokenCode' failed to satisfy constraint: Member must have length greater than or equal to 6"},
		"letters for digits": {func(in *awssts.AssumeRoleInput) {
			in.SerialNumber, in.TokenCode = aws.String(phone), aws.String("abcdef")
		}, `[\d]*`},
		"long policy": {func(in *awssts.AssumeRoleInput) { in.Policy = aws.String(strings.Repeat(" ", 2049)) }, "'policy'"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := s.take(t, janes(), open, c.change)
			says(t, err, "ValidationError", c.words)
		})
	}
}
