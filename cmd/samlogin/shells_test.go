package main

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/saml/secret"
	"github.com/samlogin/samlogin/sts"
)

// nastyValues are values that a careless quoting would change or run, and a hundred more from their characters.
func nastyValues() []string {
	values := []string{
		"plain", "'", "''", `"`, `\`, `\\'`, `it's "so"`, "$HOME", "${HOME}", "$(touch ran)", "`touch ran`", "a;touch ran", "a&touch ran&",
		"a|touch ran", "a\ntouch ran\n", "line\n", "\n", "a\r\nb", "%PATH%", "%%", "!!", "!touch", "^", "a^b", "~", "*", "?", "[a]", "{a,b}", "#a", "a #b",
		" a", "a ", "\t", "=", "-e", "--", "<a", ">ran", "(touch ran)", "ü€😀", "‘’‚‛", "\u200b\u202e", "\x1b[31m", "\xff\xfe", strings.Repeat("x'", 5000),
		"'; touch ran; '", "\\'; touch ran; #", "'\n'", "$'\\n'", "<(touch ran)",
	}
	alphabet := []string{"'", `"`, `\`, "$", "`", "\n", "%", "!", "^", "&", ";", " ", "(", ")", "a", "b", "ü", "€", "{", "}", "#", "~", "*", "=", "\r", "\t"}
	r := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		var b strings.Builder
		for range 1 + r.IntN(12) {
			b.WriteString(alphabet[r.IntN(len(alphabet))])
		}
		values = append(values, b.String())
	}
	return values
}

// shellProgram finds a shell. CI, which installs them all, sets SAMLOGIN_SHELLS so that none is left out there.
func shellProgram(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil && os.Getenv("SAMLOGIN_SHELLS") != "" {
		t.Fatalf("%s is not installed", name)
	}
	if err != nil {
		t.Skipf("%s is not installed", name)
	}
	return path
}

// environmentAfter runs a shell in a folder of its own and gives the environment that its last command, env -0, saw.
func environmentAfter(t *testing.T, dir string, command ...string) map[string]string {
	t.Helper()
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LC_ALL=C.UTF-8", "GONE=old", "KEPT=as it was"}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("%s: %v\n%s", command[0], err, stderr.String())
	}
	env := map[string]string{}
	for _, pair := range strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00") {
		name, value, _ := strings.Cut(pair, "=")
		env[name] = value
	}
	delete(env, "_") // the shell's own: the last command
	return env
}

// security case 101
func TestShellsGetTheExactValuesAndDoNothingElse(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no POSIX shells here; TestCmdGetsTheExactValues is for this system")
	}
	for _, test := range []struct{ program, shell, flags, script string }{
		{"sh", "sh", "", `eval "$(cat out)"; env -0`},
		{"sh", "sh", "", `. ./out; env -0`},
		{"dash", "sh", "", `eval "$(cat out)"; env -0`},
		{"bash", "bash", "--norc", `eval "$(cat out)"; env -0`},
		{"bash", "bash", "--posix", `. ./out; env -0`},
		{"bash", "bash", "-eu", `source out; env -0`},
		{"zsh", "zsh", "-f", `eval "$(cat out)"; env -0`},
		{"zsh", "zsh", "-f", `setopt rc_quotes extended_glob; source ./out; env -0`},
		{"fish", "fish", "-N", `cat out | source; env -0`},
		{"fish", "fish", "-N", `source out; env -0`},
	} {
		t.Run(test.program+" "+test.script, func(t *testing.T) {
			program := shellProgram(t, test.program)
			dir := t.TempDir()
			var command []string
			if test.flags != "" {
				command = []string{test.flags}
			}
			command = append([]string{program}, append(command, "-c", test.script)...)
			if err := os.WriteFile(filepath.Join(dir, "out"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			want := environmentAfter(t, dir, command...)
			vars := []variable{{Name: "GONE"}, {Name: "NEVER_THERE"}}
			delete(want, "GONE")
			for i, value := range nastyValues() {
				name := fmt.Sprintf("V%d", i)
				vars, want[name] = append(vars, variable{Name: name, Value: secret.New(value)}), value
			}
			var out bytes.Buffer
			if err := printEnvironment(&out, nil, test.shell, vars, ""); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "out"), out.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
			got := environmentAfter(t, dir, command...)
			for name := range want {
				if got[name] != want[name] {
					t.Errorf("%s = %q, want %q", name, got[name], want[name])
				}
			}
			for name := range got {
				if _, ok := want[name]; !ok {
					t.Errorf("%s = %q was not asked for", name, got[name])
				}
			}
			files, err := os.ReadDir(dir)
			if err != nil || len(files) != 1 && test.program != "fish" {
				t.Errorf("%d files, want 1: %v, %v", len(files), files, err)
			}
			if _, err := os.Lstat(filepath.Join(dir, "ran")); err == nil {
				t.Error("a value was run")
			}
		})
	}
}

// Many write eval $(…) without quotes, as it happens to work for most programs.
func TestEvalWithoutQuotes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no POSIX shells here")
	}
	dir := t.TempDir()
	var out bytes.Buffer
	if err := printEnvironment(&out, nil, "sh", awsVariables(someKeys(), "eu-west-1"), ""); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "out"), out.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	got := environmentAfter(t, dir, "sh", "-c", `export AWS_PROFILE=old AWS_SECURITY_TOKEN=old; eval $(cat out); env -0`)
	for name, want := range wantedKeys() {
		if got[name] != want {
			t.Errorf("%s = %q, want %q", name, got[name], want)
		}
	}
	for _, name := range []string{"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SECURITY_TOKEN"} {
		if value, there := got[name]; there {
			t.Errorf("%s = %q outranks the keys", name, value)
		}
	}
}

const (
	someSecret = "c4nary+Secret/Key=="
	someToken  = "FwoGZXIvYXdzEc4naryToken//////////wEaDA=="
)

func someKeys() sts.Credentials {
	return sts.Credentials{
		AccessKeyID: "ASIAEXAMPLE123456789", SecretAccessKey: secret.New(someSecret), SessionToken: secret.New(someToken),
		Expiration: time.Date(2031, 1, 2, 4, 4, 5, 0, time.FixedZone("", 3600)),
	}
}

func wantedKeys() map[string]string {
	return map[string]string{
		"AWS_ACCESS_KEY_ID": "ASIAEXAMPLE123456789", "AWS_SECRET_ACCESS_KEY": someSecret, "AWS_SESSION_TOKEN": someToken,
		"AWS_CREDENTIAL_EXPIRATION": "2031-01-02T03:04:05Z", "AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1",
	}
}

func TestRegionOfThePersonStays(t *testing.T) {
	for _, v := range awsVariables(someKeys(), "") {
		if strings.HasSuffix(v.Name, "REGION") {
			t.Errorf("%s is touched", v.Name)
		}
	}
}

func TestDotenvMeansTheSameToEveryReader(t *testing.T) {
	var out bytes.Buffer
	if err := printEnvironment(&out, nil, "dotenv", awsVariables(someKeys(), "eu-west-1"), ""); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for line := range strings.Lines(out.String()) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		got[name] = value
	}
	if !maps.Equal(got, wantedKeys()) {
		t.Errorf("got %v", got)
	}
}

func TestWords(t *testing.T) {
	for _, test := range []struct{ shell, value, want string }{
		{"powershell", "", "$env:V = $null\n"},
		{"powershell", `a$(b)"c` + "`d", "$env:V = 'a$(b)\"c`d'\n"},
		{"powershell", "it's", "$env:V = 'it''s'\n"},
		{"powershell", "a\nb", "$env:V = 'a'+[char]0x000a+'b'\n"},
		{"powershell", "’😀", "$env:V = ''+[char]0x2019+''+[char]0xd83d+''+[char]0xde00+''\n"},
		{"cmd", "", "set \"V=\"\r\n"},
		{"cmd", "a^b&c|d<e>(f) g", "set \"V=a^b&c|d<e>(f) g\"\r\n"},
		{"dotenv", "", ""},
	} {
		var out bytes.Buffer
		if err := printEnvironment(&out, nil, test.shell, []variable{{Name: "V", Value: secret.New(test.value)}}, ""); err != nil || out.String() != test.want {
			t.Errorf("%s %q: %q, want %q; %v", test.shell, test.value, out.String(), test.want, err)
		}
	}
}

