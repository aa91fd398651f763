package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rivo/uniseg"

	"github.com/samlogin/samlogin/cmd/samlogin/terminal"
	"github.com/samlogin/samlogin/profiles/state"
	"github.com/samlogin/samlogin/saml/secret"
)

var statusNow = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func statusApp(t testing.TB) (a *app, out *bytes.Buffer, home string) {
	home, out = t.TempDir(), &bytes.Buffer{}
	env := map[string]string{"HOME": home, "USERPROFILE": home, "LocalAppData": home, "AppData": home}
	a = &app{out: out, errOut: &bytes.Buffer{}, env: func(n string) string { return env[n] }, now: func() time.Time { return statusNow }, watch: func() {}}
	return a, out, home
}

func TestStatusFitsTheTerminal(t *testing.T) {
	rows := []statusRow{
		{name: "corp", kind: "idp", renews: "asks", source: "samlogin", begun: statusNow, expires: statusNow.Add(12 * time.Hour)},
		{name: "prod", kind: "role", arn: "arn:aws:iam::111111111111:role/Admin", renews: "silently", source: "credentials file", begun: statusNow.Add(-time.Hour), expires: statusNow.Add(47 * time.Minute)},
		{name: strings.Repeat("long-", 30), kind: "role", arn: "arn:aws:iam::222222222222:role/team/" + strings.Repeat("Wide", 20), renews: "no", source: "AWS CLI", expires: statusNow.Add(-5 * time.Minute)},
		{name: "bad\x1b[31m\nname", kind: "role", arn: "nonsense", renews: "no", source: "AWS CLI", expires: statusNow.Add(time.Minute)},
	}
	for _, width := range []int{10, 20, 30, 40, 60, 80, 100, 120, 200} {
		lines := layStatus(rows, accountNames{"111111111111": "production"}, statusNow, width, false)
		if len(lines) != len(rows)+1 {
			t.Fatalf("width %d: %d lines", width, len(lines))
		}
		for _, l := range lines {
			if uniseg.StringWidth(l) > width || strings.ContainsAny(l, "\x1b\n") {
				t.Errorf("width %d: %q", width, l)
			}
		}
		if width >= 20 && !strings.Contains(lines[2], "47 min") {
			t.Errorf("width %d does not say when it ends: %q", width, lines[2])
		}
		if width >= 120 && (!strings.Contains(lines[2], "production") || !strings.Contains(lines[2], "silently") || !strings.Contains(lines[3], "ended 5 min ago")) {
			t.Errorf("width %d: %q", width, lines)
		}
	}
	if l := layStatus(rows, nil, statusNow, 80, true)[3]; !strings.HasPrefix(l, "\x1b[31m") || !strings.HasSuffix(l, "\x1b[0m") {
		t.Errorf("what has ended is not red: %q", l)
	}
}

