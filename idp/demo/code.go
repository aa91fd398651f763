package demo

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
)

const (
	codeMethod  = "DemoOneTimeCode" // as an administrator would have registered it
	maxCodes    = 3
	contextSize = 9000 // bytes, 12,000 characters: what AD FS sends is 2 to 20 KB
)

// codePage asks for the one-time code. Its Context is new each time, and only the newest is taken.
func (x *exchange) codePage(who signedIn, refused string) {
	context := random(contextSize)
	if !x.update(who.id, func(s *signedIn) { s.context = context }) {
		x.signInPage("")
		return
	}
	x.page("code.html", map[string]string{
		"Refused": refused, "Method": codeMethod, "Context": context, "Name": who.person.Name, "UPN": who.person.UPN,
	})
	if refused == "" {
		x.did("page for the one-time code")
	}
}

func (x *exchange) secondStep() {
	who, ok := x.session()
	if !ok {
		x.signInPage("")
		return
	}
	if x.value("AuthMethod") != codeMethod {
		x.fail("", "The selected authentication method is not available for '"+who.person.UPN+"'. Choose another authentication method or contact your system administrator for details.")
		return
	}
	current, right, codes := false, false, 0
	x.update(who.id, func(s *signedIn) {
		current = s.context != "" && hmac.Equal([]byte(s.context), []byte(x.value("Context")))
		s.context = ""
		if !current {
			return
		}
		if right = x.fits(s.person, x.value("ChallengeQuestionAnswer")); right {
			s.second = true
		} else {
			s.codes++
		}
		codes = s.codes
	})
	switch {
	case !current:
		x.did("page for the one-time code had expired")
		x.codePage(who, "The page had expired. Try again.")
	case right:
		x.renew(who.id)
		x.redirect(x.r.URL.RequestURI())
		x.did("one-time code accepted")
	case codes >= maxCodes:
		x.forget(who.id)
		x.did("one-time code refused")
		x.fail("", "Authentication attempt failed. The code was wrong three times.")
	default:
		x.did("one-time code refused")
		x.codePage(who, "The code is not right. Try again.")
	}
}

// fits reports whether a code is the one that is asked for. A time-based one may be a step early or late, and is good
// once (RFC 6238, section 5.2). The lock of x.update is held.
func (x *exchange) fits(p *Person, code string) bool {
	if p.Seed == "" {
		return p.Code != "" && hmac.Equal([]byte(code), []byte(p.Code))
	}
	now := x.config.Now().Unix() / 30
	for step := max(now-1, x.steps[p.Name]+1); step <= now+1; step++ {
		if hmac.Equal([]byte(code), []byte(timeCode(p.Seed, step))) {
			x.steps[p.Name] = step
			return true
		}
	}
	return false
}

// timeCode is TOTP with SHA-1, 30 seconds and 6 digits.
func timeCode(seed string, step int64) string {
	key, err := base32.StdEncoding.DecodeString(seed)
	if err != nil {
		return ""
	}
	mac := hmac.New(sha1.New, key)
	_ = binary.Write(mac, binary.BigEndian, step)
	sum := mac.Sum(nil)
	at := sum[len(sum)-1] & 15
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[at:])&0x7FFFFFFF)%1000000)
}