// TestCmdGetsTheExactValues runs cmd.exe, of Windows or of Wine, on a batch file and on the line that a person types.
func TestCmdGetsTheExactValues(t *testing.T) {
	command := []string{"cmd"}
	if runtime.GOOS != "windows" {
		if os.Getenv("SAMLOGIN_WINE") == "" {
			t.Skip("no cmd.exe here; SAMLOGIN_WINE=1 takes Wine's")
		}
		command = []string{"wine", "cmd"}
	}
	want := map[string]string{"GONE": ""}
	vars := []variable{{Name: "GONE"}}
	for i, value := range []string{"plain", "a^b", "a&echo ran", "a|b", "<a>b", "(a) b", "a,b;c=d", " a ", "'a'", "a^^&^", someSecret, someToken, `\`, "@:~*?#$`{}[]-_."} {
		name := fmt.Sprintf("V%d", i)
		vars, want[name] = append(vars, variable{Name: name, Value: secret.New(value)}), value
	}
	var out bytes.Buffer
	if err := printEnvironment(&out, nil, "cmd", vars, ""); err != nil {
		t.Fatal(err)
	}
	scripts := map[string]string{"batch file": "@set GONE=old\r\n@call out.cmd >nul\r\n@set\r\n@exit 0\r\n"}
	if runtime.GOOS == "windows" { // Wine's takes the whole of %%i for the name of a program
		scripts["for"] = "@set GONE=old\r\n@for /f \"delims=\" %%i in ('type out.cmd') do @%%i\r\n@set\r\n@exit 0\r\n"
	}
	for name, script := range scripts {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for file, text := range map[string]string{"out.cmd": out.String(), "run.cmd": script} {
				if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			cmd := exec.Command(command[0], append(command[1:], "/d", "/c", "run.cmd")...)
			cmd.Dir = dir
			said, err := cmd.Output()
			if err != nil {
				t.Fatalf("%v\n%s", err, said)
			}
			got := map[string]string{}
			for line := range strings.Lines(string(said)) {
				name, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), "=")
				got[name] = value
			}
			for name, value := range want {
				if got[name] != value {
					t.Errorf("%s = %q, want %q", name, got[name], value)
				}
			}
		})
	}
}

