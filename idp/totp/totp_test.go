package totp

import (
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/samlogin/samlogin/saml/secret"
)

// The vectors of RFC 6238, appendix B: the ASCII digits 1 to 0, repeated to the hash's length.
func TestVectorsOfTheRFC(t *testing.T) { // security case 113
	digits := strings.Repeat("1234567890", 7)
	for _, c := range []struct {
		unix                 int64
		sha1, sha256, sha512 string
	}{
		{59, "94287082", "46119246", "90693936"},
		{1111111109, "07081804", "68084774", "25091201"},
		{1111111111, "14050471", "67062674", "99943326"},
		{1234567890, "89005924", "91819424", "93441116"},
		{2000000000, "69279037", "90698825", "38618901"},
		{20000000000, "65353130", "77737706", "47863826"},
	} {
		for hash, want := range map[string]struct {
			code   string
			length int
		}{"SHA1": {c.sha1, 20}, "SHA256": {c.sha256, 32}, "SHA512": {c.sha512, 64}} {
			letters := base32.StdEncoding.EncodeToString([]byte(digits[:want.length]))
			seed, err := Parse(secret.New("otpauth://totp/x?digits=8&algorithm=" + hash + "&secret=" + letters))
			if err != nil {
				t.Fatal(err)
			}
			if got := seed.Code(time.Unix(c.unix, 0)).Reveal(); got != want.code {
				t.Errorf("%s at %d: %s, want %s", hash, c.unix, got, want.code)
			}
		}
	}
}

func same(a, b Seed) bool {
	return a.key.Reveal() == b.key.Reveal() && a.hash == b.hash && a.digits == b.digits && a.period == b.period
}

func TestSpellingsOfOneSeed(t *testing.T) { // security case 113
	const at = 1111111109
	for _, text := range []string{
		"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "gezdgnbvgy3tqojqgezdgnbvgy3tqojq", "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ",
		" gezd-gnbv-gy3t-qojq-gezd-gnbv-gy3t-qojq\n", "otpauth://totp/ADFS:jane?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=ADFS",
		"OTPAUTH://TOTP/x?secret=gezdgnbvgy3tqojqgezdgnbvgy3tqojq&algorithm=sha-1&digits=6&period=30&image=x",
	} {
		seed, err := Parse(secret.New(text))
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if got := seed.Code(time.Unix(at, 0)).Reveal(); got != "081804" {
			t.Errorf("%q: %s", text, got)
		}
		again, err := Parse(seed.Text())
		if err != nil || !same(again, seed) {
			t.Errorf("%q: as stored it is another one: %v", text, err)
		}
	}
	// Padding, and everything unusual, through the stored form.
	seed, err := Parse(secret.New("otpauth://totp/x?secret=MFRGGZDF&digits=8&period=60&algorithm=SHA256"))
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse(seed.Text())
	if err != nil || !same(again, seed) {
		t.Errorf("as stored it is another one: %v", err)
	}
	if padded, err := Parse(secret.New("MFRGGZDFMY======")); err != nil || padded.Code(time.Unix(0, 0)).Empty() {
		t.Errorf("padded: %v", err)
	}
}

func TestWhatIsNoSeed(t *testing.T) { // security case 113
	for text, why := range map[string]string{
		"": "empty", " - ": "empty", "CANARY1": "character 7", "CANARY=CANARY": "character 8", "CAN": "missing", "CANA": "too short",
		"otpauth://totp/x":                                       "empty",
		"otpauth://hotp/x?secret=CANARYCANARYCANA":               "another kind",
		"otpauth://totp/x?secret=CANARYCANARYCANA&digits=5":      "digits",
		"otpauth://totp/x?secret=CANARYCANARYCANA&digits=x":      "digits",
		"otpauth://totp/x?secret=CANARYCANARYCANA&period=0":      "period",
		"otpauth://totp/x?secret=CANARYCANARYCANA&algorithm=MD5": "algorithm",
		"otpauth://totp/x?secret=CANARYCANARYCANA&secret=CANARY": "twice",
		"otpauth://totp/x?secret=CANARY;CANARY":                  "cannot be read",
		"otpauth://totp/%zz?secret=CANARYCANARYCANA":             "cannot be read",
		"https://example.com/CANARYCANARYCANA":                   "character 6",
	} {
		_, err := Parse(secret.New(text))
		var format *FormatError
		if !errors.As(err, &format) || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: got %v, want one that says %q", text, err, why)
			continue
		}
		if strings.Contains(err.Error(), "CANARY") {
			t.Errorf("the message shows the seed: %v", err)
		}
	}
}

func TestSteps(t *testing.T) {
	seed, err := Parse(secret.New("GEZDGNBVGY3TQOJQ"))
	if err != nil {
		t.Fatal(err)
	}
	at := time.Unix(59, 0)
	if seed.Step(at) != 1 || !seed.NextStep(at).Equal(time.Unix(60, 0)) || seed.Step(seed.NextStep(at)) != 2 {
		t.Errorf("step %d, the next at %v", seed.Step(at), seed.NextStep(at))
	}
}

func TestASeedDoesNotPrint(t *testing.T) {
	seed, err := Parse(secret.New("GEZDGNBVGY3TQOJQ"))
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		for _, shown := range []string{fmt.Sprintf(format, seed), fmt.Sprintf(format, struct{ S Seed }{seed}), fmt.Sprintf(format, []Seed{seed})} {
			if strings.Contains(shown, "1234567890") || strings.Contains(shown, "31323334") {
				t.Errorf("%s prints %s", format, shown)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("GEZDGNBVGY3TQOJQ")
	f.Add("otpauth://totp/x?secret=MFRGGZDF&digits=8&period=60&algorithm=SHA256")
	f.Fuzz(func(t *testing.T, text string) {
		seed, err := Parse(secret.New(text))
		if err != nil {
			return
		}
		again, err := Parse(seed.Text())
		if err != nil || !same(again, seed) || len(seed.Code(time.Unix(1e9, 0)).Reveal()) != seed.digits {
			t.Errorf("%q is stored as another seed: %v", text, err)
		}
	})
}
