package main

import (
	"fmt"
	"os"
	"testing"
	"time"

	idpdemo "github.com/samlogin/samlogin/idp/demo"
	"github.com/samlogin/samlogin/saml/secret"
	stsdemo "github.com/samlogin/samlogin/sts/demo"
)

// BenchmarkRoles are logins with 50 ms for each request and each new connection: to one role and to fifty.
func BenchmarkRoles(b *testing.B) {
	const latency = 50 * time.Millisecond
	var one float64
	for _, roles := range []int{1, 50} { // one first: fifty are measured by it
		b.Run(fmt.Sprint(roles), func(b *testing.B) {
			r := newRig(b, latency, latency)
			args := r.sixty("--role", "40000000000*/Team*")
			if roles == 1 {
				args = r.sixty("--role", "400000000001/Team01")
			}
			for b.Loop() {
				r.app.password, r.app.given, r.app.jars = secret.New("Correct-Horse-7"), nil, nil // as in a new process
				if code := run(b.Context(), r.app, args); code != exitDone {
					b.Fatalf("exit %d\n%s", code, r.errOut.String())
				}
			}
			each := float64(b.Elapsed()) / float64(b.N)
			if roles == 1 {
				one = each
			}
			b.ReportMetric(each/one, "x-one")
		})
	}
}

// BenchmarkThreeHundred is the second login to 300 roles, whose profiles stand in the files already, without any latency:
// what samlogin itself takes.
func BenchmarkThreeHundred(b *testing.B) {
	r := newRig(b, 0, 0, func(c *idpdemo.Config, _ *stsdemo.Config) { c.People = threeHundred() })
	r.app.stateless = false
	for b.Loop() {
		r.newRun()
		if code := run(b.Context(), r.app, []string{"login", "--username", `CORP\thea`, "--all", "--profile", "{account}-{role}", "--no-input", "--force"}); code != exitDone {
			b.Fatalf("exit %d\n%s", code, r.errOut.String())
		}
	}
}

// BenchmarkThrottled is a login to 300 roles with an STS that takes twenty calls a second.
func BenchmarkThrottled(b *testing.B) {
	if os.Getenv("SAMLOGIN_BENCH_THROTTLED") == "" {
		b.Skip("takes a quarter of a minute each time: SAMLOGIN_BENCH_THROTTLED=1 runs it; sts has the same as a test, in a time of its own")
	}
	const latency = 50 * time.Millisecond
	refused := 0
	for b.Loop() {
		r := newRig(b, latency, latency, func(c *idpdemo.Config, s *stsdemo.Config) { s.PerSecond, c.People = 20, threeHundred() })
		if code := run(b.Context(), r.app, []string{"login", "--username", `CORP\thea`, "--all", "--profile", "{account}-{role}", "--no-input"}); code != exitDone || granted(r.sts.Log()) != 300 {
			b.Fatalf("exit %d\n%s", code, r.errOut.String())
		}
		refused = len(r.sts.Log()) - 300
	}
	least := 14*time.Second + 5*latency // a second's worth of calls at once, the others as they come
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(least), "x-permitted")
	b.ReportMetric(float64(refused), "refused")
}

func threeHundred() []idpdemo.Person {
	var roles []string
	for a := range 100 {
		for _, role := range []string{"Admin", "ReadOnly", "Developer"} {
			roles = append(roles, fmt.Sprintf("arn:aws:iam::5%011d:role/%s,arn:aws:iam::5%011d:saml-provider/ADFS", a, role, a))
		}
	}
	return append(idpdemo.DemoPeople(), idpdemo.Person{Name: `CORP\thea`, UPN: "thea@corp.example.com", Password: secret.New("Correct-Horse-7"), Roles: roles})
}
