package profiles

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestEndingsAreThoseThatAreWrittenDown(t *testing.T) {
	dir := t.TempDir()
	f := Files{Credentials: filepath.Join(dir, "credentials"), Config: filepath.Join(dir, "config")}
	if all, err := f.Endings(); err != nil || len(all) != 0 {
		t.Fatalf("without a file: %v, %v", all, err)
	}
	text := `[ours]
aws_access_key_id = ASIAEXAMPLE
aws_secret_access_key = x
aws_session_token = t
x_security_token_expires = 2026-11-21T12:00:00Z
x_principal_arn = arn:aws:sts::111111111111:assumed-role/Admin/jane
samlogin = managed
[mfa]
aws_access_key_id = ASIAEXAMPLE
aws_secret_access_key = x
aws_session_token = t
expiration = 2026-11-21 12:00:00
[garbled]
aws_session_token = t
expiration = tomorrow
[long-term]
aws_access_key_id = AKIAEXAMPLE
aws_secret_access_key = x
`
	if err := os.WriteFile(f.Credentials, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	all, err := f.Endings()
	if err != nil || len(all) != 2 {
		t.Fatalf("%+v, %v", all, err)
	}
	noon := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	if m := all[0]; m.Profile != "mfa" || m.Managed || !m.Expires.Equal(noon) {
		t.Errorf("%+v", m)
	}
	if o := all[1]; o.Profile != "ours" || !o.Managed || !o.Expires.Equal(noon) || o.PrincipalARN == "" {
		t.Errorf("%+v", o)
	}
}