func TestValuesThatAShellCannotHold(t *testing.T) {
	cannot := map[string][]string{
		"sh": {"\x00"}, "fish": {"a\x00b"}, "powershell": {"\x00", "\xff"}, "github": {"\x00"},
		"cmd":    {"\x00", "a\nb", "\r", `a"b`, "%PATH%", "!a!", "ü", "\x1b"},
		"dotenv": {"\x00", "a b", "'", `"`, "$a", "a#b", "a\n", "ü", `\`},
		"csh":    {"plain"},
	}
	for shell, values := range cannot {
		for _, value := range values {
			var out, errOut bytes.Buffer
			env := filepath.Join(t.TempDir(), "env")
			if err := os.WriteFile(env, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			err := printEnvironment(&out, &errOut, shell, []variable{
				{Name: "BEFORE", Value: secret.New("fine")}, {Name: "V", Value: secret.New("c4nary" + value), Mask: true},
			}, env)
			var usage *fault.UsageError
			if !errors.As(err, &usage) || strings.Contains(err.Error()+usage.Hint, "c4nary") {
				t.Errorf("%s %q: %v", shell, value, err)
			}
			written, _ := os.ReadFile(env)
			if out.Len()+errOut.Len()+len(written) > 0 {
				t.Errorf("%s %q: something was printed", shell, value)
			}
		}
	}
}

// countingWriter fails at will and counts its writes.
type countingWriter struct {
	bytes.Buffer
	writes int
	err    error
}

func (w *countingWriter) Write(p []byte) (int, error) {
	w.writes++
	if w.err != nil {
		return 0, w.err
	}
	return w.Buffer.Write(p)
}

func (w *countingWriter) WriteString(s string) (int, error) { return w.Write([]byte(s)) }

func TestOneWriteToStdout(t *testing.T) {
	for _, shell := range shellNames() {
		if shell == "github" {
			continue
		}
		var out countingWriter
		if err := printEnvironment(&out, nil, shell, awsVariables(someKeys(), "eu-west-1"), ""); err != nil || out.writes != 1 {
			t.Errorf("%s: %d writes, %v", shell, out.writes, err)
		}
		broken := countingWriter{err: errors.New("broken pipe")}
		err := printEnvironment(&broken, nil, shell, awsVariables(someKeys(), ""), "")
		if err == nil || strings.Contains(err.Error(), "c4nary") {
			t.Errorf("%s to a broken pipe: %v", shell, err)
		}
	}
}

// A command that a person is told to run can be pasted, whatever a name of AWS's files holds.
func TestCommandsInHintsAreWordsOfAShell(t *testing.T) {
	for name, want := range map[string]string{
		"prod": "prod", "a/b@c+d.e:f_g-h": "a/b@c+d.e:f_g-h", "two words": "'two words'", "$(touch x)": "'$(touch x)'", "it's": `'it'\''s'`, "a;b": "'a;b'", "~": "'~'",
	} {
		if got := (&app{}).loginCommand(name); got != "run: samlogin login "+want {
			t.Errorf("%s: %s", name, got)
		}
	}
	a := &app{global: globalFlags{config: "my file.toml"}}
	if got := a.loginCommand("a", "b c"); got != "run: samlogin --config 'my file.toml' login a 'b c'" {
		t.Error(got)
	}
}
