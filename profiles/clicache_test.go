package profiles

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// The names were made by botocore 1.42's AssumeRoleCredentialFetcher.
func TestTheNameUnderWhichTheAWSCLIKeepsARole(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("skipped: there is no python3 to make the name as botocore does")
	}
	const arn, serial = "arn:aws:iam::222222222222:role/Deploy", "arn:aws:iam::111111111111:mfa/jane"
	for _, c := range []struct {
		s    Switch
		args string // as botocore passes them to json.dumps(…, sort_keys=True)
	}{
		{Switch{RoleARN: arn}, `{"RoleArn": "` + arn + `"}`},
		{Switch{RoleARN: arn, MFASerial: serial}, `{"SerialNumber": "` + serial + `", "RoleArn": "` + arn + `"}`},
		{Switch{RoleARN: arn, MFASerial: serial, Duration: "43200", SessionName: "jane", ExternalID: "x:/y"}, `{"RoleArn": "` + arn + `", "SerialNumber": "` + serial + `", "DurationSeconds": 43200, "RoleSessionName": "jane", "ExternalId": "x:/y"}`},
		{Switch{RoleARN: arn, Duration: "soon"}, `{"RoleArn": "` + arn + `"}`},
	} {
		out, err := exec.Command(python, "-c", `import sys,json,hashlib; sys.stdout.write(hashlib.sha1(json.dumps(json.loads(sys.argv[1]), sort_keys=True).encode("utf-8")).hexdigest())`, c.args).Output()
		if err != nil {
			t.Fatal(err)
		}
		if got := c.s.CLIName(); got != string(out)+".json" {
			t.Errorf("%s: got %s, want %s", c.args, got, out)
		}
	}
}

func TestKeysForTheAWSCLI(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "cli", "cache")
	s := Switch{RoleARN: "arn:aws:iam::222222222222:role/Deploy"}
	k := testKeys("x")
	for range 2 {
		if err := SaveForCLI(folder, s, k); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(folder, s.CLIName())
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	text, err := os.ReadFile(path)
	var kept struct{ Credentials map[string]string }
	if err != nil || json.Unmarshal(text, &kept) != nil || kept.Credentials["AccessKeyId"] != k.AccessKeyID || kept.Credentials["SessionToken"] != k.SessionToken.Reveal() {
		t.Errorf("it holds something else: %v", err)
	}
	foreign := filepath.Join(folder, "0123.json")
	if err := os.WriteFile(foreign, []byte(`{"Credentials":{}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if n, err := RemoveAllForCLI(folder); n != 1 || err != nil {
		t.Errorf("removed %d, %v", n, err)
	}
	if left, _ := os.ReadDir(folder); len(left) != 1 || left[0].Name() != "0123.json" {
		t.Errorf("left: %v", left)
	}
	if gone, err := RemoveForCLI(folder, s); gone || err != nil {
		t.Errorf("what is gone was removed: %v, %v", gone, err)
	}
}
