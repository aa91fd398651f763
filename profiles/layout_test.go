package profiles

import (
	"fmt"
	"strings"
	"testing"
)

func TestLayoutIsWhatIsWritten(t *testing.T) {
	l := LayOut("f", "[a]\n  KEY : v # c\n  empty =\ns3 =\n  nested = 1\n[b]\nx = y\n  z = 1\n  [c]\nq = 1\n")
	var got []string
	for _, s := range l.Sections {
		line := fmt.Sprintf("%d[%s]%v", s.Line, s.Header, s.Joined)
		for _, k := range s.Keys {
			line += fmt.Sprintf(" %d:%s/%s=%q", k.Line, k.Written, k.Name, k.Value.Reveal())
			if k.Colon {
				line += "colon"
			}
			if k.Joined {
				line += "joined"
			}
		}
		got = append(got, line)
	}
	want := []string{
		`1[a]false 2:KEY/key="v # c"colon 3:empty/empty="" 4:s3/s3=""`,
		`6[b]false 7:x/x="y" 8:z/z="1"joined`,
		`9[c]true 10:q/q="1"`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(l.Faults) != 1 || l.Faults[0].Fatal() {
		t.Errorf("faults %v", l.Faults)
	}
}

// What Python's configparser and botocore were seen to refuse.
func TestFatalFaults(t *testing.T) {
	for text, fatal := range map[string]bool{
		"[a]\n[a]\n": true, "[a]\nx = 1\nx = 2\n": true, "[a]\njunk\n": true, "x = 1\n": true, "[a\n": true, "[]\n": true,
		"\uFEFF[a]\n": true, "[a]\n# \xe9\n": true, "[a]\ns3 =\n  junk\n": true,
		"[a] text\n": false, "[a]\rx = 1\r": false, "[x]\ny = 1\n  [a]\n": false,
	} {
		found := false
		all := LayOut("f", text).Faults
		for _, f := range all {
			found = found || f.Fatal()
		}
		if len(all) == 0 || found != fatal {
			t.Errorf("%q: %v, want fatal %v", text, all, fatal)
		}
	}
}
