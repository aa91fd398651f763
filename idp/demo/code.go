package demo

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
)

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