// TestTheCLICacheNeverFails: any program may write there.
func TestTheCLICacheNeverFails(t *testing.T) {
	a, _, home := statusApp(t)
	dir := filepath.Join(home, ".aws", "cli", "cache")
	if err := os.MkdirAll(filepath.Join(dir, "folder.json"), 0o700); err != nil {
		t.Fatal(err)
	}
	good := `{"Credentials":{"AccessKeyId":"ASIAX","SecretAccessKey":"s","SessionToken":"t","Expiration":"2026-11-21T13:00:00%s"},"AssumedRoleUser":{"Arn":"arn:aws:sts::111111111111:assumed-role/Deploy/x"}}`
	for name, text := range map[string]string{
		"a.json": fmt.Sprintf(good, "Z"), "b.json": fmt.Sprintf(good, "UTC"), "c.json": fmt.Sprintf(good, "+00:00"), "not-json.json": "{", "number.json": `{"Credentials":{"Expiration":1}}`,
		"ended.json": strings.Replace(fmt.Sprintf(good, "Z"), "13:00", "11:00", 1), "large.json": fmt.Sprintf(good, "Z") + strings.Repeat(" ", cliBytes), "other.txt": fmt.Sprintf(good, "Z"), "list.json": "[]",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := a.gather(true)
	if err != nil || len(rows) != 3 {
		t.Fatalf("%+v, %v", rows, err)
	}
	if account, role := roleOf(rows[0].arn); account != "111111111111" || role != "Deploy" || rows[0].kind != "aws-cli" {
		t.Errorf("%+v", rows[0])
	}
	if rows, _ := a.gather(false); len(rows) != 0 {
		t.Errorf("the prompt reads the AWS CLI's cache: %+v", rows)
	}
}

func putRole(t testing.TB, a *app, name, owner string, life time.Duration) {
	t.Helper()
	described, err := json.Marshal(roleEntry{name, "arn:aws:iam::111111111111:role/Admin", "", "", upkeep{keptEntry: keptEntry{state.IdP, []byte(owner)}, IdP: "corp"}, nil})
	if err == nil {
		err = a.folder().Put(state.Entry{Kind: state.Role, Identity: name, Value: secret.New("x"), Expires: statusNow.Add(life), Description: described})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestKeysRenewSilentlyWhileTheirSessionLives(t *testing.T) {
	a, _, _ := statusApp(t)
	putRole(t, a, "prod", "jane", time.Hour)
	putRole(t, a, "test", "max", time.Hour)
	described, _ := json.Marshal(idpEntry{"corp", "jane", "https://adfs.example.com"})
	if err := a.folder().Put(state.Entry{Kind: state.IdP, Identity: "jane", Value: secret.New("x"), Expires: statusNow.Add(time.Hour), Description: described}); err != nil {
		t.Fatal(err)
	}
	rows, err := a.gather(true)
	if err != nil || len(rows) != 3 || rows[0].kind != "idp" || rows[1].renews != "silently" || rows[2].renews != "asks" {
		t.Errorf("%+v, %v", rows, err)
	}
}

func TestThePromptIsShortAndHarmless(t *testing.T) {
	for _, c := range []struct{ name, want string }{{"prod", "prod 47m\n"}, {"a%b`id`$(id)", "a-b-id---id- 47m\n"}} {
		a, out, _ := statusApp(t)
		if err := a.statusPrompt(nil); err != nil || out.Len() != 0 {
			t.Errorf("nothing is there, and it prints %q, %v", out, err)
		}
		putRole(t, a, c.name, "jane", 47*time.Minute)
		if err := a.statusPrompt(nil); err != nil || out.String() != c.want {
			t.Errorf("%q, %v, want %q", out, err, c.want)
		}
		out.Reset()
		if err := a.statusPrompt([]string{"another"}); err != nil || out.Len() != 0 {
			t.Errorf("another one's: %q, %v", out, err)
		}
	}
}

func TestEachEndIsToldOfOnce(t *testing.T) {
	a, out, _ := statusApp(t)
	putRole(t, a, "prod", "jane", 10*time.Minute)
	putRole(t, a, "later", "jane", time.Hour)
	for range 2 {
		if err := a.status(context.Background(), &statusFlags{notify: true}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if out.String() != "prod ends in 10 min\n" {
		t.Errorf("%q", out)
	}
	for _, c := range []struct {
		set  any
		want time.Duration
	}{{nil, nearlyEnded}, {true, nearlyEnded}, {false, 0}, {"30m", 30 * time.Minute}} {
		if got, err := notifyMargin(c.set); got != c.want || err != nil {
			t.Errorf("%v: %v, %v", c.set, got, err)
		}
	}
	if _, err := notifyMargin("soon"); err == nil {
		t.Error("a word is taken for a time")
	}
}

func TestWatchGivesTheTerminalBack(t *testing.T) {
	a, out, _ := statusApp(t)
	a.outIsTTY = true
	putRole(t, a, "prod", "jane", time.Hour)
	ticks := 0
	a.wait = func(context.Context, time.Duration) error {
		if ticks++; ticks == 3 {
			return terminal.ErrInterrupted
		}
		return nil
	}
	err := a.status(context.Background(), &statusFlags{watch: true}, nil)
	if text := out.String(); !errors.Is(err, terminal.ErrInterrupted) || strings.Count(text, "prod") != 3 || strings.Count(text, "\r\x1b[2A\x1b[J") != 2 || !strings.HasSuffix(text, "\x1b[?25h") {
		t.Errorf("%q, %v", text, err)
	}
}

func BenchmarkStatusOfAThousand(b *testing.B) {
	a, out, _ := statusApp(b)
	for i := range 1000 {
		putRole(b, a, fmt.Sprintf("profile-%04d", i), fmt.Sprint("owner-", i%5), time.Hour)
	}
	for b.Loop() {
		out.Reset()
		if err := a.status(context.Background(), &statusFlags{}, nil); err != nil {
			b.Fatal(err)
		}
	}
	if n := strings.Count(out.String(), "\n"); n != 1001 {
		b.Fatalf("%d lines", n)
	}
}

// BenchmarkPrompt is what a shell's prompt waits for, beside the start of the program.
func BenchmarkPrompt(b *testing.B) {
	for _, sessions := range []int{10, 100, 1000} {
		b.Run(fmt.Sprintf("sessions=%d", sessions), func(b *testing.B) {
			a, out, _ := statusApp(b)
			for i := range sessions {
				putRole(b, a, fmt.Sprintf("profile-%04d", i), fmt.Sprint("owner-", i%5), time.Hour)
			}
			for b.Loop() {
				out.Reset()
				if err := a.statusPrompt([]string{"profile-0007"}); err != nil || out.Len() == 0 {
					b.Fatalf("%q, %v", out, err)
				}
			}
		})
	}
}
