package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// asking is a program that asks for a PIN on the terminal before it prints a password, as password managers do.
func asking(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "vault")
	if err := os.WriteFile(path, []byte("#!/bin/sh\nprintf 'PIN of the vault: ' >/dev/tty\nread pin </dev/tty\n[ \"$pin\" = 4711 ] && echo right\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// A program may ask at the terminal, although it is in a group of its own; afterwards samlogin has the terminal again.
func TestAProgramAsksAtTheTerminal(t *testing.T) {
	env, got := signInServer(t)
	c := openConsole(t, env, "--username", `CORP\jane`, "--password-command", asking(t))
	c.until("PIN of the vault: ")
	c.send("4711\n")
	c.until("Code from your token: ")
	if password, _ := got.Load("password"); password != "right" {
		t.Errorf("the password %v arrived", password)
	}
	c.send("\x03")
	if code := c.exit(); code != exitInterrupted {
		t.Errorf("exit %d\n%s", code, c.seen.String())
	}
	c.mustBeAsFound("afterwards")
}

// A program without an answer is told of, and the person is asked instead.
func TestAProgramThatFailsAtTheTerminal(t *testing.T) {
	env, got := signInServer(t)
	c := openConsole(t, env, "--username", `CORP\jane`, "--password-command", asking(t))
	c.until("PIN of the vault: ")
	c.send("wrong pin\n")
	c.until(`Password of CORP\jane: `)
	if !strings.Contains(c.seen.String(), "--password-command: vault ended with exit code 1") {
		t.Errorf("it showed:\n%s", c.seen.String())
	}
	c.send("right\n")
	c.until("Code from your token: ")
	if password, _ := got.Load("password"); password != "right" {
		t.Errorf("the password %v arrived", password)
	}
	c.send("\x03")
	c.exit()
}

// ctrl-C at a program's question ends the program and samlogin.
func TestInterruptAtAProgramsQuestion(t *testing.T) { // security case 105
	env, _ := signInServer(t)
	c := openConsole(t, env, "--username", `CORP\jane`, "--password-command", asking(t))
	c.until("PIN of the vault: ")
	c.send("\x03")
	if code := c.exit(); code != exitInterrupted {
		t.Errorf("exit %d\n%s", code, c.seen.String())
	}
	c.mustBeAsFound("afterwards")
}
