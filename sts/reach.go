package sts

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
)

var errNotSTS = errors.New("what answers there is not STS: a proxy or a sign-in page of the network may stand between")

// Reach asks an endpoint who the caller is, without keys. STS refuses that, and a refusal in its own words shows that the
// way there is free. Of httpClient only the transport and the timeout are used. The header is that of the answer, for
// its Date. Errors: *NetworkError, context.Cause(ctx).
func Reach(ctx context.Context, httpClient *http.Client, e Endpoint) (http.Header, error) {
	fail := func(err error) error { return &NetworkError{Host: hostOf(e.URL), Phase: PhaseAnswer, Err: err} }
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL+"/", strings.NewReader("Action=GetCallerIdentity&Version=2011-06-15"))
	if err != nil {
		return nil, fail(errors.New("the request could not be made"))
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := newSender(httpClient).Do(req)
	if err == nil {
		defer func() { _ = answer.Body.Close() }()
		var text []byte
		if text, err = io.ReadAll(answer.Body); err == nil && !strings.Contains(string(text), "<ErrorResponse") {
			err = fail(errNotSTS)
		}
	}
	if err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, err
	}
	return answer.Header, nil
}
