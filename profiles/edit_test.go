package profiles

import (
	"errors"
	"strings"
	"testing"
)

// old are temporary keys of a managed profile, to be replaced.
const old = "aws_access_key_id = ASIAOLD0000000000001\naws_secret_access_key = oldsecret\naws_session_token = oldtoken\n" +
	"x_security_token_expires = 2020-01-01T00:00:00Z\nx_principal_arn = arn:old\nsamlogin = managed\n"

func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

func TestOnlyTheProfilesOwnLinesChange(t *testing.T) { // security case 57
	lines := testLines("\n")
	for _, c := range []struct{ name, before, after string }{
		{"new file", "", "[p]\n" + lines},
		{"new section", "[a]\nx = 1\n", "[a]\nx = 1\n\n[p]\n" + lines},
		{"new section after a blank line", "[a]\nx = 1\n\n", "[a]\nx = 1\n\n[p]\n" + lines},
		{"new section, no newline at the end", "[a]\nx = 1", "[a]\nx = 1\n\n[p]\n" + lines},
		{"new section, CRLF", "[a]\r\nx = 1\r\n", "[a]\r\nx = 1\r\n\r\n[p]\r\n" + crlf(lines)},
		{"new section, CRLF, no newline at the end", "[a]\r\nx = 1", "[a]\r\nx = 1\r\n\r\n[p]\r\n" + crlf(lines)},
		{"only a comment", "# mine\n", "# mine\n\n[p]\n" + lines},
		{"in place", "[a]\nx=1\n[p]\n" + old + "[b]\ny = 2\n", "[a]\nx=1\n[p]\n" + lines + "[b]\ny = 2\n"},
		{"last, no newline at the end", "[p]\n" + strings.TrimSuffix(old, "\n"), "[p]\n" + strings.TrimSuffix(lines, "\n")},
		{"last, key to be added, no newline at the end", "[p]\nregion = x", "[p]\nregion = x\n" + lines},
		{"CRLF", "[p]\r\n" + crlf(old) + "[b]\r\n", "[p]\r\n" + crlf(lines) + "[b]\r\n"},
		{"CRLF section in an LF file", "[a]\nx = 1\n[p]\r\nregion = x\r\n[b]\nx = 1\n", "[a]\nx = 1\n[p]\r\nregion = x\r\n" + crlf(lines) + "[b]\nx = 1\n"},
		{"order and spacing", "[p]\noutput=json\n" + old + "region   =   x\n", "[p]\noutput=json\n" + lines + "region   =   x\n"},
		{"own lines apart, upper case, colons", "[p]\nSAMLOGIN=managed\n# c\nAWS_SESSION_TOKEN:t\n\nx_principal_arn=a\nAws_Access_Key_Id   ASIA=x\n",
			"[p]\nsamlogin = managed\n# c\naws_session_token = " + testToken + "\n\nx_principal_arn = " + testARN + "\nAws_Access_Key_Id   ASIA=x\n" +
				"aws_access_key_id = " + testID + "\naws_secret_access_key = secret0123/+abc\nx_security_token_expires = 2030-01-02T03:04:05Z\n"},
		{"keys after blank lines", "[p]\n\n\n" + old, "[p]\n\n\n" + lines},
		{"the comment of the next section stays with it", "[p]\nregion = x\n\n# about b\n[b]\n", "[p]\nregion = x\n" + lines + "\n# about b\n[b]\n"},
		{"empty section", "[p]\n\n# about b\n[b]\n", "[p]\n" + lines + "\n# about b\n[b]\n"},
		{"header with a comment", "[p] # mine\n" + old, "[p] # mine\n" + lines},
		{"a commented key stays a comment", "[p]\n# aws_session_token = old\n;aws_access_key_id = x\n" + old, "[p]\n# aws_session_token = old\n;aws_access_key_id = x\n" + lines},
		{"a nested key of the same name stays", "[p]\ns3 =\n  aws_access_key_id = nested\n  region = x\n" + old, "[p]\ns3 =\n  aws_access_key_id = nested\n  region = x\n" + lines},
		{"a nested block last", "[p]\ns3 =\n  max = 1\n\n[b]\n", "[p]\ns3 =\n  max = 1\n" + lines + "\n[b]\n"},
		{"all keys indented", "[p]\n  aws_access_key_id = ASIAOLD\n  region = x\n  aws_session_token = old\n  samlogin = managed\n",
			"[p]\n  aws_access_key_id = " + testID + "\n  region = x\n  aws_session_token = " + testToken + "\n  samlogin = managed\naws_secret_access_key = secret0123/+abc" +
				"\nx_security_token_expires = 2030-01-02T03:04:05Z\nx_principal_arn = " + testARN + "\n"},
		{"keys that only some clients see", "[p]\nregion = x\n  aws_session_token = old\n  output = json\nsamlogin = managed\n",
			"[p]\nregion = x\n  output = json\nsamlogin = managed\n" + strings.Replace(lines, "samlogin = managed\n", "", 1)},
		{"boto's old token is kept in step", "[p]\naws_security_token = old\nsamlogin = managed\n", "[p]\naws_security_token = " + testToken + "\nsamlogin = managed\n" + strings.Replace(lines, "samlogin = managed\n", "", 1)},
		{"names alike", "[pp]\nx = 1\n[profile p]\ny = 1\n[P]\nz = 1\n", "[pp]\nx = 1\n[profile p]\ny = 1\n[P]\nz = 1\n\n[p]\n" + lines},
		{"a line of 100 KiB", "[a]\nx = " + strings.Repeat("y", 100<<10) + "\n", "[a]\nx = " + strings.Repeat("y", 100<<10) + "\n\n[p]\n" + lines}, // security case 66
		{"a fault elsewhere is no worse after", "[a]\nx\n[a]\n", "[a]\nx\n[a]\n\n[p]\n" + lines},
		{"a byte order mark", byteOrderMark + "[a]\nx = 1\n", byteOrderMark + "[a]\nx = 1\n\n[p]\n" + lines},
		{"Latin-1", "[a]\n# caf\xe9\n", "[a]\n# caf\xe9\n\n[p]\n" + lines},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := homeWith(t, c.before)
			h.mustSave(testKeys("p"))
			if got := h.read(h.Credentials); got != c.after {
				t.Errorf("got\n%q\nwant\n%q", got, c.after)
			}
			h.mustSave(testKeys("p"))
			if got := h.read(h.Credentials); got != c.after {
				t.Errorf("a second save gives\n%q", got)
			}
			stored, err := h.Read("p")
			if err != nil || stored.Credentials[keyToken].Reveal() != testToken {
				t.Errorf("reads back %q, %v", stored.Credentials[keyToken].Reveal(), err)
			}
		})
	}
}

