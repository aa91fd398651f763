package profiles

import (
	"errors"
	"os/exec"
	"runtime"
	"strings"
	"testing"
)

func TestTheCommandIsQuotedOnlyWhereItMustBe(t *testing.T) {
	for _, c := range []struct {
		program, settings, name string
		unix, windows           string // "" is refused
	}{
		{"/usr/local/bin/samlogin", "", "prod", "/usr/local/bin/samlogin credentials prod", "/usr/local/bin/samlogin credentials prod"},
		{"/opt/samlogin-1.2_3@x+y:z", "", "a/b:c@d+e", "/opt/samlogin-1.2_3@x+y:z credentials a/b:c@d+e", "/opt/samlogin-1.2_3@x+y:z credentials a/b:c@d+e"},
		{"/bin/samlogin", "/home/jane/s.toml", "prod", "/bin/samlogin --config /home/jane/s.toml credentials prod", "/bin/samlogin --config /home/jane/s.toml credentials prod"},
		{"/Applications/My Tools/samlogin", "", "prod", "'/Applications/My Tools/samlogin' credentials prod", ""},
		{"/a b/samlogin", "/c d/s.toml", "prod", "'/a b/samlogin' --config '/c d/s.toml' credentials prod", ""},
		{"/home/jörg/bin/samlogin", "", "prod", "'/home/jörg/bin/samlogin' credentials prod", ""},
		{"/a$HOME`x`&|<>(){}[]*?!~^/samlogin", "", "prod", "'/a$HOME`x`&|<>(){}[]*?!~^/samlogin' credentials prod", ""},
		{"/a#b;c/samlogin", "", "prod", "'/a#b;c/samlogin' credentials prod", ""},
		{`C:\tools\samlogin.exe`, "", "prod", "", `C:\tools\samlogin.exe credentials prod`},
		{`C:\PROGRA~1\samlogin\samlogin.exe`, `C:\Users\JANEDO~1\s.toml`, "prod", "", `C:\PROGRA~1\samlogin\samlogin.exe --config C:\Users\JANEDO~1\s.toml credentials prod`},
		{`C:\Program Files\samlogin.exe`, "", "prod", "", ""},
		{"/50%/a=b,c/samlogin", "", "prod", "/50%/a=b,c/samlogin credentials prod", ""},
		{"/a #b/samlogin", "", "prod", "", ""}, // a comment to some clients
		{"/a ;b/samlogin", "", "prod", "", ""},
		{"/jane's/samlogin", "", "prod", "", ""},
		{`/a"b/samlogin`, "", "prod", "", ""},
		{"/a\tb/samlogin", "", "prod", "", ""},
		{"/a\nb/samlogin", "", "prod", "", ""},
		{"/a\x1b[2J/samlogin", "", "prod", "", ""},
		{"/a\u00a0b/samlogin", "", "prod", "", ""},
		{"/a\u202eb/samlogin", "", "prod", "", ""},
		{"/a\xffb/samlogin", "", "prod", "", ""},
		{"", "", "prod", "", ""},
		{"/bin/samlogin", "", "", "", ""},
		{"/bin/samlogin", "", "two words", "", ""},
		{"/bin/samlogin", "", "a'b", "", ""},
	} {
		p := Process{Profile: "p", Program: c.program, Settings: c.settings, Name: c.name}
		for windows, want := range map[bool]string{false: c.unix, true: c.windows} {
			got, err := p.command(windows)
			var refused *ValueError
			if got != want || (want == "") != errors.As(err, &refused) {
				t.Errorf("%q %q %q, windows %v: got %q, %v; want %q", c.program, c.settings, c.name, windows, got, err, want)
			}
			if err != nil && strings.ContainsAny(err.Error(), "\n\t\x1b\u202e") {
				t.Errorf("the message holds what it refuses: %q", err)
			}
		}
	}
}

// splitters print the words of a command, one a line, as AWS clients split it: the SDKs for Go, JavaScript and Java by sh,
// botocore by Python's shlex.
var splitters = map[string][]string{
	"sh":      {"sh", "-c", `eval "set -- $1"; printf '%s\n' "$@"`, "-"},
	"python3": {"python3", "-c", "import shlex, sys\nfor w in shlex.split(sys.argv[1]): sys.stdout.buffer.write(w.encode() + b'\\n')"},
}

func TestClientsSplitTheCommandAlike(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the splitters are those of Unix; on Windows only plain words are written")
	}
	for with, command := range splitters {
		t.Run(with, func(t *testing.T) {
			if _, err := exec.LookPath(with); err != nil {
				t.Skip("there is no " + with + " on this computer")
			}
			for _, program := range []string{"/bin/samlogin", "/a b/sam  login", "/jörg/$HOME/`x`/$(x)/samlogin", "/~/*/?/[a]/{b,c}/!x/samlogin", "/a#b;c&d|e<f>g/samlogin", "/%PATH%/a=b/samlogin"} {
				p := Process{Profile: "p", Program: program, Settings: "/x y/config.toml", Name: "a/b:c@d+e"}
				line, err := p.Command()
				if err != nil {
					t.Fatal(err)
				}
				got, err := exec.CommandContext(t.Context(), command[0], append(command[1:], line)...).Output()
				if err != nil {
					t.Fatal(err)
				}
				if want := strings.Join([]string{program, "--config", "/x y/config.toml", "credentials", "a/b:c@d+e", ""}, "\n"); string(got) != want {
					t.Errorf("%s: got %q, want %q", line, got, want)
				}
			}
		})
	}
}

func TestWhichCommandsAreOurs(t *testing.T) {
	for line, want := range map[string]bool{
		"samlogin credentials prod":                            true,
		"/opt/x/sl-2 credentials a/b:c@d+e":                    true,
		"'/a b/samlogin' --config '/c d/s.toml' credentials p": true,
		"credentials prod":                                     false,
		"samlogin credentials":                                 false,
		"samlogin credentials prod --region x":                 false,
		"samlogin credentials prod | tee x":                    false,
		"samlogin credentials 'prod'":                          false,
		"aws-vault exec prod --json":                           false,
		"":                                                     false,
	} {
		if OwnCommand(line) != want {
			t.Errorf("%q: want %v", line, want)
		}
	}
}
