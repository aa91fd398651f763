package saml_test

import (
	"testing"

	"github.com/samlogin/samlogin/saml"
)

// The bound is 10 ms.
func BenchmarkParse1000Roles(b *testing.B) {
	document := manyRoles(b, 1000)
	encoded := encode(document)
	b.SetBytes(int64(len(document)))
	b.ReportAllocs()
	for b.Loop() {
		r, err := saml.Parse(encoded)
		if err != nil || len(r.Roles) != 1000 {
			b.Fatalf("%v", err)
		}
	}
}

func BenchmarkParseSmall(b *testing.B) {
	encoded := encode(recorded(b, "adfs-2016.xml"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := saml.Parse(encoded); err != nil {
			b.Fatal(err)
		}
	}
}