func TestLinesThatClientsReadDifferentlyAreNotEdited(t *testing.T) { // security case 57
	for _, c := range []struct {
		name, before string
		line         int
	}{
		{"section twice", "[p]\nx = 1\n[a]\n[p]\n", 4},
		{"key twice", "[p]\naws_access_key_id = ASIA1\nsamlogin = managed\n\nAWS_ACCESS_KEY_ID = ASIA2\n", 5},
		{"key twice, once indented", "[p]\nsamlogin = managed\naws_session_token = a\nregion = x\n  aws_session_token = b\n", 5},
		{"blanks in the header", "[a]\n[ p ]\nx = 1\n", 2},
		{"indented header below a key", "[a]\nx = 1\n  [p]\ny = 1\n", 3},
		{"second indented header below a key", "[a]\nx = 1\n  [b]\n  [p]\ny = 1\n", 4},
		{"indented header in the section", "[p]\nx = 1\n  [a]\ny = 1\n", 3},
		{"indented header right below the section", "[p]\n  [a]\ny = 1\n", 2},
		{"text after the header", "[p] x\ny = 1\n", 1},
		{"text after the next header", "[p]\ny = 1\n[b] x\n", 3},
		{"a header in it that is not closed", "[p]\nx = 1\n[b\nsamlogin = managed\n", 3},
		{"carriage returns alone", "[a]\r[p]\rx = 1\r", 1},
		{"byte order mark before its header", byteOrderMark + "[p]\nx = 1\n", 1},
		{"second line of a value", "[p]\nsamlogin = managed\naws_session_token = abc\n  def\n", 4},
		{"separator that Python takes for a blank", "[a]\nx = 1\n[p]\naws_session_token = abc\n  \x1f\n", 5},
		{"line without = that the AWS SDK for Go joins to a key of ours", "[p]\n samlogin = managed\n aws_session_token = abc\n def\n", 4},
		{"line without = below a key of ours that moves", "[p]\nregion = x\n  aws_session_token = abc\n  def\nsamlogin = managed\n", 4},
		{"key of others that would become part of ours", "[p]\nsamlogin = managed\naws_session_token = abc\n  output = json\n", 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := homeWith(t, c.before)
			err := h.save(ReplaceLongTerm, testKeys("p"))
			var broken *BrokenFileError
			if !errors.As(err, &broken) || broken.Line != c.line || broken.Path != h.Credentials {
				t.Errorf("got %v, want a BrokenFileError at line %d", err, c.line)
			}
			if got := h.read(h.Credentials); got != c.before {
				t.Errorf("the file became %q", got)
			}
			h.only("credentials")
			h.mustSave(testKeys("other")) // the fault is not that profile's
		})
	}
}

// To Python's configparser a section DEFAULT is what all others have in common.
func TestDefaultsOfPythonAreNoProfile(t *testing.T) {
	for _, key := range []string{"aws_security_token", "ROLE_ARN", "sso_session"} {
		h := homeWith(t, "[DEFAULT]\noutput = json\n"+key+" = x\n[p]\nsamlogin = managed\n")
		before := h.read(h.Credentials)
		var broken *BrokenFileError
		if err := h.save(ReplaceLongTerm, testKeys("p")); !errors.As(err, &broken) || broken.Line != 3 || h.read(h.Credentials) != before {
			t.Errorf("%s in DEFAULT: %v", key, err)
		}
	}
	h := homeWith(t, "[DEFAULT]\noutput = json\naws_session_token = x\n")
	h.mustSave(testKeys("p"), testKeys("default"))
	var name *NameError
	if err := h.save(ReplaceLongTerm, testKeys("DEFAULT")); !errors.As(err, &name) {
		t.Errorf("a profile DEFAULT: %v", err)
	}
	if got := SafeName("DEFAULT"); CheckName(got) != nil {
		t.Errorf("SafeName gives %q", got)
	}
}

