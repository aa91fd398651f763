package profiles

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"

	"github.com/samlogin/samlogin/saml/secret"
)

// edits is how many generated edits the AWS SDK for Go reads back.
const edits = 2500

// generated is a credentials file made of lines of which it is known whose they are.
type generated struct {
	rand   *rand.Rand
	lines  []string // with their line ends
	own    []bool   // written by samlogin for the profile, so to be replaced
	there  bool     // the profile has a section
	others []string
}

func (g *generated) pick(from ...string) string { return from[g.rand.IntN(len(from))] }

func (g *generated) add(own bool, text string) {
	g.lines = append(g.lines, text)
	g.own = append(g.own, own)
}

// noise adds lines that are nobody's business. indent is that of the section's keys.
func (g *generated) noise(indent string) {
	for range g.rand.IntN(4) {
		switch g.rand.IntN(8) {
		case 0:
			g.add(false, g.pick("", " ", "\t"))
		case 1:
			g.add(false, g.pick("# comment", "; aws_access_key_id = no", "  # [p]", "#aws_session_token=x"))
		case 2:
			g.add(false, indent+fmt.Sprintf("key_%d%s%s", g.rand.IntN(1e6), g.pick("=", " = ", "\t=  ", ": "), g.pick("v", "a=b:c", "100%", "x # y", "[z]", "é", "")))
			if last := g.lines[len(g.lines)-1]; strings.HasSuffix(strings.TrimRight(last, " "), "=") && indent != "" {
				g.lines[len(g.lines)-1] += "v" // an indented key below an empty one is nested to some clients
			}
		case 3:
			if indent == "" {
				g.add(false, g.pick("s3 =", "dynamodb=")+g.pick("", " "))
				g.lines[len(g.lines)-1] = fmt.Sprintf("nest_%d =", g.rand.IntN(1e6))
				for range 1 + g.rand.IntN(2) {
					g.add(false, fmt.Sprintf("  %s_%d = x", g.pick("region", "max"), g.rand.IntN(1e6)))
				}
				g.add(false, g.pick("  region = nested", "\taws_access_key_id = nested", "  samlogin = nested"))
			}
		}
	}
}

func (g *generated) section(name string, own bool) {
	g.add(false, "["+name+"]"+g.pick("", " # c", "  "))
	indent := g.pick("", "", "", "  ", "\t")
	keys := []string{keyID, keySecret, keyToken, keyOldToken, keyExpires, keyPrincipal, keyMark}
	g.rand.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	if own {
		keys = keys[:g.rand.IntN(len(keys)+1)]
	}
	g.noise(indent)
	for _, key := range keys {
		if own {
			key = g.pick(key, key, strings.ToUpper(key), strings.ToTitle(key[:1])+key[1:])
		}
		g.add(own, indent+key+g.pick("=", " = ", "  =\t", " : ")+g.pick("old", "a/b+c==", "ASIAOLD0000000000000")+g.pick("", " ", "\t"))
		g.noise(indent)
	}
}

func generate(seed uint64) *generated {
	g := &generated{rand: rand.New(rand.NewPCG(seed, 56))}
	g.add(false, g.pick("# top", "", "; top"))
	names := []string{"default", "a", "b.c-d_e", "x/y:z@w+v", "pp", "P", "p2"}
	own := g.rand.IntN(len(names) + 3)
	for i, name := range names {
		if i == own {
			g.there = true
			g.section("p", true)
		}
		if g.rand.IntN(3) > 0 {
			g.others = append(g.others, name)
			g.section(name, false)
		}
	}
	style := g.rand.IntN(3)
	for i := range g.lines {
		eol := "\n"
		if style == 1 || style == 2 && g.rand.IntN(2) == 0 {
			eol = "\r\n"
		}
		if i == len(g.lines)-1 && g.rand.IntN(3) == 0 {
			eol = ""
		}
		g.lines[i] += eol
	}
	return g
}

