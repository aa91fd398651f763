package trace_test

import (
	"os"
	"testing"
)

// What --trace costs for one page.
func BenchmarkPage(b *testing.B) {
	text, err := os.ReadFile("../../testdata/pages/adfs/2022/signin.html")
	if err != nil {
		b.Fatal(err)
	}
	root := parse(b, string(text))
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if knowing().Page(root).IsZero() {
			b.Fatal("the page is not kept")
		}
	}
}
