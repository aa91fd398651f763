package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/keychain"
	"github.com/samlogin/samlogin/idp/totp"
	"github.com/samlogin/samlogin/saml/secret"
)

// remembered answers with what is remembered for the origin and the user that ask. What the IdP refused is marked, and not
// sent again before somebody replaced it: a changed password must not lock the account.
type remembered struct {
	app   *app
	spec  string // secret_store
	gave  map[keychain.Key]handedOut
	codes int
}

func newRemembered(a *app, in *signIn) *remembered {
	return &remembered{app: a, spec: in.choices.SecretStore, gave: map[keychain.Key]handedOut{}}
}

// handedOut is a secret that was given in this run.
type handedOut struct {
	entry keychain.Entry
	place string
}

// rememberedCodes is how many codes of a seed are sent in one run: the second one where the first was refused, as it may
// have been at the end of its time.
const rememberedCodes = 2

func keyOf(q idp.Question) keychain.Key {
	k := keychain.Key{Origin: q.Origin.String(), User: q.User, Kind: keychain.Password}
	if q.Kind == idp.Code {
		k.Kind = keychain.Seed
	}
	return k
}

func (s *remembered) Ask(ctx context.Context, q idp.Question) (secret.Text, error) {
	switch {
	case q.Kind == idp.Password && q.Again:
		s.refused(ctx)
	case q.Kind == idp.Password:
		return s.password(ctx, keyOf(q))
	case q.Kind == idp.Code && s.codes < rememberedCodes:
		return s.code(ctx, keyOf(q))
	}
	return secret.Text{}, idp.ErrNoAnswer
}

func (s *remembered) password(ctx context.Context, k keychain.Key) (secret.Text, error) {
	entry, place, err := s.app.stores().get(ctx, s.spec, k)
	switch {
	case err != nil:
		return secret.Text{}, err
	case place == "":
		return secret.Text{}, idp.ErrNoAnswer
	case !entry.Refused.IsZero():
		s.app.notice(fmt.Sprintf("the password remembered for %s was refused on %s and is not sent again; samlogin secret set replaces it", who(k), entry.Refused.Local().Format("2 January at 15:04")))
		return secret.Text{}, idp.ErrNoAnswer
	}
	s.gave[k] = handedOut{entry, place}
	return entry.Secret, nil
}

// refused marks the passwords given in this run. A store that cannot be written loses the password instead.
func (s *remembered) refused(ctx context.Context) {
	for k, g := range s.gave {
		delete(s.gave, k)
		st, err := s.app.stores().open(g.place)
		if err != nil {
			continue
		}
		g.entry.Refused = s.app.now()
		if err = st.Set(ctx, k, g.entry); err != nil {
			s.app.stores().tell(err)
			err = st.Delete(ctx, k)
		}
		if err != nil {
			s.app.notice("the password remembered for " + who(k) + " was refused, and that could not be noted: samlogin secret rm removes it")
		}
	}
}

// code is the next code of a seed. Each time step is used once, also by other samlogin processes: an IdP takes a code
// once (RFC 6238, section 5.2).
func (s *remembered) code(ctx context.Context, k keychain.Key) (secret.Text, error) {
	entry, place, err := s.app.stores().get(ctx, s.spec, k)
	if err != nil {
		return secret.Text{}, err
	}
	if place == "" {
		return secret.Text{}, idp.ErrNoAnswer
	}
	seed, err := totp.Parse(entry.Secret)
	if err != nil {
		s.app.notice("the TOTP seed remembered for " + who(k) + " cannot be used: " + err.Error())
		return secret.Text{}, idp.ErrNoAnswer
	}
	s.codes++
	at, err := s.step(ctx, k, seed)
	if err != nil {
		return secret.Text{}, err
	}
	return seed.Code(at), nil
}

// aheadSteps is how far a step may lie ahead: more processes than that at once are not going to be served in time.
const aheadSteps = 3

// step takes the next time step that nobody has used, and waits for it. It gives a moment within it.
func (s *remembered) step(ctx context.Context, k keychain.Key, seed totp.Seed) (time.Time, error) {
	now := s.app.now()
	at, ahead := now, 0
	err := s.app.ledger().Change(ctx, k, func(line *keychain.Line) {
		at, ahead = now, 0
		used := line.LastStep
		if used > seed.Step(now)+aheadSteps {
			used = 0 // the clock was wrong then, or is now
		}
		for seed.Step(at) <= used && ahead <= aheadSteps {
			at = seed.NextStep(at)
			ahead++
		}
		line.LastStep = seed.Step(at)
	})
	if err != nil && ctx.Err() != nil {
		return at, context.Cause(ctx)
	}
	if ahead > aheadSteps {
		return at, &fault.NeedError{What: "too many logins of " + k.User + " want a one-time code at once", Hint: "run them one after the other"}
	}
	if ahead > 0 {
		wait := at.Sub(now)
		s.app.notice(fmt.Sprintf("the one-time code of this moment was used already; waiting %d s for the next", int(wait.Seconds()+0.5)))
		if err := s.app.pause(ctx, wait); err != nil {
			return at, err
		}
	}
	return at, nil
}

