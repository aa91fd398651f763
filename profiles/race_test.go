package profiles

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/samlogin/samlogin/saml/secret"
)

// raceReport is what a process that saves again and again has seen, for the suite that runs it beside the AWS CLI.
type raceReport struct {
	Saves  int            `json:"saves"`
	Errors map[string]int `json:"errors"` // and how often
	Kept   int            `json:"kept"`   // read back as saved, right after the save
	Older  int            `json:"older"`  // read back as an older save: another program has written back what it had read before
	Torn   int            `json:"torn"`   // not there, or not whole, at that moment
}

// saveAgainAndAgain saves to one profile until the standard input ends, and prints a raceReport.
func saveAgainAndAgain(ctx context.Context, w *Writer, profile string) error {
	over := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(over)
	}()
	r := raceReport{Errors: map[string]int{}}
	for n := 1; ; n++ {
		select {
		case <-over:
			return json.NewEncoder(os.Stdout).Encode(r)
		default:
		}
		login := fmt.Sprintf("%012d", n)
		k := Keys{
			Profile: profile, AccessKeyID: "ASIA" + login, SecretAccessKey: secret.New("secret" + login), SessionToken: secret.New("token" + login),
			Expiration: expiry, PrincipalARN: testARN, Region: fmt.Sprintf("eu-west-%d", n%9+1),
		}
		if err := w.Save(ctx, []Keys{k}, OwnOnly); err != nil {
			_, text, _ := strings.Cut(err.Error(), ": ")
			r.Errors[text]++
			continue
		}
		r.Saves++
		stored, err := w.Files.Read(profile)
		if err != nil {
			return err
		}
		value := func(key string) string { return stored.Credentials[key].Reveal() }
		switch now := strings.TrimPrefix(value(keyID), "ASIA"); {
		case now == "" || value(keySecret) != "secret"+now || value(keyToken) != "token"+now || value(keyMark) != markManaged:
			r.Torn++
		case now != login:
			r.Older++
		default:
			r.Kept++
		}
	}
}