func TestFaultsElsewhereAreSaidWithTheirLine(t *testing.T) {
	for before, part := range map[string]string{
		"[a]\nx = 1\n\n[a]\n":                  "line 4 is a section for the second time (the first is line 1)",
		"[a]\nx = 1\nX = 2\n":                  "line 3 is a key for the second time in its section (the first is line 2)",
		"[a]\nx\n":                             "line 2 is a line that is no key = value",
		"x = 1\n[a]\n":                         "line 1 is a key before the first section",
		"[a\nx = 1\n":                          "line 1 is a section header that is not closed",
		"[]\nx = 1\n":                          "line 1 is a section header that is not closed",
		byteOrderMark + "[a]\n":                "line 1 has a byte order mark",
		"[a]\n# \xff\n":                        "line 2 has bytes that are not UTF-8",
		"[a]\nx\nx\nx\n":                       "(and 2 more)",
		"[a]\ns3 =\n  x = 1\n  y: 2\n":         "line 4 is a line that is no key = value, in a nested block",
		"[a]\ns3 =\n\n  # c\n  y\n":            "line 5 is a line that is no key = value, in a nested block",
		"[a]\ns3:\n  x = 1\u2028y\n":           "line 3 is a line that is no key = value, in a nested block",
		"[a]\n= 1\n":                           "line 2 is a line that is no key = value",
		"[a]\n  x = 1\n  y = 2\n  z\n[b]\nz\n": "line 4 is a line that is no key = value",
	} {
		h := homeWith(t, before)
		h.mustSave(testKeys("p"))
		h.wantNotice(part)
	}
	h := homeWith(t, "[a]\n  x = 1\n  y = 2\n\n; c\n[b]\ns3 =\n  x = 1\n  x = 2\n  # c\n  y = a\u2028b = c\n\nx = 3\n  not nested\n\n  # c\n[profile a b]\n[sso-session x]\n")
	h.mustSave(testKeys("p"))
	if len(h.notices) != 0 {
		t.Errorf("notices about a sound file: %q", h.notices)
	}
}

func TestRegionGoesToTheConfigFile(t *testing.T) {
	for _, c := range []struct{ name, profile, before, after string }{
		{"new", "p", "", "[profile p]\nregion = eu-west-1\n"},
		{"new default", "default", "[profile a]\n", "[profile a]\n\n[default]\nregion = eu-west-1\n"},
		{"there", "p", "[profile p]\nregion=x\noutput = json\n", "[profile p]\nregion = eu-west-1\noutput = json\n"},
		{"default", "default", "[default]\noutput = json\n", "[default]\noutput = json\nregion = eu-west-1\n"},
		{"profile default", "default", "[profile default]\nregion = x\n", "[profile default]\nregion = eu-west-1\n"},
		{"both defaults, of which clients take different ones", "default", "[default]\nregion = x\n[profile default]\ny = 1\n", "[default]\nregion = eu-west-1\n[profile default]\ny = 1\nregion = eu-west-1\n"},
		{"two blanks", "p", "[profile  p]\nregion = x\n", "[profile  p]\nregion = eu-west-1\n"},
		{"quoted", "p", "[profile 'p']\nregion = x\n", "[profile 'p']\nregion = eu-west-1\n"},
		{"a section that is none of a profile's", "p", "[p]\nregion = x\n[sso-session p]\nsso_region = y\n", "[p]\nregion = x\n[sso-session p]\nsso_region = y\n\n[profile p]\nregion = eu-west-1\n"},
		{"nested region", "p", "[profile p]\ns3 =\n  region = x\n", "[profile p]\ns3 =\n  region = x\nregion = eu-west-1\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHome(t)
			h.write(h.Config, c.before, 0o600)
			k := testKeys(c.profile)
			k.Region = "eu-west-1"
			h.mustSave(k)
			if got := h.read(h.Config); got != c.after {
				t.Errorf("got\n%q\nwant\n%q", got, c.after)
			}
		})
	}
	t.Run("none asked", func(t *testing.T) {
		h := newHome(t)
		h.mustSave(testKeys("p"))
		h.only("credentials")
	})
	t.Run("another one in the credentials file", func(t *testing.T) {
		h := homeWith(t, "[p]\nregion = us-east-1\n")
		k := testKeys("p")
		k.Region = "eu-west-1"
		h.mustSave(k)
		h.wantNotice("the region in " + h.Credentials + ", line 2, is another one")
	})
}

func TestOneFileForBoth(t *testing.T) {
	h := newHome(t)
	h.Config = h.Credentials
	k := testKeys("p")
	k.Region = "eu-west-1"
	h.mustSave(k)
	if got, want := h.read(h.Credentials), "[profile p]\nregion = eu-west-1\n\n[p]\n"+testLines("\n"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
