package demo_test

import (
	"context"
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/samlogin/samlogin/sts/demo"
)

func TestAnswerHasAllThatSTSGives(t *testing.T) {
	s := serve(t, nil)
	l := newLogin()
	const deploy = "arn:aws:iam::111111111111:role/team/Deploy"
	l.Roles, l.Sources = []string{provider + ",\n  " + deploy}, []string{"jane"}
	form := call(l.encoded(t))
	form.Set("RoleArn", deploy)
	a := s.post(t, form)
	if a.Status != http.StatusOK {
		t.Fatalf("refused: %d %s %s", a.Status, a.Code, a.Message)
	}
	sum := sha1.Sum([]byte(l.Issuer + "111111111111" + "/ADFS"))
	r := a.Result
	for name, pair := range map[string][2]string{
		"Audience": {r.Audience, l.Recipient}, "Issuer": {r.Issuer, l.Issuer}, "Subject": {r.Subject, l.NameID}, "SubjectType": {r.SubjectType, "persistent"},
		"NameQualifier": {r.NameQualifier, base64.StdEncoding.EncodeToString(sum[:])}, "SourceIdentity": {r.SourceIdentity, "jane"},
		"Arn":         {r.User.Arn, "arn:aws:sts::111111111111:assumed-role/Deploy/jane@corp.example.com"}, // no path
		"request id":  {a.Meta.RequestId, a.Header.Get("X-Amzn-Requestid")},
		"Expiration":  {r.Credentials.Expiration.String(), morning.Add(time.Hour).String()}, // an hour where nothing is asked
		"Date header": {a.Header.Get("Date"), morning.Format(http.TimeFormat)},
	} {
		if pair[0] != pair[1] || pair[0] == "" {
			t.Errorf("%s is %q, want %q", name, pair[0], pair[1])
		}
	}
	for value, shape := range map[string]string{
		r.Credentials.AccessKeyId: `^ASIA[A-Z2-7]{16}$`, r.Credentials.SecretAccessKey: `^[A-Za-z0-9+/]{40}$`,
		r.Credentials.SessionToken: `^[A-Za-z0-9+/=]{400,900}$`, r.User.AssumedRoleId: `^AROA[A-Z2-7]{16}:jane@corp\.example\.com$`,
	} {
		if !regexp.MustCompile(shape).MatchString(value) {
			t.Errorf("%q is not of the form %s", value, shape)
		}
	}
}

func TestDurationIsHeldAgainstTheRole(t *testing.T) {
	s := serve(t, func(c *demo.Config) { c.MaxSession = map[string]time.Duration{admin: 2 * time.Hour} })
	encoded := newLogin().encoded(t)
	for asked, want := range map[string]struct{ code, words string }{
		"900": {}, "7200": {},
		"7201":  {"ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."},
		"899":   {"ValidationError", "Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900"},
		"43201": {"ValidationError", "Value '43201' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 43200"},
		"1h":    {"MalformedInput", ""},
		"":      {"MalformedInput", ""},
	} {
		form := call(encoded)
		form.Set("DurationSeconds", asked)
		a := s.post(t, form)
		if want.code != "" {
			a.refused(t, http.StatusBadRequest, want.code, want.words)
			continue
		}
		if d, _ := time.ParseDuration(asked + "s"); !a.Result.Credentials.Expiration.Equal(morning.Add(d)) {
			t.Errorf("%s s: ends %v", asked, a.Result.Credentials.Expiration)
		}
	}
}

func TestRolesAllowAnHourUnlessSetOtherwise(t *testing.T) {
	s := serve(t, func(c *demo.Config) { c.DefaultMax = 0 })
	form := call(newLogin().encoded(t))
	form.Set("DurationSeconds", "3601")
	s.post(t, form).refused(t, http.StatusBadRequest, "ValidationError", "exceeds the MaxSessionDuration")
}

func TestTheProvidersSessionShortensSilently(t *testing.T) {
	s := serve(t, nil)
	l := newLogin()
	l.Ends = morning.Add(90 * time.Minute)
	form := call(l.encoded(t))
	form.Set("DurationSeconds", "14400")
	if a := s.post(t, form); a.Status != http.StatusOK || !a.Result.Credentials.Expiration.Equal(l.Ends) {
		t.Errorf("got %d, until %v", a.Status, a.Result.Credentials.Expiration)
	}
	s.now = l.Ends // and an assertion whose session has ended is too old altogether
	l.Issued, l.NotOnOrAfter, l.Bearer = s.now, s.now.Add(time.Hour), s.now.Add(time.Minute)
	s.post(t, call(l.encoded(t))).refused(t, http.StatusBadRequest, "ExpiredTokenException", "")
}

