package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// buildRelease builds a program as a release is built, and gives its path.
func buildRelease(b *testing.B, dir, name, source string) string {
	b.Helper()
	path := filepath.Join(dir, name)
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", path, source)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return path
}

// BenchmarkStartUp runs "samlogin version" and a Go program that does nothing but print, in turns, both built as a
// release is, and reports the ratio of their medians.
func BenchmarkStartUp(b *testing.B) { // security case 92
	dir := b.TempDir()
	hello := filepath.Join(dir, "hello.go")
	if err := os.WriteFile(hello, []byte("package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(\"hello\") }\n"), 0o600); err != nil {
		b.Fatal(err)
	}
	programs := [2][]string{{buildRelease(b, dir, "hello", hello)}, {buildRelease(b, dir, "samlogin", "."), "version"}}
	var took [2][]time.Duration
	for b.Loop() {
		for i, p := range programs {
			began := time.Now()
			if err := exec.Command(p[0], p[1:]...).Run(); err != nil {
				b.Fatal(err)
			}
			took[i] = append(took[i], time.Since(began))
		}
	}
	median := func(d []time.Duration) float64 { slices.Sort(d); return float64(d[len(d)/2]) }
	b.ReportMetric(median(took[0])/1e6, "ms-hello")
	b.ReportMetric(median(took[1])/1e6, "ms-samlogin")
	b.ReportMetric(median(took[1])/median(took[0]), "x-hello")
}
