package main

import (
	"path/filepath"
	"runtime"
	"testing"
)

func TestProgramsInTemporaryFolders(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the paths are those of Unix")
	}
	real, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	folders := temporaryFolders(func(name string) string { return map[string]string{"TMPDIR": "/scratch/jane", "TMP": "relative"}[name] })
	for path, want := range map[string]bool{
		"/tmp/samlogin":                              true,
		"/var/tmp/x/samlogin":                        true,
		"/scratch/jane/samlogin":                     true,
		filepath.Join(real, "samlogin"):              true, // the system's own, whatever link leads there
		"/home/jane/.cache/go-build/ab/exe/samlogin": true,
		"/home/jane/go-build12/b001/exe/samlogin":    true,
		"/scratch/janet/samlogin":                    false,
		"/tmpfiles/samlogin":                         false,
		"/usr/local/bin/samlogin":                    false,
		"/home/jane/tmp/samlogin":                    false,
		"/relative/samlogin":                         false,
	} {
		if got := inTemporary(path, folders); got != want {
			t.Errorf("%s: %v, want %v", path, got, want)
		}
	}
}
