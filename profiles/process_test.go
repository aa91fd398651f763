package profiles

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/samlogin/samlogin/saml/secret"
)

// childVariable makes the test binary a process that saves: "folder profile login", "folder saves profile"; that locks:
// "folder lock"; or that does one task of the sweep of system calls: "folder sweep task".
const childVariable = "SAMLOGIN_TEST_CHILD"

func TestMain(m *testing.M) {
	if task := os.Getenv(childVariable); task != "" {
		if err := child(context.Background(), strings.Fields(task)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child waits for the end of its standard input, so that all start at once, and saves.
func child(ctx context.Context, task []string) error {
	folder := task[0]
	w := &Writer{Files: Files{filepath.Join(folder, "credentials"), filepath.Join(folder, "config")}, LockWait: 5 * time.Minute}
	if task[1] == "sweep" {
		return sweepTask(ctx, w, task[2], task[3:])
	}
	if task[1] == "saves" {
		return saveAgainAndAgain(ctx, w, task[2])
	}
	if task[1] == "lock" {
		locks := &locks{saving: w.saving()}
		if _, err := locks.take(ctx, w.Files.Credentials); err != nil {
			return err
		}
		fmt.Println("locked")
	}
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	if task[1] == "lock" {
		return nil
	}
	login := task[2]
	k := Keys{
		Profile: task[1], AccessKeyID: "ASIAEXAMPLE000000" + login, SecretAccessKey: secret.New("secret" + login),
		SessionToken: secret.New("token" + login), Expiration: expiry, PrincipalARN: testARN, Region: "eu-west-1",
	}
	return w.Save(ctx, []Keys{k}, OwnOnly)
}

// crowd runs as many processes as there are tasks, all at once, and wants each to succeed.
func crowd(t *testing.T, tasks []string) {
	t.Helper()
	start, gun, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer start.Close()
	var all []*exec.Cmd
	for _, task := range tasks {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), childVariable+"="+task)
		cmd.Stdin = start
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		all = append(all, cmd)
	}
	if err := gun.Close(); err != nil {
		t.Fatal(err)
	}
	for i, cmd := range all {
		if err := cmd.Wait(); err != nil {
			t.Errorf("process %d: %v", i, err)
		}
	}
}

const processes = 100

const crowdFile = "# mine\n[default]\nx = 1 ; kept\n\n[other]\n  y=2\r\n"

func TestManyProcessesOnManyProfiles(t *testing.T) { // security case 72
	h := homeWith(t, crowdFile)
	var tasks []string
	for i := range processes {
		tasks = append(tasks, fmt.Sprintf("%s p%03d %03d", h.folder, i, i))
	}
	crowd(t, tasks)
	text := h.read(h.Credentials)
	if !strings.HasPrefix(text, crowdFile) {
		t.Error("what was there before is not as it was")
	}
	document := parse(text)
	if len(document.faults) > 0 || len(document.sections) != processes+2 {
		t.Errorf("%d sections, faults %v", len(document.sections), document.faults)
	}
	for i := range processes {
		stored, err := h.Read(fmt.Sprintf("p%03d", i))
		login := fmt.Sprintf("%03d", i)
		if err != nil || stored.Credentials[keySecret].Reveal() != "secret"+login || stored.Credentials[keyToken].Reveal() != "token"+login || stored.Config[keyRegion].Reveal() != "eu-west-1" {
			t.Errorf("p%s is not as its process saved it: %v", login, err)
		}
	}
	h.only("credentials", "config")
}

func TestManyProcessesOnOneProfile(t *testing.T) { // security case 73
	h := homeWith(t, crowdFile)
	var tasks []string
	for i := range processes {
		tasks = append(tasks, fmt.Sprintf("%s p %03d", h.folder, i))
	}
	crowd(t, tasks)
	text := h.read(h.Credentials)
	stored, err := h.Read("p")
	if err != nil {
		t.Fatal(err)
	}
	login := strings.TrimPrefix(stored.Credentials[keyID].Reveal(), "ASIAEXAMPLE000000")
	if stored.Credentials[keySecret].Reveal() != "secret"+login || stored.Credentials[keyToken].Reveal() != "token"+login {
		t.Errorf("the keys are of more than one login:\n%s", text)
	}
	rest, own, _ := strings.Cut(text, "\r\n[p]\r\n") // the line end of the file's last line
	if rest != crowdFile || strings.Count(own, "\r\n") != 6 || len(parse(text).faults) > 0 {
		t.Errorf("the file is\n%q", text)
	}
	h.only("credentials", "config")
}

func TestAKilledHolderDoesNotKeepTheLock(t *testing.T) { // security case 76
	h := homeWith(t, "")
	cmd, _ := holder(h)
	w := h.writer()
	w.LockWait = time.Nanosecond
	if err := w.Save(t.Context(), []Keys{testKeys("p")}, OwnOnly); err == nil {
		t.Error("the lock of another process was not respected")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // says that it was killed
	w.LockWait = time.Minute
	if err := w.Save(t.Context(), []Keys{testKeys("p")}, OwnOnly); err != nil {
		t.Errorf("after its end: %v", err)
	}
}

// holder is a process that holds the lock of the credentials file, until it is let.
func holder(h *home) (cmd *exec.Cmd, let func()) {
	h.Helper()
	cmd = exec.CommandContext(h.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), childVariable+"="+h.folder+" lock")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		h.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		h.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		h.Fatal(err)
	}
	if said, err := bufio.NewReader(stdout).ReadString('\n'); said != "locked\n" {
		h.Fatalf("the process says %q, %v", said, err)
	}
	return cmd, func() { _ = stdin.Close() }
}

