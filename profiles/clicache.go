package profiles

import (
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// CLICache is the folder in which the AWS CLI keeps the roles that it has assumed, ~/.aws/cli/cache, whatever the
// variables say of the other files (AWS CLI User Guide, "Using an IAM role in the AWS CLI", cached credentials). The
// error is a *FileError about the home folder.
func CLICache(env func(string) string) (string, error) {
	home, err := homeFolder(env)
	if err != nil {
		return "", err
	}
	return filepath.Join(home, ".aws", "cli", "cache"), nil
}

// CLIName is the name of the file in which the AWS CLI looks for the keys of a role: the SHA-1 of the parameters of its
// call, as botocore writes them (credentials.py, AssumeRoleCredentialFetcher): JSON with sorted names, without a
// session name that it makes itself, and with a duration only where it is a whole number.
func (s Switch) CLIName() string {
	var parts []string
	if seconds, err := strconv.Atoi(strings.TrimSpace(s.Duration)); err == nil {
		parts = append(parts, `"DurationSeconds": `+strconv.Itoa(seconds))
	}
	for _, p := range []struct{ name, value string }{{"ExternalId", s.ExternalID}, {"RoleArn", s.RoleARN}, {"RoleSessionName", s.SessionName}, {"SerialNumber", s.MFASerial}} {
		if p.value != "" {
			parts = append(parts, `"`+p.name+`": "`+p.value+`"`) // AWS takes no character here that JSON would write otherwise
		}
	}
	sum := sha1.Sum([]byte("{" + strings.Join(parts, ", ") + "}"))
	return hex.EncodeToString(sum[:]) + ".json"
}

// cliEntry is such a file: the answer of AssumeRole. The mark is samlogin's; the AWS CLI does not look at it.
type cliEntry struct {
	Credentials     cliKeys
	AssumedRoleUser struct{ Arn string }
	Samlogin        string `json:"Samlogin,omitempty"`
}

type cliKeys struct {
	AccessKeyID     string `json:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Expiration      string
}

// SaveForCLI puts keys of a role where the AWS CLI looks for its own, so that it does not ask for a code until 15 minutes
// before they end. The file is its owner's alone, and replaced whole. The error is a *FileError.
func SaveForCLI(folder string, s Switch, k Keys) error {
	path := filepath.Join(folder, s.CLIName())
	fail := func(step string, err error) error { return &FileError{Path: path, Step: step, Err: err} }
	e := cliEntry{Samlogin: markManaged, Credentials: cliKeys{k.AccessKeyID, k.SecretAccessKey.Reveal(), k.SessionToken.Reveal(), k.Expiration.UTC().Format(time.RFC3339)}}
	e.AssumedRoleUser.Arn = k.PrincipalARN
	text, err := json.Marshal(e)
	if err != nil {
		return fail("write it", err)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fail("make its folder", err)
	}
	beside, err := os.CreateTemp(folder, ".samlogin-") // 0600
	if err != nil {
		return fail("make a file beside it", err)
	}
	_, err = beside.Write(text)
	if err == nil {
		err = beside.Sync()
	}
	if err = errors.Join(err, beside.Close()); err == nil {
		err = os.Rename(beside.Name(), path)
	}
	if err != nil {
		_ = os.Remove(beside.Name())
		return fail("write it", err)
	}
	return nil
}

// RemoveForCLI takes keys that samlogin put there out again, and reports whether there were any. Those that the AWS CLI
// took itself stay. The error is a *FileError.
func RemoveForCLI(folder string, s Switch) (bool, error) {
	return removeForCLI(filepath.Join(folder, s.CLIName()))
}

// RemoveAllForCLI takes all keys that samlogin put there out again, and gives their number. The error is a *FileError.
func RemoveAllForCLI(folder string) (int, error) {
	names, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return 0, nil // a folder with a bracket in its name
	}
	gone := 0
	for _, path := range names {
		removed, err := removeForCLI(path)
		if err != nil {
			return gone, err
		}
		if removed {
			gone++
		}
	}
	return gone, nil
}

// longestCLIEntry is more than the AWS CLI or samlogin writes, in bytes.
const longestCLIEntry = 64 << 10

func removeForCLI(path string) (bool, error) {
	info, err := os.Lstat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > longestCLIEntry {
		return false, nil
	}
	text, err := os.ReadFile(path)
	var e cliEntry
	if err != nil || json.Unmarshal(text, &e) != nil || e.Samlogin != markManaged {
		return false, nil
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, &FileError{Path: path, Step: "remove it", Err: err}
	}
	return true, nil
}
