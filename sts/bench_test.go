package sts

import "testing"

// What a run pays before the first byte is sent.
func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		e, err := Resolve("aws", EndpointOptions{Region: "eu-west-1"})
		if err != nil {
			b.Fatal(err)
		}
		New(nil, e, nil)
	}
}
