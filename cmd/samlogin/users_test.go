package main

import (
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/samlogin/samlogin/idp/totp"
	"github.com/samlogin/samlogin/saml/secret"
	stsdemo "github.com/samlogin/samlogin/sts/demo"
)

// The IAM users of scripts. Each has an MFA device with the seed of RFC 6238's examples, of which AWS takes each code
// once and those of one step to either side: three in the time that a script takes. The keys are
// AKIADEMO0000000NAME1 and NAME-secret.
var scriptUserNames = [...]string{"JANE", "ANNA", "BENN", "CARL", "DORA", "EMIL"}

const scriptSeed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

func scriptUsers() []stsdemo.User {
	seed, err := totp.Parse(secret.New(scriptSeed))
	if err != nil {
		panic(err)
	}
	var users []stsdemo.User
	for _, name := range scriptUserNames {
		users = append(users, stsdemo.User{
			ARN: "arn:aws:iam::111111111111:user/" + name, AccessKeyID: "AKIADEMO0000000" + name + "1", Secret: secret.New(name + "-secret-of-forty-characters-in-a-script"),
			Devices: []stsdemo.Device{{Serial: "arn:aws:iam::111111111111:mfa/" + name, Code: seed.Code}},
		})
	}
	return users
}

// scriptTrusts are the roles of scripts: the account 111111111111 may take all of 222222222222, and that one Last.
func scriptTrusts() map[string]stsdemo.Trust {
	first := []string{"arn:aws:iam::111111111111:root"}
	return map[string]stsdemo.Trust{
		"arn:aws:iam::222222222222:role/Staging": {Principals: first},
		"arn:aws:iam::222222222222:role/Guarded": {Principals: first, MFA: true},
		"arn:aws:iam::222222222222:role/Partner": {Principals: first, ExternalID: "ext-1"},
		"arn:aws:iam::222222222222:role/Short":   {Principals: first, MFA: true}, // four hours
		"arn:aws:iam::333333333333:role/Last":    {Principals: []string{"arn:aws:iam::222222222222:root"}},
	}
}

// scriptCode puts a code of the users' devices into $CODE: code 0 is what they show now, code -1 and code 1 what they
// showed before and will show next, code bad what they do not show.
func scriptCode(ts *testscript.TestScript, _ bool, args []string) {
	seed, err := totp.Parse(secret.New(scriptSeed))
	ts.Check(err)
	off := map[string]time.Duration{"-1": -30 * time.Second, "0": 0, "1": 30 * time.Second, "bad": 100 * 24 * time.Hour}
	late, known := off[args[0]]
	if !known {
		ts.Fatalf("usage: code -1|0|1|bad")
	}
	ts.Setenv("CODE", seed.Code(time.Now().Add(late)).Reveal())
}

// demoSeedOf makes the codes of the demo's device.
func demoSeedOf(t testing.TB) func(time.Time) string {
	t.Helper()
	seed, err := totp.Parse(secret.New(demoSeed))
	if err != nil {
		t.Fatal(err)
	}
	return func(at time.Time) string { return seed.Code(at).Reveal() }
}
