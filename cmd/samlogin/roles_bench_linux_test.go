package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// thousandRoles is a response with a thousand roles in a file.
func thousandRoles(b *testing.B) string {
	b.Helper()
	var values strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&values, "<AttributeValue>arn:aws:iam::4%011d:role/Team%02d,arn:aws:iam::4%011[1]d:saml-provider/ADFS</AttributeValue>", i/10, i%10)
	}
	now := time.Now().UTC()
	text := fmt.Sprintf(`<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r" Version="2.0" IssueInstant="%[1]s" Destination="https://signin.aws.amazon.com/saml">`+
		`<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>`+
		`<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion" ID="_a" Version="2.0" IssueInstant="%[1]s"><Issuer>http://adfs.example.com/adfs/services/trust</Issuer>`+
		`<Conditions NotBefore="%[1]s" NotOnOrAfter="%[2]s"><AudienceRestriction><Audience>urn:amazon:webservices</Audience></AudienceRestriction></Conditions>`+
		`<AttributeStatement><Attribute Name="https://aws.amazon.com/SAML/Attributes/Role">%[3]s</Attribute></AttributeStatement></Assertion></samlp:Response>`,
		now.Format(time.RFC3339), now.Add(time.Hour).Format(time.RFC3339), values.String())
	path := filepath.Join(b.TempDir(), "response")
	if err := os.WriteFile(path, []byte(base64.StdEncoding.EncodeToString([]byte(text))), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

// measuring is a small program that runs another one and says what it took. A process inherits the highest memory use of
// the one that starts it, so that what this test binary starts itself would be told of with the test's own.
const measuring = `package main

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

func main() {
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stdout
	began := time.Now()
	err := cmd.Run()
	took := time.Since(began).Microseconds()
	fmt.Fprintln(os.Stderr, took, cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
	if err != nil {
		os.Exit(1)
	}
}
`

// BenchmarkRolesOfThousand lists a thousand roles with the built program. The bounds are 25 ms and 25 MiB for the whole
// process.
func BenchmarkRolesOfThousand(b *testing.B) {
	program, err := built()
	if err != nil {
		b.Fatal(err)
	}
	file, home := thousandRoles(b), b.TempDir()
	source, measure := filepath.Join(home, "measure.go"), filepath.Join(home, "measure")
	if err := os.WriteFile(source, []byte(measuring), 0o600); err != nil {
		b.Fatal(err)
	}
	if out, err := exec.Command("go", "build", "-o", measure, source).CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	var took []int
	most := 0
	for b.Loop() {
		cmd := exec.Command(measure, program, "roles", "--assertion-file", file, "--no-input")
		cmd.Env = []string{"HOME=" + home}
		var out, said bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &said
		if err := cmd.Run(); err != nil || strings.Count(out.String(), "\n") != 1001 {
			b.Fatalf("%v\n%s", err, out.String())
		}
		var µs, kib int
		if _, err := fmt.Sscan(said.String(), &µs, &kib); err != nil {
			b.Fatal(err)
		}
		took, most = append(took, µs), max(most, kib)
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2])/1000, "ms")
	b.ReportMetric(float64(most)/1024, "MiB")
	b.ReportMetric(0, "ns/op")
}
