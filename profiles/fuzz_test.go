package profiles

import (
	"errors"
	"strings"
	"testing"
)

// FuzzEdit: editing one profile leaves every other byte as it was; editing it twice changes nothing more; what was
// written reads back; a fault of the file is no worse after.
func FuzzEdit(f *testing.F) {
	for _, seed := range []string{
		"", "[p]\n" + old, "[p]\r\n" + crlf(old) + "[b]\r\n", "# c\n[a]\nx=1\n\n[p]\ns3 =\n  region = x\nregion = y\n\n# about b\n[b]\n",
		"[p]\n  aws_access_key_id = A\n  region = x\n", "[p]\nregion = x\n  aws_session_token = old\n", "[ p ]\n", "[p]\n[p]\n", "[p] x\n", "[a\n[p]\n",
		"[a]\rb=1\r[p]\rx=1", byteOrderMark + "[p]\n", "[a]\nx=1\n [p]\ny=2", "[profile p]\nregion: x\n", "[default]\nAWS_SESSION_TOKEN=x", "[p]\n= 1\n x\n#\n;\n\xff", "x=1\n[p]\naws_security_token=x\n  # c\n y\n",
		"[p]\nregion = xn = x\n  aws_session_token = \n  aws_session_token =",
	} {
		f.Add(seed, false)
		f.Add(seed, true)
	}
	f.Fuzz(func(t *testing.T, before string, inConfig bool) {
		keys := testKeys("p")
		keys.Region = "eu-west-1"
		edit := func(text string) (string, error) {
			s := (&Writer{}).saving()
			if inConfig {
				return s.saveConfig([]Keys{keys}, ReplaceLongTerm, "", text)
			}
			return s.saveCredentials([]Keys{keys}, ReplaceLongTerm, "", text)
		}
		after, err := edit(before)
		var broken *BrokenFileError
		var notOurs *NotOursError
		var file *FileError
		if err != nil {
			if !errors.As(err, &broken) && !errors.As(err, &notOurs) && !errors.As(err, &file) {
				t.Fatalf("an error of another type: %v", err)
			}
			return
		}
		if again, err := edit(after); err != nil || again != after {
			t.Fatalf("a second edit: %v\nbefore %q\nafter  %q\nagain  %q", err, before, after, again)
		}
		was, is := parse(before), parse(after)
		if len(is.faults) > len(was.faults) {
			t.Fatalf("new faults %v, were %v\nbefore %q\nafter  %q", is.faults, was.faults, before, after)
		}
		for _, d := range []*document{was, is} {
			if whole := d.except(func(section, line) bool { return false }); whole != d.text {
				t.Fatalf("the lines are not the text: %q, want %q", whole, d.text)
			}
		}
		settings := append(keys.credentialSettings(), replaced(false)...)
		if inConfig {
			settings = append(keys.configSettings(), replaced(true)...)
		}
		own := func(s section, l line) bool {
			name, _ := s.profile(inConfig)
			if name != "p" || l.kind != keyLine && l.kind != strayLine {
				return false
			}
			for _, s := range settings {
				if s.key == l.key {
					return true
				}
			}
			return false
		}
		rest, want := is.except(own), was.except(own)
		if _, there := was.profiles(inConfig)["p"]; !there {
			rest = strings.TrimRight(rest, "\r\n")
			for _, header := range []string{"[p]", "[profile p]"} {
				rest = strings.TrimSuffix(rest, header)
			}
			if !strings.HasPrefix(rest, want) || strings.Trim(rest[len(want):], "\r\n") != "" {
				t.Fatalf("other bytes changed\nbefore %q\nafter  %q", before, after)
			}
		} else if rest != want && strings.TrimRight(rest, "\r\n") != want {
			t.Fatalf("other bytes changed\nbefore %q\nafter  %q", before, after)
		}
		found := newEdit("", is, inConfig).keysOf("p")
		for _, s := range settings {
			if got := found[s.key].value; !s.drop && !s.ifThere && got != s.value {
				t.Fatalf("%s reads back as %q, want %q\nbefore %q\nafter  %q", s.key, got, s.value, before, after)
			}
		}
	})
}

// except is the text without some of its lines.
func (d *document) except(which func(section, line) bool) string {
	var b strings.Builder
	in := -1
	for i, l := range d.lines {
		if in+1 < len(d.sections) && d.sections[in+1].header == i {
			in++
		}
		if in < 0 || !which(d.sections[in], l) {
			b.WriteString(d.text[l.start:l.next])
		}
	}
	return b.String()
}
