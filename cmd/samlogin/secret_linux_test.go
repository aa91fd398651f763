package main

import (
	"strings"
	"testing"
)

// What is typed to be remembered is never on the screen: neither a password nor a seed, whether it is one or not.
func TestSecretsToBeRememberedAreNotShown(t *testing.T) { // security case 113
	env, _ := signInServer(t)
	env = append(env, "SAMLOGIN_PASSPHRASE=open sesame 4711", `SAMLOGIN_USERNAME=CORP\jane`)
	for _, c := range []struct {
		args          []string
		prompt, typed string
		code          int
	}{
		{[]string{"secret", "set"}, `Password of CORP\jane at `, "the-canary", exitDone},
		{[]string{"secret", "set", "--totp"}, `TOTP seed of CORP\jane at `, "otpauth://totp/ADFS:jane?secret=CANARYCANARYCANARYCANARY&issuer=ADFS", exitDone},
		{[]string{"secret", "set", "--totp"}, `TOTP seed of CORP\jane at `, "CANARY1", exitUsage},
	} {
		console := openConsole(t, env, c.args...)
		console.until(c.prompt)
		console.send(c.typed + "\n")
		if code := console.exit(); code != c.code || strings.Contains(strings.ToLower(console.seen.String()), "canary") {
			t.Errorf("%v: exit %d, it showed:\n%s", c.args, code, console.seen.String())
		}
		console.mustBeAsFound("afterwards")
	}
}
