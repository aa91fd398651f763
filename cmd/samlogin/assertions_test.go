package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// given writes a response as --assertion-file takes it. Nobody has signed it, which is for STS to find out.
func (r *rig) given(t *testing.T, document string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "response")
	if err := os.WriteFile(file, []byte(base64.StdEncoding.EncodeToString([]byte(document))), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// responseOf is a response with some attributes' values, for an audience and a destination, good from some time on.
func responseOf(begins time.Time, destination, audience string, roles ...string) string {
	at := func(d time.Duration) string { return begins.Add(d).UTC().Format(time.RFC3339) }
	return fmt.Sprintf(`<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" Destination="%s"><p:Status><p:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></p:Status>`+
		`<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion"><Subject><NameID>jane</NameID></Subject><Conditions NotBefore="%s" NotOnOrAfter="%s"><AudienceRestriction><Audience>%s</Audience></AudienceRestriction></Conditions>`+
		`<AttributeStatement><Attribute Name="https://aws.amazon.com/SAML/Attributes/Role"><AttributeValue>%s</AttributeValue></Attribute></AttributeStatement></Assertion></p:Response>`,
		destination, at(0), at(5*time.Minute), audience, strings.Join(roles, "</AttributeValue><AttributeValue>"))
}

const (
	toAWS    = "https://signin.aws.amazon.com/saml"
	oneAdmin = "arn:aws:iam::111111111111:role/Admin,arn:aws:iam::111111111111:saml-provider/ADFS"
)

// Our clock and the audience only warn, with both times: AWS is asked all the same. A response for somebody else is
// refused, and AWS hears nothing.
//
// security case 39, 40, 41
func TestWhatOnlyWarnsIsSentAllTheSame(t *testing.T) {
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		document string
		exit     int
		asked    int
		says     []string
	}{
		"good":                {responseOf(now, toAWS, "urn:amazon:webservices", oneAdmin), exitAWS, 1, nil},
		"ended":               {responseOf(now.Add(-time.Hour), toAWS, "urn:amazon:webservices", oneAdmin), exitAWS, 1, []string{"the assertion ended at 2026-11-21T08:05:00Z, and this computer's clock says 2026-11-21T09:00:00Z, 55m0s later"}},
		"not begun":           {responseOf(now.Add(time.Hour), toAWS, "urn:amazon:webservices", oneAdmin), exitAWS, 1, []string{"the assertion begins at 2026-11-21T10:00:00Z, and this computer's clock says 2026-11-21T09:00:00Z, 1h0m0s earlier"}},
		"another audience":    {responseOf(now, toAWS, "urn:example:other", oneAdmin), exitAWS, 1, []string{`the assertion is for the audience "urn:example:other", not "urn:amazon:webservices"`}},
		"for somebody else":   {responseOf(now, "https://signin.aws.amazon.com.evil.test/saml", "urn:amazon:webservices", oneAdmin), exitUnsafe, 0, []string{"signin.aws.amazon.com.evil.test"}},
		"two assertions":      {strings.Replace(responseOf(now, toAWS, "urn:amazon:webservices", oneAdmin), "</p:Response>", `<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion"/></p:Response>`, 1), exitUnsafe, 0, []string{"more than one assertion"}},
		"a comment in a role": {responseOf(now, toAWS, "urn:amazon:webservices", strings.Replace(oneAdmin, "Admin", "Ad<!-- -->min", 1)), exitUnsafe, 0, []string{"a comment stands inside a value"}},
		"no role":             {responseOf(now, toAWS, "urn:amazon:webservices"), exitRole, 0, []string{"offers no AWS role"}},
	} {
		r := newRig(t, 0, 0)
		r.app.now = func() time.Time { return now }
		code := run(context.Background(), r.app, []string{"login", "--no-input", "--assertion-file", r.given(t, c.document)})
		if asked := len(r.sts.Log()); code != c.exit || asked != c.asked {
			t.Errorf("%s: exit %d after %d calls of STS, want %d after %d\n%s", name, code, asked, c.exit, c.asked, r.errOut.String())
		}
		if n := strings.Count(r.errOut.String(), "the assertion "); c.exit == exitAWS && n != len(c.says) {
			t.Errorf("%s: %d warnings\n%s", name, n, r.errOut.String())
		}
		for _, want := range c.says {
			if strings.Count(r.errOut.String(), want) != 1 {
				t.Errorf("%s: it does not say %q once\n%s", name, want, r.errOut.String())
			}
		}
		if _, err := os.Stat(filepath.Join(r.home, ".aws", "credentials")); err == nil {
			t.Errorf("%s: something was written", name)
		}
	}
}

