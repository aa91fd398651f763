package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/samlogin/samlogin/idp/totp"
	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/saml/secret"
	"github.com/samlogin/samlogin/sts"
)

// Every profile that "demo --serve" writes gives what its line says of it.
func TestProfilesOfTheDemoWork(t *testing.T) {
	var out bytes.Buffer
	d, err := (&app{out: &out, errOut: &out, now: time.Now, env: func(string) string { return "" }}).newDemo()
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	if err := d.offerSwitching(func(format string, args ...any) { fmt.Fprintf(&out, format+"\n", args...) }); err != nil {
		t.Fatal(err)
	}
	env := d.environment()
	files, err := profiles.Locate(func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{files.Config, files.Credentials} {
		if info, err := os.Stat(name); err != nil || (os.PathSeparator == '/' && info.Mode() != 0o600) {
			t.Errorf("%v, %v", info, err)
		}
	}
	inner := &app{now: time.Now, env: func(name string) string { return env[name] }}
	transport, err := inner.transport((&loginFlags{caBundle: d.caFile}).choices())
	if err != nil {
		t.Fatal(err)
	}
	client := sts.New(&http.Client{Transport: transport}, sts.Endpoint{URL: d.stsURL, Region: "eu-west-1", Partition: "aws"}, time.Now)
	seed, err := totp.Parse(secret.New(demoSeed))
	if err != nil {
		t.Fatal(err)
	}
	codes := 0 // the device's of now, and of the step after
	var take func(name string) (sts.Session, error)
	take = func(name string) (sts.Session, error) {
		stored, err := files.Read(name)
		if err != nil {
			return sts.Session{}, err
		}
		if id := stored.Credentials["aws_access_key_id"]; !id.Empty() {
			return sts.Session{Credentials: sts.Credentials{AccessKeyID: id.Reveal(), SecretAccessKey: stored.Credentials["aws_secret_access_key"]}}, nil
		}
		source, err := take(stored.Config["source_profile"].Reveal())
		if err != nil {
			return sts.Session{}, err
		}
		s := sts.Switch{RoleARN: stored.Config["role_arn"].Reveal(), ExternalID: stored.Config["external_id"].Reveal(), Serial: stored.Config["mfa_serial"].Reveal()}
		if s.Serial != "" {
			s.Code = seed.Code(time.Now().Add(time.Duration(codes) * 30 * time.Second))
			codes++
		}
		return client.Assume(t.Context(), source.Credentials, s, sts.Wish{Max: true})
	}
	for name, want := range map[string]time.Duration{"staging": 12 * time.Hour, "deploy": 4 * time.Hour, "partner": 4 * time.Hour, "release": time.Hour} {
		if got, err := take(name); err != nil || got.Granted != want || !strings.Contains(out.String(), "\n    "+name+" ") {
			t.Errorf("%s: %v, %v", name, got.Granted, err)
		}
	}
	var spent *sts.SpentError // an hour is all it gives
	if _, err := take("audit"); !errors.As(err, &spent) || spent.RoleARN != demoAudit {
		t.Errorf("audit: %v", err)
	}
	for name, arn := range map[string]string{"jane": demoJane, "bot": demoBot} {
		keys, err := take(name)
		if err != nil {
			t.Fatal(err)
		}
		if who, err := client.CallerIdentity(t.Context(), keys.Credentials); err != nil || who.ARN.Raw() != arn {
			t.Errorf("%s: %v, %v", name, who.ARN, err)
		}
	}
}
