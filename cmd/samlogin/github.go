package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/profiles"
)

// giveToGitHub gives variables to the next steps of a GitHub Actions job, by way of the file that GITHUB_ENV names
// (GitHub, "Workflow commands": setting an environment variable). Before that it tells the runner to hide the secret
// ones: from then on they are *** in its log, also where a step's debug log shows its environment.
//
// The masks go to errOut, which is stderr: the runner looks for commands in both streams of a step (actions/runner,
// ScriptHandler.cs), and stdout is more likely to be sent to a file, where they would be lost. Variables cannot be taken
// away: an empty value would be an AWS_PROFILE named "".
func giveToGitHub(errOut io.Writer, vars []variable, path string) error {
	if path == "" {
		return &fault.UsageError{What: "GITHUB_ENV is not set: --shell github is for a step of a GitHub Actions job", Hint: "elsewhere use --shell sh or another one"}
	}
	var text strings.Builder
	end := "samlogin_" + rand.Text() // 130 bits: no value can have it
	for _, v := range vars {
		value := v.Value.Reveal()
		if strings.Contains(value, "\x00") {
			return &fault.UsageError{What: "GITHUB_ENV cannot hold the value of " + v.Name}
		}
		if value == "" {
			continue
		}
		fmt.Fprintf(&text, "%s<<%s\n%s\n%s\n", v.Name, end, value, end)
	}
	return appendTo(path, text.String(), func() error { return mask(errOut, vars) })
}

// onGitHub reports whether this is a step of a GitHub Actions job (GitHub, "Variables reference": GITHUB_ACTIONS).
func (a *app) onGitHub() bool { return a.env("GITHUB_ACTIONS") == "true" }

// mask tells GitHub's runner, which reads errOut, what to hide from its log.
func mask(errOut io.Writer, vars []variable) error {
	var masks strings.Builder
	// A program before us may have left its last line open; a command is one only at the beginning of a line.
	masks.WriteString("\n")
	for _, v := range vars {
		if value := v.Value.Reveal(); v.Mask && value != "" {
			for _, m := range append([]string{value}, base64Forms(value)...) {
				masks.WriteString("::add-mask::" + commandData(m) + "\n")
			}
		}
	}
	if _, err := io.WriteString(errOut, masks.String()); err != nil {
		return fmt.Errorf("telling the runner what to hide: %w", err)
	}
	return nil
}

// commandData escapes the data of a workflow command as the runner reads it (actions/toolkit, command.ts).
func commandData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// base64Forms are what a value looks like inside Base64, one for each place at which it can begin in a group of three
// bytes. What depends on the neighbours is left off at both ends, and so are forms so short that they would hide words.
func base64Forms(value string) []string {
	const shortest = 8
	var out []string
	for skip := 0; skip < 3 && skip < len(value); skip++ {
		whole := value[skip:]
		if s := base64.StdEncoding.EncodeToString([]byte(whole[:len(whole)/3*3])); len(s) >= shortest {
			out = append(out, s)
		}
	}
	return out
}

// appendTo appends whole lines to a file that must be there, in one write, after before has been done. A file that
// cannot be had is a *profiles.FileError, and then before is not done.
func appendTo(path, lines string, before func() error) (err error) {
	failed := func(step string, err error) error { return &profiles.FileError{Path: path, Step: step, Err: err} }
	f, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		return failed("open", err)
	}
	defer func() {
		if closing := f.Close(); err == nil && closing != nil {
			err = failed("write", closing)
		}
	}()
	info, err := f.Stat()
	if err != nil {
		return failed("open", err)
	}
	if !info.Mode().IsRegular() {
		return failed("open", errors.New("it is not a file"))
	}
	if size := info.Size(); size > 0 { // an earlier step may have left its last line open
		last := make([]byte, 1)
		if _, err := f.ReadAt(last, size-1); err != nil {
			return failed("read", err)
		}
		if last[0] != '\n' {
			lines = "\n" + lines
		}
	}
	if err := before(); err != nil {
		return err
	}
	if _, err := f.WriteString(lines); err != nil {
		return failed("write", err)
	}
	return nil
}
