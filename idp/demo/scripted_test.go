package demo

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// TestTheScriptedSignInIsStrict: no step can be left out, and a passkey is not believed without its signature.
func TestTheScriptedSignInIsStrict(t *testing.T) {
	kay, nina := DemoPeople()[1], DemoPeople()[1]
	kay.Name, kay.UPN, kay.Passkey = `CORP\kay`, "kay@corp.example.com", &Passkey{ID: []byte("id")}
	nina.Name, nina.UPN, nina.Number = `CORP\nina`, "nina@corp.example.com", "42"
	adfs, err := New(Config{People: append(DemoPeople()[:3], kay, nina)})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewTLSServer(adfs)
	defer server.Close()
	for name, c := range map[string]struct {
		steps []string // as the script sends them
		want  []string // the next page, after each
		in    bool
	}{
		"password":            {[]string{"Step=name&username=olivia@corp.example.com", "Step=password&username=olivia@corp.example.com&password=Correct-Horse-7"}, []string{"password", "done"}, true},
		"wrong password":      {[]string{"Step=password&username=olivia@corp.example.com&password=x"}, []string{"password"}, false},
		"nobody":              {[]string{"Step=password&username=x&password=Correct-Horse-7"}, []string{"password"}, false},
		"code":                {[]string{"Step=password&username=max@corp.example.com&password=Correct-Horse-7", "Step=code&otp=1", "Step=code&otp=123456"}, []string{"code", "code", "done"}, true},
		"code left out":       {[]string{"Step=password&username=max@corp.example.com&password=Correct-Horse-7", "Step=approve"}, []string{"code", "code"}, false},
		"number":              {[]string{"Step=password&username=nina@corp.example.com&password=Correct-Horse-7", "Step=approve", "Step=approve", "Step=approve"}, []string{"approve", "approve", "approve", "done"}, true},
		"passkey not touched": {[]string{"Step=password&username=kay@corp.example.com&password=Correct-Horse-7", "Step=key&Data=e30&Authenticator=AA&Signature=AA"}, []string{"key", "key"}, false},
		"passkey by a code":   {[]string{"Step=password&username=kay@corp.example.com&password=Correct-Horse-7", "Step=code&otp=", "Step=approve"}, []string{"key", "key", "key"}, false},
		"no password":         {[]string{"Step=code&otp=123456"}, []string{"name"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			jar, err := cookiejar.New(nil)
			if err != nil {
				t.Fatal(err)
			}
			client := &http.Client{Transport: server.Client().Transport, Jar: jar}
			for i, step := range c.steps {
				fields, err := url.ParseQuery(step)
				if err != nil {
					t.Fatal(err)
				}
				answer, err := client.PostForm(server.URL+"/adfs/scripted/api", fields)
				if err != nil {
					t.Fatal(err)
				}
				var got scriptedAnswer
				err = json.NewDecoder(answer.Body).Decode(&got)
				_ = answer.Body.Close()
				if err != nil || got.Next != c.want[i] {
					t.Fatalf("%s leads to %q, %v; want %q", step, got.Next, err, c.want[i])
				}
			}
			answer, err := client.Get(server.URL + "/adfs/ls/IdpInitiatedSignOn.aspx?loginToRp=urn:amazon:webservices")
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(answer.Body)
			_ = answer.Body.Close()
			if err != nil || strings.Contains(string(text), "SAMLResponse") != c.in {
				t.Errorf("signed in: %v, want %v (%v)", !c.in, c.in, err)
			}
		})
	}
}
