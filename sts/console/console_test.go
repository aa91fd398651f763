package console_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/saml/secret"
	"github.com/samlogin/samlogin/sts"
	"github.com/samlogin/samlogin/sts/console"
)

func TestPlaces(t *testing.T) { // security case 131
	for _, c := range []struct{ partition, service, region, want string }{
		{"aws", "", "", "https://console.aws.amazon.com/console/home"},
		{"aws", "s3", "eu-west-1", "https://console.aws.amazon.com/s3/home?region=eu-west-1"},
		{"aws", "ec2/v2/home", "", "https://console.aws.amazon.com/ec2/v2/home"},
		{"aws-cn", "s3", "cn-north-1", "https://console.amazonaws.cn/s3/home?region=cn-north-1"},
		{"aws-us-gov", "", "", "https://console.amazonaws-us-gov.com/console/home"},
		{"aws-eusc", "", "", "https://console.amazonaws-eusc.eu/console/home"},
		{"aws", "https://eu-west-1.console.aws.amazon.com/lambda/home?region=eu-west-1#/functions", "", "https://eu-west-1.console.aws.amazon.com/lambda/home?region=eu-west-1#/functions"},
	} {
		if got, err := (console.Place{Partition: c.partition, Service: c.service, Region: c.region}).Address(); err != nil || got != c.want {
			t.Errorf("%s %q: %q, %v; want %q", c.partition, c.service, got, err, c.want)
		}
	}
	for _, service := range []string{
		"https://evil.test", "javascript:alert(1)", "//evil.test", "/\\evil.test", "http://console.aws.amazon.com/", "https://console.aws.amazon.com.evil.test/",
		"https://x@console.aws.amazon.com/", "https://console.aws.amazon.com:8443/", "https://evilconsole.aws.amazon.com/", "https://console.amazonaws.cn/", "s3?x=1", "s3 home", "é", "data:text/html,x", "a//b", `\\evil`,
	} {
		var place *console.PlaceError
		if got, err := (console.Place{Partition: "aws", Service: service}).Address(); !errors.As(err, &place) {
			t.Errorf("%q leads to %q (%v)", service, got, err)
		}
	}
}

var keys = sts.Credentials{AccessKeyID: "ASIA1", SecretAccessKey: secret.New("c4nary+Key"), SessionToken: secret.New("c4nary/Token==")}

func TestTheKeysLeaveInABody(t *testing.T) { // security case 129
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		form, err := url.ParseQuery(string(body))
		var session map[string]string
		if r.Method != http.MethodPost || r.URL.RawQuery != "" || err != nil || form.Get("Action") != "getSigninToken" || json.Unmarshal([]byte(form.Get("Session")), &session) != nil ||
			session["sessionId"] != "ASIA1" || session["sessionKey"] != "c4nary+Key" || session["sessionToken"] != "c4nary/Token==" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		_, _ = io.WriteString(w, `{"SigninToken":"t0ken+/"}`)
	}))
	defer server.Close()
	c := console.Client{HTTP: server.Client(), Endpoint: server.URL + "/federation"}
	link, err := c.SignIn(t.Context(), keys, console.Place{Partition: "aws", Service: "s3"}, "https://adfs.example.com/adfs/ls/IdpInitiatedSignOn.aspx")
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(link.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	if u.Path != "/federation" || q.Get("Action") != "login" || q.Get("SigninToken") != "t0ken+/" || q.Get("Destination") != "https://console.aws.amazon.com/s3/home" || !strings.HasPrefix(q.Get("Issuer"), "https://adfs.") {
		t.Errorf("the address is made of %v", q)
	}
	if strings.Contains(link.Reveal(), "c4nary") {
		t.Error("keys are in the address")
	}
}

func TestAWSGivesNoToken(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"refused": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadRequest) },
		"a page":  func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>c4nary") },
		"empty":   func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{}`) },
		"endless": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("x", 1<<20)) },
		"sent on": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://evil.test/", http.StatusTemporaryRedirect)
		},
		"hung up on": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	} {
		server := httptest.NewTLSServer(answer)
		_, err := (console.Client{HTTP: server.Client(), Endpoint: server.URL}).SignIn(t.Context(), keys, console.Place{Partition: "aws"}, "")
		server.Close()
		var failed *console.Error
		if !errors.As(err, &failed) || strings.Contains(err.Error(), "c4nary") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
