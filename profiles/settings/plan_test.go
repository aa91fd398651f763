package settings

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

const kept = `# Settings of jane.
default = "morning"   # what a bare samlogin does

[idp.corp]            # the company
kind = "adfs"
url = 'https://adfs.example.com'
# username = "jane"

# production
[profile.prod]
idp="corp"
role = "arn:aws:iam::111111111111:role/Admin"

[profile."a.b"]
idp = "corp"
role = "*/ReadOnly"
# region = "eu-west-1"

# every morning
[group.morning]
profiles = [
    "prod",   # first
    "a.b"     # second
]
`

// What is not named stays, byte by byte.
func TestChangesTouchOnlyWhatTheyName(t *testing.T) {
	inline := "group = { one = { profiles = [\"p\"] } }\nprofile.p.role = \"x\"\nprofile.p.idp = \"adfs\" # dotted\n"
	for _, c := range []struct {
		name, before string
		changes      []Change
		old, new     []string // the old text with each old replaced once by its new is what is wanted
	}{
		{"a value", kept, []Change{{"", "default", "prod"}}, []string{`"morning"   #`}, []string{`"prod"   #`}},
		{"the same values", kept, []Change{{"", "default", "morning"}, {"profile.prod", "idp", "corp"}, {"group.morning", "profiles", []string{"prod", "a.b"}}}, nil, nil},
		{"a value without blanks", kept, []Change{{"profile.prod", "idp", "adfs"}}, []string{`idp="corp"`}, []string{`idp="adfs"`}},
		{"a key above all tables", kept, []Change{{"", "output", "json"}}, []string{"bare samlogin does\n"}, []string{"bare samlogin does\noutput = \"json\"\n"}},
		{"a key in a table", kept, []Change{{"idp.corp", "username", `CORP\jane`}, {"idp.corp", "session", "off"}}, []string{"example.com'\n"}, []string{"example.com'\nusername = 'CORP\\jane'\nsession = \"off\"\n"}},
		{"a name with a dot", kept, []Change{{"profile.a.b", "region", "eu-west-1"}}, []string{"\"*/ReadOnly\"\n"}, []string{"\"*/ReadOnly\"\nregion = \"eu-west-1\"\n"}},
		{"a new profile goes to its kind", kept, []Change{{"profile.new", "idp", "corp"}, {"profile.new", "exact_duration", true}}, []string{"# region = \"eu-west-1\"\n"},
			[]string{"# region = \"eu-west-1\"\n\n[profile.new]\nidp = \"corp\"\nexact_duration = true\n"}},
		{"a new profile and its group", kept, []Change{{"profile.c/d", "idp", "corp"}, {"group.morning", "profiles", []string{"prod", "a.b", "c/d"}}}, []string{"# region = \"eu-west-1\"\n", "\"a.b\"     # second\n"},
			[]string{"# region = \"eu-west-1\"\n\n[profile.\"c/d\"]\nidp = \"corp\"\n", "\"a.b\",     # second\n    \"c/d\",\n"}},
		{"a new kind of table", kept, []Change{{"accounts", "111111111111", "prod"}}, []string{"# second\n]\n"}, []string{"# second\n]\n\n[accounts]\n111111111111 = \"prod\"\n"}},
		{"taken out", kept, []Change{{"", "default", nil}, {"profile.prod", "nothing", nil}, {"profile.none", "idp", nil}}, []string{"default = \"morning\"   # what a bare samlogin does\n"}, []string{""}},
		{"a list that is shorter", kept, []Change{{"group.morning", "profiles", []string{"prod"}}}, []string{"[\n    \"prod\",   # first\n    \"a.b\"     # second\n]"}, []string{`["prod"]`}},
		{"line ends of Windows", "[idp.corp]\r\nkind = \"adfs\"\r\n", []Change{{"idp.corp", "url", "adfs.example.com"}, {"profile.p", "idp", "corp"}}, []string{"\"adfs\"\r\n"},
			[]string{"\"adfs\"\r\nurl = \"adfs.example.com\"\r\n\r\n[profile.p]\r\nidp = \"corp\"\r\n"}},
		{"no line end", `[idp.corp]` + "\n" + `kind = "adfs"`, []Change{{"idp.corp", "url", "adfs.example.com"}}, []string{`"adfs"`}, []string{"\"adfs\"\nurl = \"adfs.example.com\"\n"}},
		{"the first key above tables", "\n# company\n[idp.corp]\nkind = \"adfs\"\n", []Change{{"", "output", "json"}}, []string{"# company"}, []string{"output = \"json\"\n\n# company"}},
		{"inline and dotted", inline, []Change{{"group.one", "profiles", []string{"p", "q"}}, {"profile.q", "idp", "form"}, {"profile.p", "region", "eu-west-1"}},
			[]string{`["p"]`, "# dotted\n"}, []string{`["p", "q"]`, "# dotted\nprofile.p.region = \"eu-west-1\"\n\n[profile.q]\nidp = \"form\"\n"}},
		{"within an inline table", "idp = { corp = { kind = \"adfs\" }, d = {kind='form'} }\n", []Change{{"idp.corp", "url", "adfs.example.com"}, {"idp.e", "kind", "adfs"}, {"idp.d", "kind", "adfs"}},
			[]string{`"adfs" }`, `{kind='form'}`}, []string{`"adfs", url = "adfs.example.com" }`, `{kind="adfs"}, e.kind = "adfs"`}},
		{"an empty file", "", []Change{{"idp.corp", "kind", "adfs"}, {"", "output", "json"}}, []string{""}, []string{"output = \"json\"\n\n[idp.corp]\nkind = \"adfs\"\n"}},
		{"only a comment", "# mine\n", []Change{{"idp.corp", "kind", "adfs"}}, []string{"# mine\n"}, []string{"# mine\n\n[idp.corp]\nkind = \"adfs\"\n"}},
		{"a key below a comment", "# mine\n\n", []Change{{"", "output", "json"}}, []string{"# mine\n\n"}, []string{"# mine\n\noutput = \"json\"\n"}},
		{"a relying party with blanks", "[idp.corp]\nkind = \"adfs\"\n", []Change{{"idp.corp", "relying_party", "Amazon Web Services"}}, []string{"\"adfs\"\n"}, []string{"\"adfs\"\nrelying_party = \"Amazon Web Services\"\n"}},
		{"beside tables of tables", "[idp.c]\nkind = \"adfs\"\n[[idp.c.mfa_adapter]]\nname = \"x\"\n# end\n", []Change{{"idp.c", "realm", "r"}, {"idp.d", "kind", "form"}}, []string{"\"adfs\"\n", "# end\n"}, []string{"\"adfs\"\nrealm = \"r\"\n", "# end\n\n[idp.d]\nkind = \"form\"\n"}},
		{"list in one line, comma at its end", "[profile.p]\nidp = \"adfs\"\n[profile.q]\nidp = \"adfs\"\n[group.g]\nprofiles = [ 'p', ] # x\n", []Change{{"group.g", "profiles", []string{"p", "q"}}}, []string{"'p',"}, []string{"'p', \"q\","}},
		{"bracket behind the last", "[profile.p]\nidp = \"adfs\"\n[profile.q]\nidp = \"adfs\"\n[profile.r]\nidp = \"adfs\"\n[group.g]\nprofiles = ['p',\n  'q']\n", []Change{{"group.g", "profiles", []string{"p", "q", "r"}}}, []string{"'q'"}, []string{"'q',\n  \"r\""}},
		{"texts with quotes", "[idp.corp]\nkind = \"adfs\"\n", []Change{{"idp.corp", "username", `o'brien "\x"`}, {"idp.corp", "realm", `say "hi"`}}, []string{"\"adfs\"\n"}, []string{"\"adfs\"\nusername = \"o'brien \\\"\\\\x\\\"\"\nrealm = 'say \"hi\"'\n"}},
		{"text of many lines", "[idp.corp]\nkind = \"adfs\"\nrealm = \"\"\"a]\\\n   b\"\"\"\nmfa = 'x'\n", []Change{{"idp.corp", "realm", "c"}}, []string{"\"\"\"a]\\\n   b\"\"\""}, []string{`"c"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := write(t, c.before)
			want := c.before
			for i := range c.old {
				want = strings.Replace(want, c.old[i], c.new[i], 1)
			}
			e, err := Plan(path, c.changes)
			if err != nil {
				t.Fatal(err)
			}
			if e.Text() != want {
				t.Fatalf("got\n%s\nwant\n%s\ndiff\n%s", e.Text(), want, e.Diff())
			}
			if err := e.Save(context.Background()); err != nil {
				t.Fatal(err)
			}
			if got, _ := os.ReadFile(path); string(got) != want {
				t.Errorf("saved: %q", got)
			}
			if again, err := Plan(path, c.changes); err != nil || again.Changes() || again.Diff() != "" {
				t.Errorf("once more: %v, %s", err, again.Diff())
			}
		})
	}
}

func TestChangesThatCannotBe(t *testing.T) {
	for _, c := range []struct {
		name, before string
		change       Change
		says, hint   string
	}{
		{"an unknown key", kept, Change{"idp.corp", "usrname", "jane"}, "idp.corp.usrname: unknown key", "did you mean username?"},
		{"a link to nothing", kept, Change{"profile.prod", "idp", "crop"}, "no [idp.NAME] of this name", "corp"},
		{"a table that is none", `output = "text"`, Change{"output", "x", "y"}, "should be a table", ""},
		{"wrong already", "[idp.corp]\nkind = \"adfs\"\nulr = \"x.example\"\n", Change{"", "output", "json"}, "idp.corp.ulr: unknown key", "did you mean url?"},
		{"a secret", kept, Change{"idp.corp", "password", "hunter2"}, "a secret is not kept in the settings", "secret set"},
		{"a control character", kept, Change{"idp.corp", "username", "a\x1b[31mb"}, "control character", ""},
		{"a name that acts", kept, Change{"profile.a\nb", "idp", "corp"}, "cannot be set", ""},
		{"out of an inline table", "idp = { corp = { kind = \"adfs\", url = \"x.example\" } }\n", Change{"idp.corp", "url", nil}, "inline table", "with an editor"},
		{"a number", kept, Change{"idp.corp", "timeout", 90}, "type int", ""},
	} {
		path := write(t, c.before)
		_, err := Plan(path, []Change{c.change})
		if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var hinted interface{ Hint() string }
		if !errors.As(err, &hinted) || !strings.Contains(hinted.Hint(), c.hint) {
			t.Errorf("%s: hint %q of %v", c.name, hinted.Hint(), err)
		}
		if got, _ := os.ReadFile(path); string(got) != c.before {
			t.Errorf("%s: the file was changed", c.name)
		}
	}
}

func TestTheDifferenceAsAPersonReadsIt(t *testing.T) {
	path := write(t, kept)
	e, err := Plan(path, []Change{{"", "default", "prod"}, {"group.late", "profiles", []string{"prod"}}})
	if err != nil {
		t.Fatal(err)
	}
	want := "--- " + path + "\n+++ " + path + `
@@ -1,5 +1,5 @@
 # Settings of jane.
-default = "morning"   # what a bare samlogin does
+default = "prod"   # what a bare samlogin does
 
 [idp.corp]            # the company
 kind = "adfs"
@@ -22,3 +22,6 @@
     "prod",   # first
     "a.b"     # second
 ]
+
+[group.late]
+profiles = ["prod"]
`
	if got := e.Diff(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	none := filepath.Join(t.TempDir(), "config.toml")
	if e, err = Plan(none, []Change{{"idp.c", "kind", "adfs"}}); err != nil || !e.New() {
		t.Fatal(err)
	}
	if want := "--- /dev/null\n+++ " + none + "\n@@ -0,0 +1,2 @@\n+[idp.c]\n+kind = \"adfs\"\n"; e.Diff() != want {
		t.Errorf("got\n%s\nwant\n%s", e.Diff(), want)
	}
}

func TestSavingSettings(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "fresh", "samlogin", "config.toml")
	e, err := Plan(path, []Change{{"idp.corp", "kind", "adfs"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Save(ctx); err != nil {
		t.Fatal(err)
	}
	if s, err := Load(path, true, plain); err != nil || s.IdPs["corp"].Kind != "adfs" {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" {
		for at, want := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700, filepath.Dir(filepath.Dir(path)): 0o700} {
			if info, err := os.Stat(at); err != nil || info.Mode().Perm() != want {
				t.Errorf("%s: %v, %v", at, info.Mode(), err)
			}
		}
		linked := filepath.Join(t.TempDir(), "config.toml")
		if err := errors.Join(os.Chmod(path, 0o644), os.Symlink(path, linked)); err != nil {
			t.Fatal(err)
		}
		if e, err = Plan(linked, []Change{{"idp.corp", "url", "adfs.example.com"}}); err != nil {
			t.Fatal(err)
		}
		if err := e.Save(ctx); err != nil {
			t.Fatal(err)
		}
		link, _ := os.Readlink(linked)
		if info, err := os.Stat(linked); err != nil || info.Mode().Perm() != 0o644 || link != path {
			t.Errorf("the link leads to %q, mode %v, %v", link, info.Mode(), err)
		}
		if names, _ := os.ReadDir(filepath.Dir(path)); len(names) != 2 { // the file and its lock
			t.Errorf("left behind: %v", names)
		}
	}
	// What was shown is what is written: a file that changed meanwhile is left alone.
	if e, err = Plan(path, []Change{{"idp.corp", "username", "jane"}}); err != nil {
		t.Fatal(err)
	}
	meanwhile := "[idp.corp]\nkind = \"form\"\n"
	if err := os.WriteFile(path, []byte(meanwhile), 0o600); err != nil {
		t.Fatal(err)
	}
	var changed *ChangedError
	if err := e.Save(ctx); !errors.As(err, &changed) {
		t.Errorf("changed meanwhile: %v", err)
	}
	if got, _ := os.ReadFile(path); string(got) != meanwhile {
		t.Errorf("written over: %q", got)
	}
	// Nothing can be written where a file is in the way.
	if e, err = Plan(filepath.Join(path, "deeper", "config.toml"), []Change{{"", "output", "json"}}); err == nil {
		var failed *SaveError
		if err := e.Save(ctx); !errors.As(err, &failed) {
			t.Errorf("a file in the way: %v", err)
		}
	}
}

// Whatever text can be read: an edit of it either fails or means what was wanted, which Plan itself checks, and undoing
// it is an edit too.
func FuzzPlan(f *testing.F) {
	f.Add(kept)
	f.Add(whole)
	f.Add("idp = { corp = { kind = \"adfs\" } }\n")
	f.Add("profile.p.role = 'x'\r\n[idp.\"corp\"]\r\n'kind' = \"\"\"adfs\"\"\"\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		path := write(t, text)
		e, err := Plan(path, []Change{{"idp.corp", "kind", "form"}, {"idp.corp", "username", "jane"}, {"profile.x", "idp", "corp"}, {"group.y", "profiles", []string{"x"}}, {"", "default", "y"}})
		if err != nil {
			return
		}
		s, wrong := parse([]byte(e.Text()), anyDuration) // by itself: what it may include is not there
		if wrong != nil {
			t.Fatalf("%v\n%s", wrong, e.Text())
		}
		if s.IdPs["corp"].Username != "jane" || s.Profiles["x"].IdP != "corp" || s.Groups["y"].Profiles[0] != "x" || s.Default != "y" {
			t.Fatalf("it does not mean what was planned:\n%s", e.Text())
		}
	})
}
