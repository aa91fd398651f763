package main

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/samlogin/samlogin/profiles/state"
	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/secret"
	"github.com/samlogin/samlogin/sts"
	"github.com/samlogin/samlogin/sts/signin"
)

// What accounts are called: the settings say it, and for those that they do not name, AWS's sign-in page. It is asked
// only where names are going to be seen, in the list to pick from and in {alias} of a profile's name, and once a day at
// most; a login never fails for want of a name.

const (
	accountsKind  = "accounts"
	askNamesAgain = 24 * time.Hour
	namesLife     = 30 * 24 * time.Hour // a name that is known goes on being shown where AWS cannot be asked
	namesLimit    = 3 * time.Second     // for the whole of asking
)

// keptNames is what is kept of what AWS said, by IdP and person.
type keptNames struct {
	Asked time.Time         `json:"asked"` // also where nothing was answered
	Names map[string]string `json:"names,omitempty"`
}

// recallNames puts what an earlier run learned with what is known.
func (a *app) recallNames(in *signIn) keptNames {
	var k keptNames
	if folder := a.folder(); folder != nil {
		if text, _, err := folder.Get(accountsKind, in.who()); err != nil || json.Unmarshal([]byte(text.Reveal()), &k) != nil {
			k = keptNames{}
		}
	}
	a.hear(k.Names)
	return k
}

func (a *app) hear(names map[string]string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.heard == nil {
		a.heard = accountNames{}
	}
	maps.Copy(a.heard, names)
}

// named are all names known: those of the settings, and what was learned of other accounts. A learned name that is
// another account's, too, is left out: an account's owner chooses its name, and could choose one that misleads.
func (a *app) named(known accountNames) accountNames {
	a.mu.Lock()
	defer a.mu.Unlock()
	owners := map[string]int{}
	for _, name := range known {
		owners[strings.ToLower(name)]++
	}
	for account, name := range a.heard {
		if known[account] == "" {
			owners[strings.ToLower(name)]++
		}
	}
	all := accountNames{}
	maps.Copy(all, known)
	for account, name := range a.heard {
		if known[account] == "" && owners[strings.ToLower(name)] == 1 {
			all[account] = name
		}
	}
	return all
}

// learnNames gives the names of accounts, after asking AWS for them where that is due.
func (a *app) learnNames(ctx context.Context, s *session, transport http.RoundTripper, wanted []*target, known accountNames) accountNames {
	kept := a.recallNames(s.in)
	names := a.named(known)
	if !a.namesShown(s.response, wanted) || !missing(s.response, names) || a.now().Sub(kept.Asked).Abs() < askNamesAgain {
		return names
	}
	client, ok := a.signInClient(transport, wanted[0], s.response)
	if !ok {
		return names
	}
	limited, end := context.WithTimeoutCause(ctx, namesLimit, errors.New("no answer within "+namesLimit.String()))
	defer end()
	said, err := client.AccountNames(limited, s.response)
	if errors.Is(err, signin.ErrNotAsked) || ctx.Err() != nil {
		return names
	}
	if err != nil && a.global.verbose {
		a.notice(cause(err))
	}
	if kept.Names == nil {
		kept.Names = map[string]string{}
	}
	for account, name := range said {
		kept.Names[account] = name.Raw()
	}
	kept.Asked = a.now()
	a.hear(kept.Names)
	if text, err := json.Marshal(kept); err == nil {
		a.keep(state.Entry{Kind: accountsKind, Identity: s.in.who(), Value: secret.New(string(text)), Expires: a.now().Add(namesLife)})
	}
	return a.named(known)
}

// namesShown reports whether names are going to be seen: in the list to pick from, or in the name of a profile.
func (a *app) namesShown(r *saml.Response, wanted []*target) bool {
	for _, t := range wanted {
		if len(t.patterns) == 0 && !t.all && len(r.Roles) > 1 {
			if _, err := a.terminal(); err == nil {
				return true
			}
			continue // nobody can be asked
		}
		if strings.Contains(t.profile, "{alias}") || (t.profile == "" && (t.all || len(t.patterns) > 1)) {
			return true
		}
	}
	return false
}

// missing reports whether a role is in an account without a name.
func missing(r *saml.Response, names accountNames) bool {
	for _, role := range r.Roles {
		if names[role.Account()] == "" {
			return true
		}
	}
	return false
}

// signInClient asks AWS, or the stand-in on this computer. Where STS is a stand-in, or a host of somebody's own, AWS's
// page is not asked: the response is not for AWS then.
func (a *app) signInClient(transport http.RoundTripper, t *target, r *saml.Response) (client signin.Client, ok bool) {
	client = signin.Client{Transport: transport, Endpoint: a.env(signInVariable)}
	if client.Endpoint != "" {
		return client, checkSignInEndpoint(a.env) == nil
	}
	if len(r.Encoded.Reveal()) > sts.MaxAssertion || len(r.Roles) == 0 {
		return client, false // AWS takes it nowhere
	}
	e, err := sts.Resolve(r.Roles[0].Partition(), a.endpointOptions(t.choices))
	return client, err == nil && !e.Foreign
}
