//go:build !windows

package profiles

import (
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"path"
	"strings"
	"syscall"
	"time"

	"github.com/samlogin/samlogin/saml/secret"
)

// world is one program of the campaign: a disk, what is on it, and what happens.
type world struct {
	*model
	rng    *rand.Rand
	sum    *tally
	say    func(string, ...any) // nil: nothing is said
	files  Files
	real   [2]string // where the credentials file and the config file really are
	logins int

	// one step of it
	now       *process
	calls     int             // made so far
	plan      map[int]failure // faults by the number of the call
	killAt    int             // 0: never
	aim       string          // a kind of call, of which one is to fail,
	count     int             // the one that makes this 0,
	aimed     *failure        // so, or nil: to be the last
	acts      map[int]act     // other programs' by the number of the call
	due       []dueWrite
	unremoved map[string]bool // names whose removal was made to fail
	notices   []string
	other     [2]account
}

// account is what is known of others' part of a file, and of ours.
type account struct {
	want     reading // what the file has to be, but for what we do in this step
	whole    reading // what it had to be when we began to write in place
	last     reading // the text that was looked at last
	stale    string  // a text that somebody read and wrote back later, over whatever was there
	wasOver  bool    // such a text was written in this step
	unseen   bool    // and we have not read the file since, nor had to
	replaced bool    // by us, and not read since
	suspect  bool    // written by others since our last read
	unread   bool    // in a way that only opening the file again shows
	window   bool    // and then replaced: that could not be seen
	inPlace  bool    // written in place by us in this step
}

// dueWrite is the second half of a write in place: the first was to empty the file.
type dueWrite struct {
	when time.Time
	node *inode
	text string
}

const (
	secretMark = "S3CRET" // in every secret: it must not be seen anywhere else
	profilesIn = 4        // are ours
)

var (
	ourProfiles     = [profilesIn]string{"p0", "p1", "p2", "p3"}
	credentialTexts = []string{
		"", person, "[other]\nn = 1\n", strings.ReplaceAll(person, "\n", "\r\n"), "[a]\nx = 1", "# only a comment\n\n\n", "[x]\na = 1\n[x]\na = 2\n",
		"[p0]\n# about p0\noutput = json\n\n# about other\n[other]\nn = 1\n", "[p1]\nx_principal_arn = \n  \n[other]\nn = 1\n" + strings.Repeat("# long\n", 60),
		"\uFEFF[a]\nx = 1\n", "[p2]\n\n\n[other]\nn = 5\n[z]\ns3 =\n  region = x\n",
	}
	configTexts = []string{
		"", "[default]\nregion = x\n", "[profile p1]\r\noutput = json\r\n[profile other]\r\nregion = x\r\n", "[profile p0]\nregion = us-east-1\n\n# about other\n[other]\nn = 1\n", "[sso-session s]\nx = 1",
	}
	aims        = []string{"Mkdir", "Create", "Write", "Stat", "Chmod", "Sync", "Close", "Rename", "SyncFolder", "Rewrite", "Truncate", "Remove", "Lock", "List"}
	faultErrors = []error{
		syscall.EIO, syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS, syscall.EINTR, syscall.EACCES, syscall.ESTALE, syscall.EMFILE, syscall.EBUSY, syscall.ENOLCK,
	}
)

func newWorld(seed uint64, sum *tally) *world {
	w := &world{model: newModel(), rng: rand.New(rand.NewPCG(seed, 71)), sum: sum, files: atHome, logins: 1}
	for _, folder := range []string{"/home", jane, jane + "/dot", janeAWS} {
		if folder == janeAWS && w.one(12) {
			continue // the first save ever
		}
		if err := w.mkdir(folder); err != nil {
			panic(err)
		}
	}
	for i, file := range []string{w.files.Credentials, w.files.Config} {
		w.real[i] = file
		at, _ := w.walk(janeAWS, true)
		if at[len(at)-1].node == nil {
			w.settleOther(i, "")
			continue
		}
		if w.one(8) {
			w.real[i] = jane + "/dot/" + path.Base(file)
			if err := w.symlink(w.real[i], file); err != nil {
				panic(err)
			}
		}
		text := ""
		if !w.one(6) {
			texts := [][]string{credentialTexts, configTexts}[i]
			text = texts[w.rng.IntN(len(texts))]
			n := w.put(w.real[i], text, []fs.FileMode{0o600, 0o600, 0o644, 0o640}[w.rng.IntN(4)])
			n.mount = w.one(5)
		}
		w.settleOther(i, text)
	}
	w.sum.programs++
	return w
}

func (w *world) one(in int) bool { return w.rng.IntN(in) == 0 }

func (w *world) sayf(format string, args ...any) {
	if w.say != nil {
		w.say(format, args...)
	}
}