// who names a key to a person.
func who(k keychain.Key) string {
	if k.Origin == deviceOrigin {
		return k.User // a device is no user of anything: the address is but where its seed is filed
	}
	return k.User + " at " + k.Origin
}

// stores are opened once in a run.
func (a *app) stores() *stores {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.secrets == nil {
		a.secrets = newStores(a)
	}
	return a.secrets
}

// pause waits, or gives the cause of the context's end.
func (a *app) pause(ctx context.Context, d time.Duration) error {
	if a.wait != nil {
		return a.wait(ctx, d)
	}
	return idp.Pause(ctx, d)
}

// offer is a password that a person typed and an IdP took.
type offer struct {
	key     keychain.Key
	secret  secret.Text
	spec    string
	replace bool // one that was remembered was refused
}

// offerToRemember asks, at the end of all work, whether typed passwords shall be remembered: where there is a key store
// or the settings name a place, and not again after a no.
func (a *app) offerToRemember(ctx context.Context) {
	t, err := a.terminal()
	if err != nil {
		return
	}
	for _, o := range a.offers {
		places := a.stores().places(o.spec)
		if len(places) == 0 || (places[0] == "file" && (o.spec == "" || o.spec == storeAuto)) {
			continue // typing a passphrase instead of the password spares nobody anything
		}
		if a.ledger().Line(o.key).Declined {
			continue
		}
		st, err := a.stores().open(places[0])
		if err != nil {
			a.stores().tell(err)
			continue
		}
		question := "Remember the password of " + who(o.key) + " in " + st.Name() + "?"
		if o.replace {
			question = "Replace the password of " + who(o.key) + " in " + st.Name() + " by the one you typed?"
		}
		yes, err := t.Confirm(ctx, question)
		if err != nil {
			return
		}
		if !yes {
			err = a.ledger().Change(ctx, o.key, func(l *keychain.Line) { l.Declined = true })
			if err == nil {
				fmt.Fprintln(t.Out, "You will not be asked again; samlogin secret set remembers it.")
			}
			continue
		}
		if err := a.rememberIn(ctx, places[0], o.key, o.secret); err != nil {
			a.stores().tell(err)
		}
	}
}

// rememberIn puts a secret into a store, and notes that it is there.
func (a *app) rememberIn(ctx context.Context, place string, k keychain.Key, s secret.Text) error {
	st, err := a.stores().open(place)
	if err != nil {
		return err
	}
	if err := st.Set(ctx, k, keychain.Entry{Secret: s}); err != nil {
		return err
	}
	if err := a.ledger().Change(ctx, k, func(l *keychain.Line) { l.Store, l.Declined, l.LastStep = place, false, 0 }); err != nil {
		a.notice(err.Error())
	}
	return nil
}

// signInDialog is who answers at one IdP, and what is learned from it.
type signInDialog struct {
	idp.Dialog
	app        *app
	remembered *remembered
	person     *person
	answered   bool  // something was answered, and sent
	barred     error // the IdP turned the account away in this run: nothing is answered any more
}

// Ask implements idp.Dialog.
func (d *signInDialog) Ask(ctx context.Context, q idp.Question) (secret.Text, error) {
	if d.barred != nil { // a session that another process has made is all that may be gone on with
		return secret.Text{}, d.barred
	}
	answer, err := d.Dialog.Ask(ctx, q)
	d.answered = d.answered || err == nil
	return answer, err
}

// ended learns from the end of a login: what the IdP refused is marked, what a person typed and it took may be
// remembered.
func (d *signInDialog) ended(ctx context.Context, err error) {
	var refused *idp.RefusedError
	switch {
	case errors.As(err, &refused) && (refused.Reason == idp.WrongPassword || refused.Reason == idp.WindowsPassword):
		d.remembered.refused(ctx)
	case err == nil && !d.person.typed.Empty():
		o := offer{key: d.person.typedFor, secret: d.person.typed, spec: d.remembered.spec, replace: d.person.replaces}
		d.person.typed = secret.Text{}
		d.app.offers = append(d.app.offers, o)
	}
}
