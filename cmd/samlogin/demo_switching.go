package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/samlogin/samlogin/idp/totp"
	"github.com/samlogin/samlogin/saml/secret"
	stsdemo "github.com/samlogin/samlogin/sts/demo"
)

// The demo's IAM users and the roles that can be taken by AssumeRole. The keys are those of AWS's own examples; they
// open nothing outside of the demo.
const (
	demoJane   = "arn:aws:iam::111111111111:user/jane"
	demoBot    = "arn:aws:iam::111111111111:user/bot"
	demoDevice = "arn:aws:iam::111111111111:mfa/jane"
	demoSeed   = "JBSWY3DPEHPK3PXP"

	demoStaging  = "arn:aws:iam::222222222222:role/Staging"
	demoAudit    = "arn:aws:iam::333333333333:role/Audit"
	demoDeploy   = "arn:aws:iam::222222222222:role/Deploy"
	demoRelease  = "arn:aws:iam::333333333333:role/Release"
	demoPartner  = "arn:aws:iam::333333333333:role/Partner"
	demoPartners = "demo-4711"
)

// addSwitching gives an STS these users and roles.
func addSwitching(c *stsdemo.Config) error {
	seed, err := totp.Parse(secret.New(demoSeed))
	if err != nil {
		return err
	}
	c.Users = []stsdemo.User{
		{
			ARN: demoJane, AccessKeyID: "AKIAIOSFODNN7EXAMPLE", Secret: secret.New("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
			Devices: []stsdemo.Device{{Serial: demoDevice, Code: seed.Code}},
		},
		{ARN: demoBot, AccessKeyID: "AKIAI44QH8DHBEXAMPLE", Secret: secret.New("je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY")},
	}
	c.Trusts = map[string]stsdemo.Trust{
		demoStaging: {Principals: []string{demoJane}, MFA: true},
		demoAudit:   {Principals: []string{demoJane}, MFA: true},
		demoDeploy:  {Principals: []string{demoJane, demoBot, "arn:aws:iam::111111111111:role/Admin"}},
		demoRelease: {Principals: []string{demoDeploy}},
		demoPartner: {Principals: []string{demoJane, demoBot}, ExternalID: demoPartners},
	}
	if c.MaxSession == nil {
		c.MaxSession = map[string]time.Duration{}
	}
	c.MaxSession[demoStaging], c.MaxSession[demoAudit] = 12*time.Hour, time.Hour
	return nil
}

// offerSwitching writes profiles of these users and roles into the throw-away home, and says what they are.
func (d *demo) offerSwitching(say func(format string, args ...any)) error {
	users := stsdemo.Config{}
	if err := addSwitching(&users); err != nil {
		return err
	}
	keys := ""
	for i, name := range []string{"jane", "bot"} {
		keys += fmt.Sprintf("[%s]\naws_access_key_id = %s\naws_secret_access_key = %s\n\n", name, users.Users[i].AccessKeyID, users.Users[i].Secret.Reveal())
	}
	roles := "[profile jane]\nregion = eu-west-1\nmfa_serial = " + demoDevice + "\n\n[profile bot]\nregion = eu-west-1\n"
	for _, p := range []struct{ name, role, source, more string }{
		{"staging", demoStaging, "jane", "mfa_serial = " + demoDevice + "\nduration_seconds = 43200\n"},
		{"audit", demoAudit, "jane", "mfa_serial = " + demoDevice + "\n"},
		{"deploy", demoDeploy, "bot", ""},
		{"release", demoRelease, "deploy", ""},
		{"partner", demoPartner, "bot", "external_id = " + demoPartners + "\n"},
	} {
		roles += fmt.Sprintf("\n[profile %s]\nrole_arn = %s\nsource_profile = %s\nregion = eu-west-1\n%s", p.name, p.role, p.source, p.more)
	}
	env := d.environment()
	for name, text := range map[string]string{env["AWS_SHARED_CREDENTIALS_FILE"]: keys, env["AWS_CONFIG_FILE"]: roles} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			return fmt.Errorf("writing the demo's profiles: %w", err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			return fmt.Errorf("writing the demo's profiles: %w", err)
		}
	}
	say("\nFor role switching, the two AWS files have profiles already:\n")
	d.app.table([][]string{
		{"    PROFILE", "WHAT IT IS"},
		{"    jane", "the keys of an IAM user, with an MFA device"},
		{"    bot", "the keys of an IAM user, without a device"},
		{"    staging", "role Staging from jane; wants a code; up to 12 h"},
		{"    audit", "role Audit from jane; wants a code; 1 h at most"},
		{"    deploy", "role Deploy from bot; the SAML role Admin may take it too"},
		{"    release", "role Release from deploy: a chain, 1 h at most"},
		{"    partner", "role Partner from bot; wants an external ID"},
	})
	say("\nThe codes of jane's device come from the seed %s\n(oathtool --totp -b %s).", demoSeed, demoSeed)
	return nil
}