// keys are those of one login. Its number is in each of them.
func (w *world) keys(profile string, login int) Keys {
	k := Keys{
		Profile: profile, AccessKeyID: fmt.Sprintf("ASIAEXAMPLE%09d", login), SecretAccessKey: secret.New(fmt.Sprintf(secretMark+"%09d", login)),
		SessionToken: secret.New(fmt.Sprintf(secretMark+"TOKEN%09d", login)), Expiration: expiry.Add(time.Duration(login) * time.Second), PrincipalARN: testARN,
	}
	if login%3 > 0 {
		k.Region = region(login)
	}
	return k
}

func region(login int) string { return fmt.Sprintf("eu-west-%d", 1+login%3) }

// run makes the steps of a program. The answer is what is wrong, "" if nothing is.
func (w *world) run(ctx context.Context) string {
	longest := 110
	for step := range 1 + w.rng.IntN(4) {
		w.begin(longest)
		login, some := 0, w.some()
		writer := &Writer{Files: w.files, disk: w.now, Notice: func(s string) { w.notices = append(w.notices, s) }}
		var err error
		if w.one(5) {
			w.sayf("step %d: remove %q", step, some)
			err = writer.Remove(ctx, some)
		} else {
			w.logins++
			login = w.logins
			var all []Keys
			for _, profile := range some {
				all = append(all, w.keys(profile, login))
			}
			w.sayf("step %d: save %q of login %d", step, some, login)
			err = writer.Save(ctx, all, OwnOnly)
		}
		w.sayf("  after %d calls: %v", w.calls, err)
		w.finish()
		w.sum.steps++
		if err != nil {
			w.sum.failed++
		}
		if problem := w.judge(some, login, err); problem != "" {
			w.sayf("  credentials %q\n  config %q", w.content(0), w.content(1))
			return fmt.Sprintf("step %d: %s (error %v)", step, problem, err)
		}
		longest = max(70, w.calls)
	}
	return ""
}

// some are one to three of our profiles.
func (w *world) some() (names []string) {
	for _, n := range w.rng.Perm(profilesIn)[:1+w.rng.IntN(3)] {
		names = append(names, ourProfiles[n])
	}
	return names
}

// begin draws what is going to happen in a step.
func (w *world) begin(longest int) {
	w.now = w.process()
	w.now.before = w.before
	w.aim, w.aimed = "", nil
	w.calls, w.killAt, w.plan, w.acts, w.due, w.notices = 0, 0, map[int]failure{}, map[int]act{}, nil, nil
	w.unremoved = map[string]bool{}
	for i := range w.other {
		a := &w.other[i]
		*a = account{want: a.want, last: a.last, stale: a.stale}
	}
	at := func() int { return 1 + w.rng.IntN(longest) }
	failed := func() failure { return failure{err: faultErrors[w.rng.IntN(len(faultErrors))], late: w.one(3)} }
	switch w.rng.IntN(10) {
	case 0: // nothing fails
	case 1, 2:
		w.killAt = at()
	case 3, 4: // several in a row
		for first, n := at(), 2+w.rng.IntN(4); n > 0; n-- {
			w.plan[first+n] = failed()
		}
	case 5, 6: // several
		for range 2 + w.rng.IntN(3) {
			w.plan[at()] = failed()
		}
	case 7:
		w.plan[at()] = failed()
	default: // one of those that matter most
		w.aim, w.count = aims[w.rng.IntN(len(aims))], 1+w.rng.IntN(3)
		if f := failed(); !w.one(4) {
			w.aimed = &f
		}
	}
	if w.one(3) {
		for range 1 + w.rng.IntN(2) {
			w.acts[at()] = act{how: w.rng.IntN(acts), file: w.rng.IntN(2)}
		}
	}
}

// before is what happens right before a call of ours.
func (w *world) before(op, at string) *failure {
	w.calls++
	if w.say != nil {
		w.say("    %d: %s %s", w.calls, op, path.Base(at))
	}
	w.write(time.Now())
	if a, ok := w.acts[w.calls]; ok {
		w.act(a)
	}
	for i, real := range w.real {
		w.watch(op, at == real, &w.other[i])
	}
	f, ok := w.plan[w.calls]
	if op == w.aim {
		if w.count--; w.count == 0 && w.aimed == nil {
			w.killAt = w.calls
		} else if w.count == 0 {
			f, ok = *w.aimed, true
		}
	}
	if w.calls == w.killAt {
		w.sum.kills++
		w.sayf("  call %d, %s %s: killed", w.calls, op, at)
		w.now.kill()
		return nil
	}
	if !ok || op == "Unlock" { // a lock goes with its descriptor, whatever the system says
		return nil
	}
	switch op {
	case "Rename", "Remove", "Mkdir", "Write":
	default:
		f.late = false // only these leave something behind that was not known of
	}
	if op == "Lock" && w.one(2) {
		f.err = errHeld
	}
	if op == "Remove" && !f.late {
		w.unremoved[path.Base(at)] = true
	}
	w.sum.faults++
	w.sum.calls[op]++
	w.sum.errors[f.err.Error()]++
	w.sayf("  call %d, %s %s: %v, late %t", w.calls, op, at, f.err, f.late)
	return &f
}