func TestOneAssertionServesSeveralRoles(t *testing.T) {
	s := serve(t, nil)
	l := newLogin()
	second := "arn:aws:iam::111111111111:role/ReadOnly"
	l.Roles = append(l.Roles, provider+","+second)
	form := call(l.encoded(t))
	for _, role := range []string{admin, second, admin} {
		form.Set("RoleArn", role)
		if a := s.post(t, form); a.Status != http.StatusOK {
			t.Errorf("%s: %s %s", role, a.Code, a.Message)
		}
	}
	if log := s.Log(); len(log) != 3 || log[1] != (demo.Call{Action: "AssumeRoleWithSAML", Role: second, Principal: provider, Agent: "Go-http-client/1.1", Status: 200}) {
		t.Errorf("the log is %+v", log)
	}
}

func TestParametersAreHeldAgainstTheModel(t *testing.T) {
	s := serve(t, nil)
	encoded := newLogin().encoded(t)
	many := url.Values{}
	for _, n := range strings.Split("1 2 3 4 5 6 7 8 9 10 11", " ") {
		many.Set("PolicyArns.member."+n+".arn", "arn:aws:iam::aws:policy/ReadOnlyAccess")
	}
	for name, c := range map[string]struct {
		set         url.Values
		code, words string
	}{
		"no role":             {url.Values{"RoleArn": nil}, "ValidationError", "Value null at 'roleArn'"},
		"short role":          {url.Values{"RoleArn": {"Admin"}}, "ValidationError", "Value 'Admin' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20"},
		"no ARN of a role":    {url.Values{"RoleArn": {provider}}, "ValidationError", "is invalid"},
		"no principal":        {url.Values{"PrincipalArn": nil}, "ValidationError", "Value null at 'principalArn'"},
		"swapped":             {url.Values{"RoleArn": {provider}, "PrincipalArn": {admin}}, "ValidationError", "is invalid"},
		"no assertion":        {url.Values{"SAMLAssertion": nil}, "ValidationError", "Value null at 'sAMLAssertion'"},
		"short assertion":     {url.Values{"SAMLAssertion": {"abc"}}, "ValidationError", "Value at 'sAMLAssertion'"},
		"100,001 characters":  {url.Values{"SAMLAssertion": {strings.Repeat("A", 100_001)}}, "ValidationError", "Value at 'sAMLAssertion' failed to satisfy constraint: Member must have length less than or equal to 100000"},
		"100,000 characters":  {url.Values{"SAMLAssertion": {strings.Repeat("A", 100_000)}}, "InvalidIdentityToken", "not well-formed"},
		"long policy":         {url.Values{"Policy": {strings.Repeat(" ", 2049)}}, "ValidationError", "'policy'"},
		"policy is no JSON":   {url.Values{"Policy": {`{"Statement": [`}}, "MalformedPolicyDocument", ""},
		"no statement":        {url.Values{"Policy": {`{"Version": "2012-10-17"}`}}, "MalformedPolicyDocument", ""},
		"empty policy":        {url.Values{"Policy": {""}}, "ValidationError", "'policy' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		"short policy ARN":    {url.Values{"PolicyArns.member.1.arn": {"ReadOnlyAccess"}}, "ValidationError", "'policyArns'"},
		"no ARN of provider":  {url.Values{"PrincipalArn": {admin}}, "ValidationError", admin + " is invalid"},
		"eleven policies":     {many, "ValidationError", "limit of 10"},
		"policies that big":   {url.Values{"Policy": {`{"Statement": [], "Id": "` + strings.Repeat("x", 2000) + `"}`}, "PolicyArns.member.1.arn": {"arn:aws:iam::aws:policy/" + strings.Repeat("p", 100)}}, "PackedPolicyTooLarge", "over the allotted size limit"},
		"other action":        {url.Values{"Action": {"AssumeRoot"}}, "InvalidAction", "Could not find operation AssumeRoot for version 2011-06-15"},
		"other version":       {url.Values{"Version": {"2010-01-01"}}, "InvalidAction", "version 2010-01-01"},
		"no action":           {url.Values{"Action": nil}, "MissingAction", ""},
		"a role twice":        {url.Values{"RoleArn": {admin, admin}}, "MalformedQueryString", "RoleArn"},
		"a reserved role":     {url.Values{"RoleArn": {"arn:aws:iam::111111111111:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_A_1"}}, "AccessDenied", ""},
		"account of another":  {url.Values{"PrincipalArn": {"arn:aws:iam::222222222222:saml-provider/ADFS"}}, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML"},
		"a role not asserted": {url.Values{"RoleArn": {"arn:aws:iam::111111111111:role/admin"}}, "AccessDenied", "Not authorized"}, // case counts
	} {
		t.Run(name, func(t *testing.T) {
			form := call(encoded)
			for k, v := range c.set {
				form[k] = v
				if v == nil {
					form.Del(k)
				}
			}
			status := http.StatusBadRequest
			if c.code == "AccessDenied" {
				status = http.StatusForbidden
			}
			a := s.post(t, form)
			a.refused(t, status, c.code, c.words)
			if a.Type != "Sender" || a.Request == "" || a.Request != a.Header.Get("X-Amzn-Requestid") {
				t.Errorf("type %q, request %q and %q", a.Type, a.Request, a.Header.Get("X-Amzn-Requestid"))
			}
		})
	}
}

func TestPackedPolicySizeIsSaid(t *testing.T) {
	form := call(newLogin().encoded(t))
	form.Set("Policy", `{"Statement": [], "Id": "`+strings.Repeat("x", 1000)+`"}`)
	if a := serve(t, nil).post(t, form); a.Result.PackedPolicySize != 50 {
		t.Errorf("got %d %%, %s", a.Result.PackedPolicySize, a.Message)
	}
}

func TestOnlyAnUnsignedPostWithAFormIsTaken(t *testing.T) {
	s := serve(t, nil)
	body := call(newLogin().encoded(t)).Encode()
	s.do(t, http.MethodPost, s.URL, body, http.Header{"Authorization": {"AWS4-HMAC-SHA256 Credential=AKIA/1/2/sts/aws4_request"}}).refused(t, http.StatusForbidden, "InvalidClientTokenId", "")
	s.do(t, http.MethodPost, s.URL, body, http.Header{"X-Amz-Security-Token": {"x"}}).refused(t, http.StatusForbidden, "InvalidClientTokenId", "")
	s.do(t, http.MethodPost, s.URL, body, http.Header{"Content-Type": {"application/json"}}).refused(t, http.StatusBadRequest, "MalformedQueryString", "not a form")
	s.do(t, http.MethodGet, s.URL+"/?"+body, "", nil).refused(t, http.StatusMethodNotAllowed, "MalformedQueryString", "POST")
	s.do(t, http.MethodPost, s.URL+"/?"+body, "", nil).refused(t, http.StatusNotFound, "MalformedQueryString", "without a query")
	s.do(t, http.MethodPost, s.URL+"/other", body, nil).refused(t, http.StatusNotFound, "MalformedQueryString", "")
	s.do(t, http.MethodPost, s.URL, "Action=%zz", nil).refused(t, http.StatusBadRequest, "MalformedQueryString", "syntax")
	s.do(t, http.MethodPost, s.URL, strings.Repeat("a", 1<<20+1), nil).refused(t, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "")
	if a := s.do(t, http.MethodPost, s.URL, body, nil); a.Status != http.StatusOK {
		t.Errorf("the plain call is refused: %s %s", a.Code, a.Message)
	}
}

func TestProvidersRolesAndPartitionsThatDoNotExist(t *testing.T) {
	encoded := newLogin().encoded(t)
	for name, c := range map[string]struct {
		change      func(*demo.Config)
		code, words string
		status      int
	}{
		"provider":  {func(c *demo.Config) { c.Providers = []string{provider + "2"} }, "InvalidIdentityToken", "Specified provider doesn't exist", 400},
		"partition": {func(c *demo.Config) { c.Partition = "aws-cn" }, "InvalidIdentityToken", "Specified provider doesn't exist", 400},
		"issuer":    {func(c *demo.Config) { c.Issuers = []string{"http://other"} }, "InvalidIdentityToken", "Issuer not present in specified provider", 400},
		"role":      {func(c *demo.Config) { c.Roles = []string{admin + "2"} }, "AccessDenied", "Not authorized", 403},
		"refused":   {func(c *demo.Config) { c.Refuse = regionOff }, "RegionDisabledException", "STS is not activated in this region", 403},
	} {
		t.Run(name, func(t *testing.T) { serve(t, c.change).post(t, call(encoded)).refused(t, c.status, c.code, c.words) })
	}
}

func regionOff(demo.Call) *demo.Refusal {
	return &demo.Refusal{Status: http.StatusForbidden, Code: "RegionDisabledException", Message: "STS is not activated in this region for account:111111111111."}
}

func TestThrottlingLiftsWithTheClock(t *testing.T) {
	s := serve(t, func(c *demo.Config) { c.PerSecond = 2 })
	form := url.Values{"Action": {"DecodeAuthorizationMessage"}, "Version": {"2011-06-15"}} // whatever it is
	for i, want := range []string{"InvalidAction", "InvalidAction", "Throttling", "Throttling"} {
		if a := s.post(t, form); a.Code != want {
			t.Errorf("call %d: %q, want %q", i, a.Code, want)
		}
	}
	s.now = s.now.Add(time.Hour) // the bucket holds a second's worth, however long nobody called
	for i, want := range []string{"InvalidAction", "InvalidAction", "Throttling"} {
		if a := s.post(t, form); a.Code != want {
			t.Errorf("call %d after an hour: %q, want %q", i, a.Code, want)
		}
	}
	s.now = s.now.Add(500 * time.Millisecond) // time for one more
	for i, want := range []string{"InvalidAction", "Throttling"} {
		if a := s.post(t, form); a.Code != want {
			t.Errorf("call %d after half a second: %q, want %q", i, a.Code, want)
		}
	}
}

func TestServerFaultsAreReceivers(t *testing.T) {
	s := serve(t, func(c *demo.Config) {
		c.Refuse = func(demo.Call) *demo.Refusal {
			return &demo.Refusal{Status: 503, Code: "ServiceUnavailable", Message: "<busy>"}
		}
	})
	if a := s.post(t, call("AAAA")); a.Type != "Receiver" || a.Message != "<busy>" || a.Status != 503 {
		t.Errorf("got %d %q %q", a.Status, a.Type, a.Message)
	}
}

func TestInterceptSeesTheBodyAndMayPass(t *testing.T) {
	var seen string
	s := serve(t, func(c *demo.Config) {
		c.Intercept = func(w http.ResponseWriter, r *http.Request) bool {
			seen = r.PostFormValue("Action")
			return r.Header.Get("X-Stop") != "" && respond(w)
		}
	})
	form := call(newLogin().encoded(t))
	if a := s.post(t, form); a.Status != http.StatusOK || seen != "AssumeRoleWithSAML" {
		t.Errorf("passed on: %d %s, saw %q", a.Status, a.Message, seen)
	}
	if a := s.do(t, http.MethodPost, s.URL, form.Encode(), http.Header{"X-Stop": {"1"}}); a.Status != http.StatusTeapot || len(s.Log()) != 1 {
		t.Errorf("taken over: %d, %d in the log", a.Status, len(s.Log()))
	}
}

// What waits and what watches sees each call once, refused or not, before the client has its answer.
func TestEachCallWaitsAndIsObservedOnce(t *testing.T) {
	waited, observed := 0, []demo.Call(nil)
	s := serve(t, func(c *demo.Config) {
		c.Latency = func(context.Context) { waited++ }
		c.Observe = func(call demo.Call) { observed = append(observed, call) }
	})
	s.post(t, call(newLogin().encoded(t)))
	s.post(t, call("AAAA")).refused(t, http.StatusBadRequest, "InvalidIdentityToken", "")
	if waited != 2 || !slices.Equal(observed, s.Log()) || len(observed) != 2 || observed[0].Code != "" || observed[1].Code != "InvalidIdentityToken" {
		t.Errorf("waited %d times, observed %+v", waited, observed)
	}
}

func respond(w http.ResponseWriter) bool {
	w.WriteHeader(http.StatusTeapot)
	_, _ = w.Write([]byte("<Teapot/>"))
	return true
}
