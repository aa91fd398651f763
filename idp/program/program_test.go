//go:build unix

package program

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/samlogin/samlogin/saml/secret"
)

const canary = "c4nary-Pass word"

func script(t *testing.T, text string) []string {
	t.Helper()
	return []string{"/bin/sh", "-c", text, "sh", canary}
}

func TestTheFirstLineIsTheSecret(t *testing.T) { // security case 111
	for text, want := range map[string]string{
		`printf 'one\n'`:                   "one",
		`printf 'one'`:                     "one",
		`printf 'one\r\ntwo\r\n'`:          "one",
		`printf ' one \ntwo\n'`:            " one ",
		`printf '\none\n'`:                 "",
		`cat`:                              canary,
		`printf 'pä\n'`:                    "pä",
		`(sleep 1000 & ) ; printf 'one\n'`: "one", // something that it leaves behind holds the pipe open
	} {
		answer, err := Run(t.Context(), Call{Argv: script(t, text), Stdin: secret.New(canary)})
		if got := answer.Line().Reveal(); err != nil || got != want {
			t.Errorf("%s: got %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestProgramsThatGiveNoAnswer(t *testing.T) { // security case 111, 103
	plain := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(plain, []byte(canary), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		argv    []string
		problem Problem
		text    string
	}{
		{"nothing to run", nil, NotFound, ""},
		{"not there", []string{"no-such-program-" + "x", canary}, NotFound, "no-such-program-x"},
		{"no such path", []string{"/no/such/program", canary}, NotFound, "program"},
		{"not executable", []string{plain, canary}, NotRun, "plain cannot be run: permission denied"},
		{"fails with the secret on stderr", script(t, `echo "$1" >&2; exit 7`), Failed, "sh ended with exit code 7"},
		{"by a signal", script(t, `kill -9 $$`), Failed, "sh ended by a signal"},
		{"a gigabyte", script(t, `yes "$1"`), TooMuch, "more than 64 KiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			answer, err := Run(t.Context(), Call{Argv: c.argv})
			var failed *Error
			if !errors.As(err, &failed) || failed.Problem != c.problem {
				t.Fatalf("got %v, want problem %d", err, c.problem)
			}
			text := strings.Replace(c.text, "ended by", "was ended by", 1)
			if !strings.Contains(err.Error(), text) || strings.Contains(err.Error(), "c4nary") {
				t.Errorf("the message is %q", err)
			}
			if c.problem == Failed && c.argv[2] != `kill -9 $$` && !strings.Contains(answer.Stderr.Reveal(), "c4nary") {
				t.Error("what it said on stderr is lost")
			}
		})
	}
}

// TestWhatDoesNotEndIsEnded: the program and what it started, which ignores the pleasant signals.
func TestWhatDoesNotEndIsEnded(t *testing.T) { // security case 111
	// Where the machine was too busy to get the program so far within its limit, it gets more.
	for limit := 300 * time.Millisecond; ; limit *= 4 {
		// Whoever of them lives holds the pipe open.
		held := filepath.Join(t.TempDir(), "held")
		if err := syscall.Mkfifo(held, 0o600); err != nil {
			t.Fatal(err)
		}
		own, err := os.OpenFile(held, os.O_RDWR, 0) // so that nobody waits for the other end
		if err != nil {
			t.Fatal(err)
		}
		pipe, err := os.Open(held)
		if err != nil {
			t.Fatal(err)
		}
		text := `exec 9>` + held + `; trap '' TERM INT HUP; (trap '' TERM INT HUP; echo inner >&9; exec sleep 1000) & echo outer >&9; sleep 1000`
		_, err = Run(t.Context(), Call{Argv: script(t, text), Limit: limit})
		var failed *Error
		if !errors.As(err, &failed) || failed.Problem != TooSlow {
			t.Fatalf("got %v, want one that was too slow", err)
		}
		_ = own.Close()
		said, err := io.ReadAll(pipe) // comes to its end when all of them have ended
		if err != nil {
			t.Fatal(err)
		}
		_ = pipe.Close()
		if strings.Contains(string(said), "outer") && strings.Contains(string(said), "inner") {
			return
		}
		if limit > time.Minute {
			t.Fatalf("the program did not run: %q", said)
		}
	}
}

func TestAnEndedContextEndsTheProgram(t *testing.T) {
	gone := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	ready := filepath.Join(t.TempDir(), "ready")
	if err := syscall.Mkfifo(ready, 0o600); err != nil {
		t.Fatal(err)
	}
	go func() {
		_, _ = os.ReadFile(ready) // returns when the program runs
		cancel(gone)
	}()
	if _, err := Run(ctx, Call{Argv: script(t, "echo >"+ready+"; sleep 1000")}); !errors.Is(err, gone) {
		t.Errorf("got %v, want the cause", err)
	}
}

// TestNoTerminalWithoutOne: a program that wants to ask on a terminal fails at once instead of waiting for somebody.
func TestNoTerminalWithoutOne(t *testing.T) { // security case 86
	_, err := Run(t.Context(), Call{Argv: script(t, `read x </dev/tty`)})
	var failed *Error
	if !errors.As(err, &failed) || failed.Problem != Failed {
		t.Errorf("got %v, want a failure of the program", err)
	}
}

func TestWords(t *testing.T) {
	for line, want := range map[string][]string{
		"pass show aws":                 {"pass", "show", "aws"},
		`  op read 'op://a b/c'  `:      {"op", "read", "op://a b/c"},
		`x "a 'b' c" ''`:                {"x", "a 'b' c", ""},
		`C:\bin\pw.exe "C:\My Files\k"`: {`C:\bin\pw.exe`, `C:\My Files\k`},
		`a$HOME;b|c`:                    {"a$HOME;b|c"},
		"":                              nil,
		`--x="a b"`:                     {"--x=a b"},
	} {
		if got, ok := Words(line); !ok || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v", line, got, ok)
		}
	}
	for _, line := range []string{`a 'b`, `a "b`} {
		if _, ok := Words(line); ok {
			t.Errorf("%s: taken", line)
		}
	}
}
