package demo

import (
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"time"

	"github.com/samlogin/samlogin/saml/secret"
)

// session is one set of temporary keys and whose they are.
type session struct {
	keys    keys
	secret  secret.Text
	token   secret.Text
	expires time.Time
	account string
	arn     string // of the assumed role: without the role's path
	userID  string
}

// keys are the credentials of an answer. They hold secrets in the clear, for the encoder: nothing prints them.
type keys struct {
	AccessKeyId     string
	SecretAccessKey string
	SessionToken    string
	Expiration      string // RFC 3339, UTC
}

// tokenStart is how session tokens begin in AWS's own examples; with tokenBytes behind it a token has 644 characters.
const (
	tokenStart = "IQoJ"
	tokenBytes = 480
)

// issue makes keys and remembers them for GetCallerIdentity. An access key id of temporary keys begins with ASIA, the
// id of a role with AROA ("IAM identifiers", IAM User Guide); a role's id stays the same from call to call.
func (q *query) issue(partition, account, role, name, sessionName string, expires time.Time) *session {
	k := keys{
		AccessKeyId: "ASIA" + base32.StdEncoding.EncodeToString(random(10)), SecretAccessKey: base64.StdEncoding.EncodeToString(random(30)),
		SessionToken: tokenStart + base64.StdEncoding.EncodeToString(random(tokenBytes)), Expiration: expires.Format(time.RFC3339),
	}
	id := sha256.Sum256([]byte(role))
	s := &session{
		keys: k, secret: secret.New(k.SecretAccessKey), token: secret.New(k.SessionToken), expires: expires, account: account,
		arn:    "arn:" + partition + ":sts::" + account + ":assumed-role/" + name + "/" + sessionName,
		userID: "AROA" + base32.StdEncoding.EncodeToString(id[:10]) + ":" + sessionName,
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.sessions[k.AccessKeyId] = s
	return s
}

// session finds the keys of a call; nil when they are not from here or the token is not theirs.
func (s *STS) session(accessKey, token string) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.sessions[accessKey]
	if found == nil || subtle.ConstantTimeCompare([]byte(found.token.Reveal()), []byte(token)) != 1 {
		return nil
	}
	return found
}

// nameQualifier identifies the provider among all: the SHA-1 of issuer, account and provider's name (AWS STS API
// Reference, AssumeRoleWithSAML).
func nameQualifier(issuer, account, provider string) string {
	sum := sha1.Sum([]byte(issuer + account + "/" + provider))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails, see crypto/rand
	return b
}