// Roles whose names are no names are told of and never offered, and what tells of them acts on nothing.
//
// security case 42, 47, 49
func TestHostileRolesAreCountedAndNotOffered(t *testing.T) {
	for name, attack := range attacks {
		text := strings.NewReplacer("\x1b", "&#xD;", "\a", "&#9;", "\b", "&#10;").Replace(attack) // what XML 1.0 can hold
		bad := strings.Replace(oneAdmin, "role/Admin", "role/Ad"+text+"min", 1)
		for _, output := range []string{"text", "json"} {
			r := newRig(t, 0, 0)
			file := r.given(t, responseOf(r.app.now(), toAWS, "urn:amazon:webservices", bad, oneAdmin, bad))
			if code := run(context.Background(), r.app, []string{"roles", "--no-input", "--output", output, "--assertion-file", file}); code != exitDone {
				t.Fatalf("%s: exit %d\n%s", name, code, r.errOut.String())
			}
			if got := strings.Count(r.out.String(), ":role/"); got != 1 || !strings.Contains(r.errOut.String(), "2 roles were skipped") {
				t.Errorf("%s: %d roles offered\n%s%s", name, got, r.out.String(), r.errOut.String())
			}
			tame(t, name+", stdout", r.out.String())
			tame(t, name+", stderr", r.errOut.String())
		}
	}
}

// A name with characters that nobody sees is not taken for one, be it what AWS calls an account: neither for one role nor
// for all that fit.
//
// security case 49
func TestNobodyChoosesByWhatCannotBeSeen(t *testing.T) {
	for _, args := range [][]string{nil, {"--all"}} {
		for _, pattern := range []string{"ev\u202eil/Admin", "ev\u202eil/*", "Ad\u200bmin", "\ufeff*"} {
			r := newRig(t, 0, 0)
			r.answerPage(200, signInPageOf("Account: ev\u202eil (111111111111)"))
			code := run(context.Background(), r.app, append([]string{"login", "--username", `CORP\jane`, "--no-input", "--profile", "{alias}-{role}", "--role", pattern}, args...))
			if code != exitRole || len(r.sts.Log()) != 0 || !strings.Contains(r.errOut.String(), "<U+") {
				t.Errorf("%+q %v: exit %d after %d calls of STS\n%s", pattern, args, code, len(r.sts.Log()), r.errOut.String())
			}
			tame(t, "a refusal", r.errOut.String())
		}
	}
}

// A clock that is wrong is spoken of once, however many answers show it; one that is nearly right is not.
//
// security case 26
func TestTheClockIsSpokenOfOnce(t *testing.T) {
	for off, want := range map[time.Duration]string{3 * time.Minute: "behind", -3 * time.Minute: "ahead of", 90 * time.Second: "", -90 * time.Second: ""} {
		r := newRig(t, 0, 0)
		r.app.now = func() time.Time { return time.Now().Add(-off) }
		code := run(context.Background(), r.app, append(r.args, "--role", "111111111111/ReadOnly", "--profile", "{role}"))
		said := strings.Count(r.errOut.String(), "this computer's clock is")
		if code != exitDone || (want == "") != (said == 0) || said > 1 || !strings.Contains(r.errOut.String(), want) {
			t.Errorf("%s off: exit %d, said %d times\n%s", off, code, said, r.errOut.String())
		}
	}
}
