package sts_test

import (
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/sts"
	stsdemo "github.com/samlogin/samlogin/sts/demo"
)

// A refusal in STS's own words shows that STS is reached; anything else in its place is told.
func TestReachTellsSTSFromOthers(t *testing.T) {
	double := stsdemo.New(stsdemo.Config{})
	for _, c := range []struct {
		name    string
		handler http.Handler
		want    string
	}{
		{"STS", double, ""},
		{"a sign-in page of the network", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>Welcome")) }), "is not STS"},
		{"a redirect", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://example.com", http.StatusFound)
		}), "is not STS"},
		{"no end", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			block := []byte(strings.Repeat("x", 1<<20))
			for range 8 {
				_, _ = w.Write(block)
			}
		}), "longer than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := httptest.NewTLSServer(c.handler)
			defer server.Close()
			header, err := sts.Reach(t.Context(), server.Client(), sts.Endpoint{URL: server.URL})
			var network *sts.NetworkError
			switch {
			case c.want == "" && (err != nil || header.Get("Date") == ""):
				t.Errorf("%v %v", header, err)
			case c.want != "" && (!errors.As(err, &network) || !strings.Contains(err.Error(), c.want)):
				t.Errorf("%v", err)
			}
		})
	}
	if calls := double.Log(); len(calls) != 1 || calls[0].Action != "GetCallerIdentity" {
		t.Errorf("STS was asked %v", calls)
	}
	server := httptest.NewUnstartedServer(double)
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	if _, err := sts.Reach(t.Context(), &http.Client{}, sts.Endpoint{URL: server.URL}); err == nil || !strings.Contains(err.Error(), "does not trust") {
		t.Errorf("an unknown certificate: %v", err)
	}
}
