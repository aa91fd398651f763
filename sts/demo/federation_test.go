package demo_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	awssts "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
)

// The sign-in for keys takes a role's, and a chained role's only without a duration of its own.
func TestConsoleSignInGoesByTheKindOfKeys(t *testing.T) {
	s := company(t)
	user, err := s.token(t, janes(), &awssts.GetSessionTokenInput{})
	if err != nil {
		t.Fatal(err)
	}
	chained := s.must(t, s.keys(t), open, nil)
	for name, c := range map[string]struct {
		keys     types.Credentials
		duration string
		status   int
	}{
		"a role":                {s.must(t, janes(), open, nil), "3600", http.StatusOK},
		"a chained role":        {chained, "", http.StatusOK},
		"a chained role's time": {chained, "3600", http.StatusBadRequest},
		"a user's session":      {*user.Credentials, "", http.StatusBadRequest},
		"a user's own keys":     {janes(), "", http.StatusBadRequest},
	} {
		form := url.Values{"Action": {"getSigninToken"}, "Session": {fmt.Sprintf(`{"sessionId":%q,"sessionKey":%q,"sessionToken":%q}`, *c.keys.AccessKeyId, *c.keys.SecretAccessKey, *c.keys.SessionToken)}}
		if c.duration != "" {
			form.Set("SessionDuration", c.duration)
		}
		r, err := s.Server.Client().PostForm(s.URL+"/federation", form)
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Body.Close()
		if r.StatusCode != c.status {
			t.Errorf("%s: %d", name, r.StatusCode)
		}
	}
}