func (g *generated) keys() Keys {
	value := func(n int) string {
		const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
		b := make([]byte, n)
		for i := range b {
			b[i] = alphabet[g.rand.IntN(len(alphabet))]
		}
		return string(b)
	}
	return Keys{
		Profile: "p", AccessKeyID: fmt.Sprintf("ASIA%016d", g.rand.IntN(1e16)), SecretAccessKey: secret.New(value(40)),
		SessionToken: secret.New(value(1 + g.rand.IntN(2000))), Expiration: expiry, PrincipalARN: "arn:aws:sts::1:assumed-role/R/" + g.pick("a=b", "j@e.com", "x,y"),
	}
}

// TestTheAWSSDKReadsBackWhatWasWritten edits generated files. The reader of the AWS SDK for Go, which is not ours,
// finds the new keys and all other profiles as they were; every line that is not samlogin's is as it was.
func TestTheAWSSDKReadsBackWhatWasWritten(t *testing.T) { // security case 56
	folder := t.TempDir()
	read := func(text, profile string) (config.SharedConfig, error) {
		path := filepath.Join(folder, "credentials")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return config.LoadSharedConfigProfile(t.Context(), profile, func(o *config.LoadSharedConfigOptions) {
			o.CredentialsFiles, o.ConfigFiles = []string{path}, []string{}
		})
	}
	for seed := range uint64(edits) {
		g := generate(seed)
		before, keys := strings.Join(g.lines, ""), g.keys()
		after, err := (&Writer{}).saving().saveCredentials([]Keys{keys}, ReplaceLongTerm, "", before)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, before)
		}
		got, err := read(after, "p")
		if c := got.Credentials; err != nil || c.AccessKeyID != keys.AccessKeyID || c.SecretAccessKey != keys.SecretAccessKey.Reveal() || c.SessionToken != keys.SessionToken.Reveal() {
			t.Fatalf("seed %d: the SDK reads other keys, %v:\n%s", seed, err, after)
		}
		if n := len(g.others); n > 0 {
			other := g.others[g.rand.IntN(n)]
			now, err1 := read(after, other)
			was, err2 := read(before, other)
			if fmt.Sprint(err1) != fmt.Sprint(err2) || !reflect.DeepEqual(now, was) {
				t.Fatalf("seed %d: profile %s is another one to the SDK: %v, %v", seed, other, err1, err2)
			}
		}
		if !g.onlyOwnChanged(before, after, keys) {
			t.Fatalf("seed %d: other lines changed\nbefore %q\nafter  %q", seed, before, after)
		}
	}
}

// onlyOwnChanged compares without the parser that made the edit.
func (g *generated) onlyOwnChanged(before, after string, keys Keys) bool {
	written := map[string]int{} // each line once
	for _, s := range keys.credentialSettings() {
		written[s.line()]++
	}
	if !g.there { // what was there, blank lines, the section
		section, ok := strings.CutPrefix(after, before)
		section = strings.TrimLeft(section, "\r\n")
		lines := strings.Split(strings.ReplaceAll(section, "\r\n", "\n"), "\n")
		return ok && lines[0] == "[p]" && lines[len(lines)-1] == "" && len(lines) == 2+len(keys.credentialSettings())-1 // no old token
	}
	var want, kept strings.Builder
	for i, l := range g.lines {
		if !g.own[i] {
			want.WriteString(l)
		}
	}
	for _, l := range strings.SplitAfter(after, "\n") {
		if bare := strings.Trim(l, " \t\r\n"); written[bare] > 0 {
			written[bare]--
			continue
		}
		kept.WriteString(l)
	}
	if n := len(g.lines); !g.own[n-1] && !strings.HasSuffix(before, "\n") {
		return strings.TrimRight(kept.String(), "\r\n") == want.String() // a line end was needed to go on below
	}
	return kept.String() == want.String()
}
