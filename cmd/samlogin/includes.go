package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/sts"
)

// loader reads the settings with what they include.
func (a *app) loader() settings.Loader {
	l := settings.Loader{CheckDuration: checkDuration, Fetch: a.include}
	if path, err := a.ownFile("XDG_STATE_HOME", []string{".local", "state"}, "LocalAppData", "includes"); err == nil && !a.stateless {
		l.Folder = filepath.Clean(path)
	}
	return l
}

// The limits of fetching an included file; a settings file is 1 MiB at most.
const (
	includeBytes     = 1<<20 + 1
	includeRedirects = 5
)

// includer fetches included files for a command. Those that programs and prompts call all day get none: they read the
// copy that is kept.
func (a *app) includer(cmd *cobra.Command) func(settings.Choices, string) ([]byte, error) {
	switch cmd.Name() {
	case "credentials", "status":
		return nil
	}
	return func(own settings.Choices, address string) ([]byte, error) {
		if f := cmd.Flags().Lookup("ca-bundle"); f != nil {
			own.CABundle = cmp.Or(f.Value.String(), own.CABundle)
		}
		if f, ok := lookupValue[*seconds](cmd, "timeout"); ok {
			own.Timeout = cmp.Or(time.Duration(*f), own.Timeout)
		}
		a.watch()
		return a.fetchInclude(cmd.Context(), own, address)
	}
}

// lookupValue is the value behind a flag, where the command has it.
func lookupValue[T any](cmd *cobra.Command, name string) (value T, ok bool) {
	if f := cmd.Flags().Lookup(name); f != nil {
		value, ok = f.Value.(T)
	}
	return value, ok
}

// fetchInclude gets what is behind an https address. Its hash is for the settings to look at; so redirects to other
// servers do no harm, as long as they are https.
func (a *app) fetchInclude(ctx context.Context, own settings.Choices, address string) ([]byte, error) {
	transport, err := a.transport(own)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, errors.New("the address cannot be used")
	}
	request.Header.Set("User-Agent", agent())
	client := http.Client{Transport: transport, CheckRedirect: func(next *http.Request, via []*http.Request) error {
		if next.URL.Scheme != "https" || next.URL.User != nil {
			return errors.New("it redirects to an address that is not https")
		}
		if len(via) > includeRedirects {
			return errors.New("it redirects too often")
		}
		return nil
	}}
	answer, err := client.Do(request)
	if err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, errors.New((&sts.NetworkError{Host: request.URL.Host, Err: err}).Cause())
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server answers %d %s", answer.StatusCode, http.StatusText(answer.StatusCode))
	}
	data, err := io.ReadAll(io.LimitReader(answer.Body, includeBytes))
	if err != nil {
		return nil, errors.New((&sts.NetworkError{Host: request.URL.Host, Err: err}).Cause())
	}
	return data, nil
}
