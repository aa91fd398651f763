package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A bundle adds to the system's roots, both ways round, and one that every user can write to is none: whoever adds a
// certificate to it would get the password.
func TestABundleAddsToTheSystemsRoots(t *testing.T) { // security case 144
	_, other := tlsServer(t, time.Now().Add(-time.Hour), time.Now().Add(time.Hour), nil)
	r := newRig(t, 0, 0)
	ours, nothing := r.env["SAMLOGIN_CA_BUNDLE"], filepath.Join(t.TempDir(), "none.pem")
	if err := os.WriteFile(nothing, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	open := filepath.Join(t.TempDir(), "open.pem")
	text, err := os.ReadFile(ours)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(open, text, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(open, 0o646); err != nil { // whatever the umask is
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		system, bundle, variable string
		exit                     int
		says                     string
	}{
		"the system alone":                   {ours, "", "SAMLOGIN_CA_BUNDLE", exitDone, ""},
		"the system, and a bundle of others": {ours, other, "SAMLOGIN_CA_BUNDLE", exitDone, ""},
		"the bundle, and another system":     {other, ours, "SAMLOGIN_CA_BUNDLE", exitDone, ""},
		"the bundle of AWS's clients":        {other, ours, "AWS_CA_BUNDLE", exitDone, ""},
		"neither":                            {other, other, "SAMLOGIN_CA_BUNDLE", exitNetwork, "does not trust"},
		"a bundle that is empty":             {ours, nothing, "SAMLOGIN_CA_BUNDLE", exitUsage, "holds no certificate"},
		"every user's bundle":                {ours, open, "SAMLOGIN_CA_BUNDLE", exitUnsafe, "every user can write to the CA bundle " + open},
		"every user's, of AWS's clients":     {ours, open, "AWS_CA_BUNDLE", exitUnsafe, "every user can write to"},
	} {
		r.env["HOME"] = t.TempDir() // nothing is kept of the one before
		delete(r.env, "SAMLOGIN_CA_BUNDLE")
		delete(r.env, "AWS_CA_BUNDLE")
		r.env["SSL_CERT_FILE"], r.env["SSL_CERT_DIR"], r.env[c.variable] = c.system, filepath.Dir(nothing), c.bundle
		before := r.posts()
		cmd, out, errOut := r.process(t, goodPassword, r.args...)
		_ = cmd.Run()
		if code := cmd.ProcessState.ExitCode(); code != c.exit || !strings.Contains(errOut.String(), c.says) {
			t.Errorf("%s: exit %d, want %d with %q\n%s", name, code, c.exit, c.says, errOut.String())
		}
		if c.exit != exitDone && (out.Len() != 0 || r.posts() != before || bytes.Contains(errOut.Bytes(), []byte(goodPassword))) {
			t.Errorf("%s: %d passwords were sent, %q", name, r.posts()-before, out.String())
		}
	}
	r.env["SAMLOGIN_CA_BUNDLE"] = open
	if got := examined(t, r, exitBad, "--offline")["network CA bundle"]; got.State != bad || !strings.Contains(got.Message, "every user can write to") || !strings.Contains(got.Mend, "chmod go-w") {
		t.Errorf("doctor says %+v", got)
	}
}
