package profiles

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/config"
)

// edits is how many generated edits are made; the interop suite makes 10,000 of them, and SAMLOGIN_EDITS=1000000 a million.
const edits = 5000

// editsVariable and editsToVariable: how many edits, and a folder to write them to, for readers in other languages.
const (
	editsVariable   = "SAMLOGIN_EDITS"
	editsToVariable = "SAMLOGIN_EDITS_TO"
)

// editMade is what is written of an edit for other readers, one JSON object a line.
type editMade struct {
	Seed     uint64            `json:"seed"`
	Sort     sort              `json:"sort"`
	InConfig bool              `json:"in_config"`
	Removes  bool              `json:"removes"`
	Profile  string            `json:"profile"`
	Before   []byte            `json:"before"`
	After    []byte            `json:"after"`
	Refused  string            `json:"refused"` // the error, "" where the edit was made
	Faults   []string          `json:"faults"`  // said of the file as it was
	Expected map[string]string `json:"expected"`
}

// TestGeneratedEdits edits generated files. The reader of the AWS SDK for Go, which is not ours, finds the new keys
// and all other profiles as they were; every line that is not samlogin's is as it was; what cannot be edited is
// refused with its line.
func TestGeneratedEdits(t *testing.T) { // security cases 56, 57
	total := uint64(edits)
	if text := os.Getenv(editsVariable); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatalf("%s: %v", editsVariable, err)
		}
		total = n
	}
	const shards = 4
	for shard := range uint64(shards) {
		t.Run(fmt.Sprint("shard ", shard), func(t *testing.T) {
			t.Parallel()
			c := &editCheck{T: t, home: newHome(t), path: filepath.Join(t.TempDir(), "file")}
			if to := os.Getenv(editsToVariable); to != "" {
				defer c.writeTo(filepath.Join(to, fmt.Sprintf("edits-%d.jsonl", shard)))()
			}
			made := map[sort]int{}
			for seed := shard; seed < total; seed += shards {
				g := generate(seed)
				if c.check(seed, g) {
					made[g.sort]++
				}
				if t.Failed() {
					return
				}
			}
			t.Logf("edits made: %v", made)
		})
	}
}

// editCheck judges edits, none of it with the parser that made them.
type editCheck struct {
	*testing.T
	home *home
	path string
	out  *json.Encoder
}

func (c *editCheck) writeTo(path string) (finish func()) {
	f, err := os.Create(path)
	if err != nil {
		c.Fatal(err)
	}
	b := bufio.NewWriter(f)
	c.out = json.NewEncoder(b)
	return func() {
		if err := errors.Join(b.Flush(), f.Close()); err != nil {
			c.Error(err)
		}
	}
}

// check makes the edit of a seed and reports whether it was made.
func (c *editCheck) check(seed uint64, g *generated) bool {
	before := g.text()
	after, err := g.edit(before)
	if seed%101 == 0 { // an odd number, so that every shard does
		c.onDisk(seed, g, before, after, err)
	}
	faults := parse(before).faults
	if c.out != nil {
		line := editMade{Seed: seed, Sort: g.sort, InConfig: g.inConfig, Removes: g.removes, Profile: g.keys.Profile, Before: []byte(before), After: []byte(after), Expected: g.expected()}
		if err != nil {
			line.Refused = err.Error()
		}
		for _, f := range faults {
			line.Faults = append(line.Faults, f.String())
		}
		if err := c.out.Encode(line); err != nil {
			c.Fatal(err)
		}
	}
	fail := func(format string, args ...any) {
		c.Helper()
		c.Errorf("seed %d, %s, config %v, remove %v: %s\nbefore %.4000q\nafter  %.4000q", seed, g.sort, g.inConfig, g.removes, fmt.Sprintf(format, args...), before, after)
	}
	var broken *BrokenFileError
	switch unsafe := errors.As(err, &broken); {
	case g.sort == brokenInside:
		if want := g.refusedAt(); !unsafe || broken.Line != want {
			fail("want a refusal at line %d, got %v", want, err)
		}
	case g.sort == notText && !g.removes:
		if !errors.Is(err, errNotText) {
			fail("a file that is not text: %v", err)
		}
	case g.sort == mutated && unsafe:
	case err != nil:
		fail("refused: %v", err)
	}
	if g.sort == soundFile && len(faults) > 0 || g.sort == brokenElsewhere && len(faults) == 0 {
		fail("the faults are %v", faults)
	}
	if err != nil {
		return false
	}
	if !g.onlyOwnChanged(before, after) {
		fail("other lines changed")
	}
	if again, err := g.edit(after); err != nil || again != after {
		fail("a second edit gives %q, %v", again, err)
	}
	if g.sort != notText {
		c.sdk(g, before, after, fail)
	}
	return true
}

