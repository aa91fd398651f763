package demo

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net"
	"net/http"
)

// The scripted sign-in is no page of AD FS: it is what the pages of Entra ID, Okta and their like are, programs that draw
// their fields and send them by themselves. It stands at /adfs/scripted/ and ends in AD FS's last page.

// Passkey is a WebAuthn credential with a key on the curve P-256 (ES256).
type Passkey struct {
	ID  []byte
	Key *ecdsa.PublicKey
}

// scriptedApproval is how often the page asks before the number counts as typed on the phone.
const scriptedApproval = 3

// scriptedAnswer is what the page's script is told.
type scriptedAnswer struct {
	Next       string `json:"next"` // "name", "password", "code", "key", "approve", "done"
	Refused    string `json:"refused,omitempty"`
	Name       string `json:"name,omitempty"`
	Challenge  string `json:"challenge,omitempty"`
	Credential string `json:"credential,omitempty"`
	Number     string `json:"number,omitempty"`
}

func (x *exchange) scriptedPage() {
	text, err := files.ReadFile("pages/scripted.html")
	if err != nil {
		x.fail("", "The page cannot be read.")
		return
	}
	x.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	x.w.Header().Set("Cache-Control", "no-store")
	_, _ = x.w.Write(text)
	x.did("scripted sign-in page")
}

// scripted answers the script.
func (x *exchange) scripted() {
	if x.r.Method != http.MethodPost {
		http.NotFound(x.w, x.r)
		return
	}
	answer := x.scriptedStep()
	x.w.Header().Set("Content-Type", "application/json")
	x.w.Header().Set("Cache-Control", "no-store")
	text, _ := json.Marshal(answer) // of texts alone
	_, _ = io.Copy(x.w, bytes.NewReader(text))
	x.did("script told to show: " + answer.Next)
}

func (x *exchange) scriptedStep() scriptedAnswer {
	if step := x.value("Step"); step == "name" {
		return scriptedAnswer{Next: "password", Name: x.value("username")} // whether there is such a person is not told
	} else if step == "password" {
		p := x.person(x.value("username"))
		if !x.right(p, x.value("password")) || p.State == Disabled {
			return scriptedAnswer{Next: "password", Name: x.value("username"), Refused: saysIncorrect}
		}
		id := x.start(p)
		if p.Passkey == nil && p.Number == "" && p.Code == "" {
			return scriptedAnswer{Next: "done"}
		}
		x.update(id, func(s *signedIn) { s.second = false })
		return x.scriptedSecond(p, "")
	}
	who, ok := x.session()
	if !ok {
		return scriptedAnswer{Next: "name"}
	}
	p := who.person
	switch x.value("Step") {
	case "code":
		if p.Code == "" || x.value("otp") != p.Code {
			return x.scriptedSecond(p, "That code is not right.")
		}
	case "key":
		if !x.touched(who) {
			return x.scriptedSecond(p, "That was not your passkey.")
		}
	case "approve":
		asked := 0
		x.update(who.id, func(s *signedIn) { s.posts++; asked = s.posts })
		if p.Number == "" || asked < scriptedApproval {
			return x.scriptedSecond(p, "")
		}
	default:
		return scriptedAnswer{Next: "name"}
	}
	x.update(who.id, func(s *signedIn) { s.second, s.posts = true, 0 })
	return scriptedAnswer{Next: "done"}
}

// scriptedSecond is the second step of a person.
func (x *exchange) scriptedSecond(p *Person, refused string) scriptedAnswer {
	switch {
	case p.Passkey != nil:
		x.mu.Lock()
		defer x.mu.Unlock()
		x.challenges[p.Name] = base64.RawURLEncoding.EncodeToString([]byte(random(24)))
		return scriptedAnswer{Next: "key", Refused: refused, Challenge: x.challenges[p.Name], Credential: base64.RawURLEncoding.EncodeToString(p.Passkey.ID)}
	case p.Number != "":
		return scriptedAnswer{Next: "approve", Number: p.Number}
	}
	return scriptedAnswer{Next: "code", Refused: refused}
}

// touched checks an assertion of a passkey (WebAuthn Level 2, 7.2): the challenge is the one given, for this origin, and
// signed by the key.
func (x *exchange) touched(who signedIn) bool {
	p := who.person
	x.mu.Lock()
	challenge := x.challenges[p.Name]
	delete(x.challenges, p.Name)
	x.mu.Unlock()
	data, err1 := base64.RawURLEncoding.DecodeString(x.value("Data"))
	authenticator, err2 := base64.RawURLEncoding.DecodeString(x.value("Authenticator"))
	signature, err3 := base64.RawURLEncoding.DecodeString(x.value("Signature"))
	var client struct{ Type, Challenge, Origin string }
	if p.Passkey == nil || challenge == "" || err1 != nil || err2 != nil || err3 != nil || json.Unmarshal(data, &client) != nil {
		return false
	}
	if client.Type != "webauthn.get" || client.Challenge != challenge || client.Origin != "https://"+x.r.Host {
		return false
	}
	host := x.r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	party := sha256.Sum256([]byte(host))
	const userPresent = 1
	if len(authenticator) < 37 || !bytes.Equal(authenticator[:32], party[:]) || authenticator[32]&userPresent == 0 {
		return false
	}
	sum := sha256.Sum256(data)
	signed := sha256.Sum256(append(bytes.Clone(authenticator), sum[:]...))
	return ecdsa.VerifyASN1(p.Passkey.Key, signed[:], signature)
}
