package demo

import (
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"strings"
	"time"

	"github.com/samlogin/samlogin/saml/secret"
)

// session is one set of keys and whose they are: temporary ones, or those of a user, which have no token and no end.
type session struct {
	keys      keys
	secret    secret.Text
	token     secret.Text
	expires   time.Time
	partition string
	account   string
	arn       string // as GetCallerIdentity says it; of an assumed role: without the role's path
	userID    string
	principal string // as policies name it: the ARN of the role or the user
	source    string // SourceIdentity, which a chain of roles keeps
	user      *User  // whose they are, nil for a role's
	mfa       bool   // got with the code of an MFA device
	chained   bool   // a role's, got with temporary keys
}

func (s *session) temporary() bool { return !s.token.Empty() }

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

// issue makes keys for a session and remembers them. An access key id of temporary keys begins with ASIA ("IAM
// identifiers", IAM User Guide).
func (q *query) issue(s session, expires time.Time) *session {
	k := keys{
		AccessKeyId: "ASIA" + base32.StdEncoding.EncodeToString(random(10)), SecretAccessKey: base64.StdEncoding.EncodeToString(random(30)),
		SessionToken: tokenStart + base64.StdEncoding.EncodeToString(random(tokenBytes)), Expiration: expires.Format(time.RFC3339),
	}
	s.keys, s.secret, s.token, s.expires = k, secret.New(k.SecretAccessKey), secret.New(k.SessionToken), expires
	q.mu.Lock()
	defer q.mu.Unlock()
	q.sessions[k.AccessKeyId] = &s
	return &s
}

// ofRole is a session of a role, given its ARN taken apart by roleShape.
func ofRole(shape []string, sessionName string) session {
	partition, account := shape[1], shape[2]
	return session{
		partition: partition, account: account, principal: shape[0],
		arn:    "arn:" + partition + ":sts::" + account + ":assumed-role/" + roleName(shape) + "/" + sessionName,
		userID: identifier("AROA", shape[0]) + ":" + sessionName,
	}
}

// roleName leaves the path out.
func roleName(shape []string) string { return shape[3][strings.LastIndex(shape[3], "/")+1:] }

// identifier is the unique id of a role (AROA) or a user (AIDA), which stays the same from call to call.
func identifier(kind, arn string) string {
	id := sha256.Sum256([]byte(arn))
	return kind + base32.StdEncoding.EncodeToString(id[:10])
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