// sdk reads the file with the AWS SDK for Go.
func (c *editCheck) sdk(g *generated, before, after string, fail func(string, ...any)) {
	if !g.removes && !g.quoted {
		got, err := c.read(after, g.keys.Profile, g.inConfig)
		want := g.expected()
		if k := got.Credentials; err != nil || !g.inConfig && (k.AccessKeyID != want[keyID] || k.SecretAccessKey != want[keySecret] || k.SessionToken != want[keyToken]) || g.inConfig && got.Region != want[keyRegion] {
			if _, err := c.read(before, g.keys.Profile, g.inConfig); !errors.Is(err, errPanic) {
				fail("the SDK reads otherwise, %v", err)
			}
		}
	}
	if n := len(g.others); n > 0 {
		other := g.others[g.rand.IntN(n)]
		if !strings.HasSuffix(before, "\n") && strings.HasPrefix(after, before+"\r\n") {
			before += "\r\n" // to the SDK the carriage return below a value of several lines is part of it
		}
		now, err1 := c.read(after, other, g.inConfig)
		was, err2 := c.read(before, other, g.inConfig)
		if fmt.Sprint(err1) != fmt.Sprint(err2) || !reflect.DeepEqual(now, was) {
			fail("profile %s is another one to the SDK: %v, %v", other, err1, err2)
		}
	}
}

// errPanic: version 1.33.14 of the SDK's config module panics on a value that is one quotation mark.
var errPanic = errors.New("the SDK panics")

func (c *editCheck) read(text, profile string, inConfig bool) (_ config.SharedConfig, err error) {
	if err := os.WriteFile(c.path, []byte(text), 0o600); err != nil {
		c.Fatal(err)
	}
	defer func() {
		if recover() != nil {
			err = errPanic
		}
	}()
	return config.LoadSharedConfigProfile(c.Context(), profile, func(o *config.LoadSharedConfigOptions) {
		o.CredentialsFiles, o.ConfigFiles = []string{c.path}, []string{}
		if inConfig {
			o.CredentialsFiles, o.ConfigFiles = o.ConfigFiles, o.CredentialsFiles
		}
	})
}

// onDisk makes the same edit with the whole writer: the file becomes the same text, or stays as it was.
func (c *editCheck) onDisk(seed uint64, g *generated, before, after string, refused error) {
	h := c.home
	path, want := h.Credentials, after
	if g.inConfig {
		path = h.Config
	}
	if refused != nil {
		want = before
	}
	other := h.Config
	if g.inConfig {
		other = h.Credentials
	}
	h.write(other, "# none\n", 0o600)
	h.write(path, before, 0o600)
	var err error
	if g.removes {
		err = h.writer().Remove(c.Context(), []string{g.keys.Profile})
	} else {
		err = h.save(ReplaceLongTerm, g.keys)
	}
	if fmt.Sprint(err != nil) != fmt.Sprint(refused != nil) || h.read(path) != want {
		c.Errorf("seed %d: on disk: %v, want %v; the file is\n%q\nwant\n%q", seed, err, refused, h.read(path), want)
	}
	h.only("credentials", "config")
}
