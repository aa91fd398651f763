package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// getkeys is a program of AWS's for scripts: it asks the container endpoint, and says what else it could have used.
func getkeys() {
	set := func(name string) string {
		if os.Getenv(name) == "" {
			return name + " unset"
		}
		return name + " set"
	}
	req, err := http.NewRequest(http.MethodGet, os.Getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI"), nil)
	fatal(err)
	req.Header.Set("Authorization", os.Getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN"))
	answer, err := http.DefaultClient.Do(req)
	fatal(err)
	var got struct{ AccessKeyID, RoleArn, Expiration, Message string }
	fatal(json.NewDecoder(answer.Body).Decode(&got))
	fmt.Println(got.AccessKeyID, "of", got.RoleArn, "until", got.Expiration, got.Message)
	fmt.Println(set("AWS_ACCESS_KEY_ID") + ", " + set("AWS_PROFILE"))
	if text, err := os.ReadFile(os.Getenv("AWS_SHARED_CREDENTIALS_FILE")); err == nil {
		fmt.Println(strings.NewReplacer("\n[other]", " ; [other] holds:", "[default]", "[default] holds:", "\n", " ").Replace(strings.TrimSpace(string(text))))
	}
}

// visit is a browser for scripts: it goes to an address once and again, and tells of it in a file.
func visit() {
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	address := os.Args[len(os.Args)-1]
	answer, err := client.Get(address)
	fatal(err)
	said := fmt.Sprintf("command line: visit %s\nled to: %s\n", strings.Join(os.Args[1:], " "), answer.Header.Get("Location"))
	second := "410" // a server that has ended already is as good
	if again, err := client.Get(address); err == nil {
		second = fmt.Sprint(again.StatusCode)
	}
	fatal(os.WriteFile(os.Args[2]+".part", []byte(said+"a second visit: "+second+"\n"), 0o600))
	fatal(os.Rename(os.Args[2]+".part", os.Args[2]))
}

// scriptAwait waits for a file that a program writes which nobody waits for.
func scriptAwait(ts *testscript.TestScript, _ bool, args []string) {
	ticks := time.NewTicker(10 * time.Millisecond)
	defer ticks.Stop()
	for limit := time.After(5 * time.Minute); ; {
		if _, err := os.Stat(ts.MkAbs(args[0])); err == nil {
			return
		}
		select {
		case <-ticks.C:
		case <-limit:
			ts.Fatalf("%s did not come", args[0])
		}
	}
}

func fatal(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
