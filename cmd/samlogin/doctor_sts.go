package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/sts"
)

// stsPlace is an endpoint of STS and how it is reached.
type stsPlace struct {
	endpoint sts.Endpoint
	choices  settings.Choices
}

// endpoints are those of STS that the profiles asked about use.
func (e *examination) endpoints(into map[string]*stsPlace, f *findings) {
	add := func(name, role string, c settings.Choices) {
		partition := "aws"
		if parts := strings.SplitN(role, ":", 3); len(parts) == 3 && parts[0] == "arn" {
			partition = parts[1]
		}
		at, err := sts.Resolve(partition, e.app.endpointOptions(c))
		if err != nil {
			f.failed(bad, name, err)
			return
		}
		if into[at.URL] == nil {
			into[at.URL] = &stsPlace{at, c}
		}
	}
	for _, name := range e.settingsNames() {
		p := e.settings.Profiles[name]
		c := settings.Nearest(e.flags.login.choices(), p.Choices, e.settings.General)
		if in, err := e.app.signInFor(&e.flags.login, e.settings, p); err == nil {
			c = in.choices
		}
		add(name, p.Role, c)
	}
	if len(into) == 0 && len(f.all) == 0 {
		add("sts", "", settings.Nearest(e.flags.login.choices(), e.settings.General))
	}
}

// limit is how long all may take that one server is asked.
func (e *examination) limit() time.Duration {
	if given := e.flags.login.timeout; given > 0 {
		return min(given, serverLimit)
	}
	return serverLimit
}

// askSTS asks an endpoint of STS who the caller is, without keys: a refusal in STS's own words is a good sign.
func (e *examination) askSTS(ctx context.Context, p *stsPlace, clock *clocks) []finding {
	f := &findings{section: "sts"}
	ctx, cancel := context.WithTimeout(ctx, e.limit())
	defer cancel()
	u, _ := url.Parse(p.endpoint.URL) // Resolve made it
	label := "STS"
	probe := e.visitor()
	c := p.choices
	c.Timeout = e.limit()
	over, err := probe.transport(c)
	if err != nil {
		f.failed(bad, label, err)
		return f.all
	}
	defer over.Base.CloseIdleConnections()
	header, err := sts.Reach(ctx, &http.Client{Transport: over}, p.endpoint)
	switch {
	case err != nil && ctx.Err() != nil:
		f.note(bad, label, fmt.Sprintf("%s did not answer within %v", u.Host, e.limit()), "see whether the way there leads through a proxy (HTTPS_PROXY)")
	case err != nil:
		f.failed(bad, label, err)
	default:
		if date, err := http.ParseTime(header.Get("Date")); err == nil {
			clock.of("AWS", u.Host)(date)
		}
		f.note(good, label, u.Host+" answers", "")
	}
	for _, notice := range p.endpoint.Notices {
		f.note(warning, label, notice, "")
	}
	return f.all
}
