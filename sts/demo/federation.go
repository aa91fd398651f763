package demo

import (
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
)

// federation is AWS's sign-in for keys: a token for keys that were issued here, in exchange for them (IAM User Guide,
// "Enable custom identity broker access to the AWS console"): a role's, as GetSessionToken's open no console, and without
// SessionDuration where the role was taken from a role. What follows it, the console, is not here.
func (q *query) federation(w http.ResponseWriter) {
	form, err := url.ParseQuery(string(q.body))
	var given struct{ SessionID, SessionKey, SessionToken string }
	if q.r.Method != http.MethodPost || q.r.URL.RawQuery != "" || err != nil || form.Get("Action") != "getSigninToken" || json.Unmarshal([]byte(form.Get("Session")), &given) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	held := q.session(given.SessionID, given.SessionToken)
	if held == nil || held.user != nil || (held.chained && form.Get("SessionDuration") != "") || !q.now.Before(held.expires) || subtle.ConstantTimeCompare([]byte(held.secret.Reveal()), []byte(given.SessionKey)) != 1 {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"SigninToken": base64.RawURLEncoding.EncodeToString(random(60))})
}
