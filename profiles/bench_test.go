package profiles

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// manyProfiles is a credentials file with 5,000 profiles, about 3.7 MB.
func manyProfiles() string {
	var b strings.Builder
	token := strings.Repeat("t", 500)
	for i := range 5000 {
		fmt.Fprintf(&b, "# profile %d\n[profile-%04d]\naws_access_key_id = ASIAEXAMPLE%09d\naws_secret_access_key = secretsecretsecretsecretsecretsecretsecr\naws_session_token = %s\n"+
			"x_security_token_expires = 2030-01-02T03:04:05Z\nx_principal_arn = %s\nsamlogin = managed\n\n", i, i, i, token, testARN)
	}
	return b.String()
}

func BenchmarkEdit(b *testing.B) {
	text := manyProfiles()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := (&Writer{}).saving().saveCredentials([]Keys{testKeys("profile-2500")}, OwnOnly, "", text); err != nil {
			b.Fatal(err)
		}
	}
}

// unsynced leaves out what the disk takes, which is another one everywhere.
type unsynced struct{ disk }

func (d unsynced) Create(path string) (file, error) {
	f, err := d.disk.Create(path)
	return unsyncedFile{f}, err
}

func (unsynced) SyncFolder(string) error { return nil }

type unsyncedFile struct{ file }

func (unsyncedFile) Sync() error { return nil }

func BenchmarkSave5000Profiles(b *testing.B) {
	text := manyProfiles()
	for _, c := range []struct {
		name string
		disk disk
	}{{"with fsync", system{}}, {"without fsync", unsynced{system{}}}} {
		b.Run(c.name, func(b *testing.B) {
			folder := b.TempDir()
			w := &Writer{Files: Files{filepath.Join(folder, "credentials"), filepath.Join(folder, "config")}, disk: c.disk}
			if err := os.WriteFile(w.Files.Credentials, []byte(text), 0o600); err != nil {
				b.Fatal(err)
			}
			k := testKeys("profile-2500")
			for i := 0; b.Loop(); i++ {
				k.AccessKeyID = fmt.Sprintf("ASIAEXAMPLE%09d", i)
				if err := w.Save(b.Context(), []Keys{k}, OwnOnly); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
