package main

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/samlogin/samlogin/cmd/samlogin/fault"
	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/keychain"
	"github.com/samlogin/samlogin/profiles"
	"github.com/samlogin/samlogin/profiles/settings"
	"github.com/samlogin/samlogin/profiles/state"
	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
	"github.com/samlogin/samlogin/sts"
)

// The codes of AWS's own MFA devices: from flags, programs, a remembered seed or the person, as those of an IdP.

const (
	deviceOrigin = "https://sts.amazonaws.com" // under which seeds of such devices are remembered, in whatever region a code is used
	mostCodes    = 3
	sentCodeKind = "code"          // codes that went to AWS, which takes none of them twice
	sentCodeLife = 2 * time.Minute // a code is good for less
)

// deviceKey names the seed of a device.
func deviceKey(serial string) keychain.Key {
	return keychain.Key{Origin: deviceOrigin, User: serial, Kind: keychain.Seed}
}

// withCode makes a call that takes a code of a device. A code that AWS refused, or that was spent on more time than the
// role allows, is asked for again: three in all, and never the same one twice, by whatever process.
func (a *app) withCode(ctx context.Context, f *loginFlags, serial string, c settings.Choices, call func(code secret.Text) error) error {
	origin, err := idp.ParseOrigin(deviceOrigin)
	if err != nil {
		return err
	}
	from := a.dialog(f, &signIn{choices: c})
	q := idp.Question{Kind: idp.Code, Origin: origin, User: serial, Label: foreign.Text("MFA code of " + deviceName(serial))}
	for range mostCodes {
		code, errAsk := from.Ask(ctx, q)
		switch {
		case errors.Is(errAsk, idp.ErrNoAnswer) && err != nil:
			return err // the refusal says more than that nobody has another code
		case errors.Is(errAsk, idp.ErrNoAnswer):
			return &fault.NeedError{What: "a code of the MFA device " + foreign.Clean(serial) + " is needed, and nobody can be asked", Hint: deviceHint(serial)}
		case errAsk != nil:
			return errAsk
		}
		code = secret.New(strings.TrimSpace(code.Reveal()))
		if text := code.Reveal(); len(text) != 6 || strings.Trim(text, "0123456789") != "" { // it is not sent
			err = &sts.ParameterError{Name: sts.ParameterCode, Why: "not six digits"}
			q.Again, q.Next, q.Refused = true, false, "an MFA code has six digits"
			continue
		}
		if a.sentBefore(serial, code) {
			q.Again, q.Next, q.Refused = true, false, "that code was sent already, and AWS takes each once: wait for the next"
			err = &fault.NeedError{What: "the code given for " + foreign.Clean(serial) + " was sent to AWS already, which takes each once", Hint: "wait for the next one and run this again"}
			continue
		}
		if err = call(code); err == nil {
			return nil
		}
		var refused *sts.Error
		var spent *sts.SpentError
		switch {
		case errors.As(err, &spent):
			q.Again, q.Next = false, true
			if _, errNobody := a.terminal(); errNobody == nil {
				a.notice(spent.Error() + "; the next code asks for less")
			}
		case errors.As(err, &refused) && refused.Reason == sts.ReasonCodeRefused:
			q.Again, q.Next, q.Refused = true, false, foreign.Text(refused.Cause())
		default:
			return err
		}
	}
	return err
}

// sentBefore notes a code, and reports whether it went out already.
func (a *app) sentBefore(serial string, code secret.Text) bool {
	which := state.Identity(serial, code.Reveal())
	a.mu.Lock()
	before := a.codes[which]
	if a.codes == nil {
		a.codes = map[string]bool{}
	}
	a.codes[which] = true
	a.mu.Unlock()
	if folder := a.folder(); folder != nil && !before {
		_, _, err := folder.Get(sentCodeKind, which)
		before = err == nil
		a.keep(state.Entry{Kind: sentCodeKind, Identity: which, Value: secret.New("sent"), Expires: a.now().Add(sentCodeLife)})
	}
	return before
}

// noteRefused takes what a spent code has shown of the role into the next wish.
func noteRefused(w *sts.Wish, err error) {
	var spent *sts.SpentError
	if errors.As(err, &spent) {
		w.Refused = spent.Refused
	}
}

// deviceName is what a person knows a device by: the name in its ARN and the account, or its serial number.
func deviceName(serial string) string {
	parts := strings.SplitN(serial, ":", 6)
	if name, ok := strings.CutPrefix(parts[len(parts)-1], "mfa/"); ok && len(parts) == 6 {
		return name + " in " + parts[4]
	}
	return serial
}

func deviceHint(serial string) string {
	return "give it with --mfa-code, SAMLOGIN_MFA_CODE or --mfa-command, remember the device's seed with samlogin secret set " + foreign.Clean(serial) + " --totp, or run samlogin in a terminal without --no-input"
}

// deviceOf is the MFA device of AWS that a name means: an ARN, or a profile of AWS's files that names one. "" is none.
func (a *app) deviceOf(s *settings.Settings, name string) string {
	if strings.HasPrefix(name, "arn:") && strings.Contains(name, ":mfa/") {
		return name
	}
	if s.IdPs[name] != nil || s.Profiles[name] != nil {
		return ""
	}
	files, err := profiles.Locate(a.env)
	if err != nil {
		return ""
	}
	chain, err := files.Chain(name)
	if err != nil {
		return ""
	}
	device := chain.Root.MFASerial
	for _, r := range chain.Roles {
		device = cmp.Or(device, r.MFASerial)
	}
	return device
}
