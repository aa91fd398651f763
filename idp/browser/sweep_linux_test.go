package browser

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// sleeper is a process that names a folder as a browser does.
func sleeper(t *testing.T, words ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "/bin/sh", append([]string{"-c", "echo ready; read x", "sh"}, words...)...)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	newGroup(cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Read(make([]byte, 6)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	return cmd
}

// TestOnlyWhatIsSurelyOursIsEnded: of what a killed samlogin left behind, its browser is ended and its folder removed;
// a process that has got the browser's number since then is left alone, and so is a login that is under way.
func TestOnlyWhatIsSurelyOursIsEnded(t *testing.T) { // security case 132
	base := filepath.Join(t.TempDir(), "browser")
	make := func(name string, r record) string {
		path := filepath.Join(base, name)
		if err := os.MkdirAll(path, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := (&folder{path: path}).note(r); err != nil {
			t.Fatal(err)
		}
		return path
	}
	gone := process{PID: os.Getpid(), Began: "before this process"} // a number given out again
	ours := sleeper(t, folderFlag+filepath.Join(base, "run-dead"))
	dead := make("run-dead", record{Samlogin: gone, Browser: processOf(ours.Process.Pid)})

	another := sleeper(t, "--something-else") // has the number, not the folder
	reused := make("run-reused", record{Samlogin: gone, Browser: processOf(another.Process.Pid)})
	later := sleeper(t, folderFlag+filepath.Join(base, "run-live"))
	live := make("run-live", record{Samlogin: processOf(os.Getpid()), Browser: processOf(later.Process.Pid)})
	kept := make("kept-1", record{Samlogin: gone})
	orphan := filepath.Join(base, "run-without-record")
	stranger := filepath.Join(base, "somebodys")
	for _, path := range []string{orphan, stranger} {
		if err := os.MkdirAll(path, 0o700); err != nil {
			t.Fatal(err)
		}
	}

	sweep(t.Context(), base)
	if err := ours.Wait(); err == nil || processOf(ours.Process.Pid).lives() {
		t.Errorf("the browser left behind still runs: %v", err)
	}
	for _, cmd := range []*exec.Cmd{another, later} {
		if !processOf(cmd.Process.Pid).lives() {
			t.Errorf("%v was ended", cmd.Args)
		}
	}
	for path, want := range map[string]bool{dead: false, reused: false, orphan: false, live: true, kept: true, stranger: true, kept + recordSuffix: false, live + recordSuffix: true} {
		if _, err := os.Lstat(path); (err == nil) != want {
			t.Errorf("%s: there %v, want %v", filepath.Base(path), err == nil, want)
		}
	}
}

// TestOneLoginInAKeptSession: a browser whose folder is in use would hand the address over to the one that runs.
func TestOneLoginInAKeptSession(t *testing.T) {
	base := filepath.Join(t.TempDir(), "browser")
	first, err := takeFolder(t.Context(), base, "ann")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := takeFolder(t.Context(), base, "ann"); err == nil || err.(*Error).Problem != InUse {
		t.Errorf("the second login: %v", err)
	}
	other, err := takeFolder(t.Context(), base, "bob")
	if err != nil || other.path == first.path {
		t.Errorf("another person: %v", err)
	}
	first.leave(t.Context())
	again, err := takeFolder(t.Context(), base, "ann")
	if err != nil || again.path != first.path {
		t.Errorf("the next login: %v", err)
	}
}

// TestAKeptSessionIsForgotten at a logout: that of one person, or all; one in use stays.
func TestAKeptSessionIsForgotten(t *testing.T) { // security case 119
	base := filepath.Join(t.TempDir(), "browser")
	paths := map[string]string{}
	for _, who := range []string{"ann", "bob", "cid"} {
		f, err := takeFolder(t.Context(), base, who)
		if err != nil {
			t.Fatal(err)
		}
		if paths[who] = f.path; who != "cid" { // who is still at it
			f.leave(t.Context())
		}
	}
	there := func() (left []string) {
		for _, who := range []string{"ann", "bob", "cid"} {
			if _, err := os.Lstat(paths[who]); err == nil {
				left = append(left, who)
			}
		}
		return left
	}
	if n, err := Forget(t.Context(), base, "ann"); n != 1 || err != nil || len(there()) != 2 {
		t.Errorf("ann: %d, %v; left %v", n, err, there())
	}
	if n, err := Forget(t.Context(), base, ""); n != 1 || err == nil || len(there()) != 1 {
		t.Errorf("all: %d, %v; left %v", n, err, there())
	}
	if n, err := Forget(t.Context(), filepath.Join(base, "none"), ""); n != 0 || err != nil {
		t.Errorf("nothing there: %d, %v", n, err)
	}
}
