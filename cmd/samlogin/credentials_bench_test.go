package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/samlogin/samlogin/profiles/state"
	"github.com/samlogin/samlogin/saml/secret"
)

// helloSource prints, and given a command runs it and prints its peak memory in KiB instead: the kernel counts what a
// process had before it became another program, and a test has a lot.
const helloSource = `package main

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

func main() {
	if len(os.Args) == 1 {
		fmt.Println("hello")
		return
	}
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	if err := cmd.Run(); err != nil {
		panic(err)
	}
	fmt.Println(cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
}
`

// BenchmarkCredentials runs "samlogin credentials" with keys that are kept and a Go program that does nothing but
// print, in turns, both built as a release is, and reports the ratio of their medians and the peak of memory.
func BenchmarkCredentials(b *testing.B) { // security case 92
	dir := b.TempDir()
	source := filepath.Join(dir, "hello.go")
	if err := os.WriteFile(source, []byte(helloSource), 0o600); err != nil {
		b.Fatal(err)
	}
	hello, program := buildRelease(b, dir, "hello", source), buildRelease(b, dir, "samlogin", ".")
	for _, others := range []int{0, 1000} {
		b.Run(fmt.Sprintf("others=%d", others), func(b *testing.B) {
			r := newMachineRig(b, "p=111111111111/Admin")
			if code := r.next(b, goodPassword, "credentials", "p"); code != exitDone {
				b.Fatalf("exit %d\n%s", code, r.errOut.String())
			}
			folder := r.app.folder()
			for n := range others {
				text, err := json.Marshal(keptValue{"ASIAIOSFODNN7EXAMPLE", strings.Repeat("s", 40), strings.Repeat("t", 800), time.Now().Add(time.Hour), "arn:aws:iam::111111111111:role/Admin", "arn:aws:iam::111111111111:saml-provider/adfs", "", time.Hour, keptAccount{}})
				if err != nil {
					b.Fatal(err)
				}
				if err := folder.Put(state.Entry{Kind: state.Role, Identity: state.Identity("other", strconv.Itoa(n)), Value: secret.New(string(text)), Expires: time.Now().Add(time.Hour)}); err != nil {
					b.Fatal(err)
				}
			}
			env := append(r.environ(), "PATH="+os.Getenv("PATH"))
			run := func(argv ...string) []byte {
				cmd := exec.Command(argv[0], argv[1:]...)
				cmd.Env = env
				out, err := cmd.Output()
				if err != nil {
					b.Fatal(err)
				}
				return out
			}
			requests := len(r.adfs.Log()) + len(r.sts.Log())
			var took [2][]time.Duration
			for b.Loop() {
				for i, argv := range [][]string{{hello}, {program, "credentials", "p"}} {
					began := time.Now()
					run(argv...)
					took[i] = append(took[i], time.Since(began))
				}
			}
			peak, err := strconv.ParseFloat(strings.TrimSpace(string(run(hello, program, "credentials", "p"))), 64)
			if err != nil {
				b.Fatal(err)
			}
			if len(r.adfs.Log())+len(r.sts.Log()) != requests {
				b.Fatal("the network was used")
			}
			median := func(d []time.Duration) float64 { slices.Sort(d); return float64(d[len(d)/2]) }
			b.ReportMetric(median(took[0])/1e6, "ms-hello")
			b.ReportMetric(median(took[1])/1e6, "ms-samlogin")
			b.ReportMetric(median(took[1])/median(took[0]), "x-hello")
			b.ReportMetric(peak/1024, "MiB-peak")
		})
	}
}