// A process that was stopped keeps its locks: others wait, say so, and give up without having written anything.
func TestAStoppedHolderKeepsTheLock(t *testing.T) { // security case 78
	if runtime.GOOS == "windows" {
		t.Skip("processes cannot be stopped by a signal on Windows")
	}
	h := homeWith(t, person)
	cmd, let := holder(h)
	if err := stop(cmd.Process); err != nil {
		t.Fatal(err)
	}
	w := h.writer()
	w.LockWait = 5 * time.Second // that it waits is said after half a second, and a busy machine is slow to look
	var locked *LockError
	if err := w.Save(t.Context(), []Keys{testKeys("p")}, OwnOnly); !errors.As(err, &locked) || locked.Hint() == "" {
		t.Errorf("got %v, want a LockError", err)
	}
	h.wantNotice("waiting for another samlogin")
	if got := h.read(h.Credentials); got != person {
		t.Errorf("the file became %q", got)
	}
	if err := goOn(cmd.Process); err != nil {
		t.Fatal(err)
	}
	let() // it ends
	w.LockWait = time.Minute
	if err := w.Save(t.Context(), []Keys{testKeys("p")}, OwnOnly); err != nil {
		t.Errorf("once it goes on: %v", err)
	}
	_ = cmd.Wait()
}

// Saves and removals of many at once take both locks, in one order: none ever waits for one that waits for it.
func TestTwoLocksAreNeverTakenCrosswise(t *testing.T) { // security case 80
	h := homeWith(t, person)
	rounds := 25
	if n, err := strconv.Atoi(os.Getenv("SAMLOGIN_CAMPAIGN")); err == nil {
		rounds = min(max(rounds, n/400), 2500)
	}
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			w := &Writer{Files: h.Files, LockWait: time.Minute}
			name := fmt.Sprint("p", i)
			k := testKeys(name)
			for n := range rounds {
				k.Region = fmt.Sprintf("eu-west-%d", n%9+1)
				if err := w.Save(t.Context(), []Keys{k}, OwnOnly); err != nil {
					t.Error(err)
					return
				}
				if err := w.Remove(t.Context(), []string{name}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	if got := h.read(h.Credentials); got != person {
		t.Errorf("the file became %q", got)
	}
	t.Logf("%d rounds of four", rounds)
}
