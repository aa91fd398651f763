// Package idp signs a person in at an identity provider (IdP) the way a browser without scripts would, and brings
// back the SAML response meant for AWS.
//
// A login is a walk over pages. Each answer of the IdP is read once into a Page; the first Recogniser that knows the
// page says which Step answers it; the Walk takes that step. Recognisers only read: they never send anything and
// never see a secret. What is asked, where a secret may go and how often it is sent is decided in one place, the Walk,
// so that a new IdP or a new page cannot weaken it.
//
// The packages below this one (idp/adfs, ...) know one kind of IdP each: its start address and its pages.
package idp

import (
	"context"
	"errors"

	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
)

// A Provider signs a person in and returns the response meant for AWS.
//
// It returns *RefusedError, *NeedError, *PageError, *SafetyError or *NetworkError of this package, or an error of
// package saml where the response itself is bad. After a refused password it has not tried a second time unless the
// Dialog gave a new one. It stops soon after ctx ends, with context.Cause(ctx).
//
// Login may be called again on the same Provider: the session cookies of the first login are still there, so that the
// IdP usually hands out a fresh response without asking anything.
type Provider interface {
	Login(ctx context.Context, d Dialog) (*saml.Response, error)
}

// A Dialog answers what a sign-in page asks. Only what the page has a field for is asked.
// The terminal, the environment and standard input are all Dialogs; see Chain.
type Dialog interface {
	// Ask returns the answer, or ErrNoAnswer when this Dialog has none. When q.Again is set the answer given before
	// was refused: only a person may give another one, anything stored returns ErrNoAnswer.
	Ask(ctx context.Context, q Question) (secret.Text, error)
}

// Kind tells what a Question asks for.
type Kind int

// What pages ask for.
const (
	Username Kind = iota
	Password
	Code   // a one-time code
	PIN    // a PIN that the person knows
	NewPIN // a PIN that the person thinks of now
	Answer // anything else, told by its label
	Choice // one of the Options; the answer is its ID
)

func (k Kind) String() string {
	switch k {
	case Username:
		return "user name"
	case Password:
		return "password"
	case PIN:
		return "PIN"
	case NewPIN:
		return "new PIN"
	case Answer:
		return "answer"
	case Choice:
		return "choice"
	default:
		return "one-time code"
	}
}

// Topic tells what a Choice is about.
type Topic string

// What pages let a person choose.
const (
	Method       Topic = "way to sign in" // a second factor, or another way than the password
	Device       Topic = "device"         // which of several phones or tokens
	Organisation Topic = "organisation"   // home realm discovery: whose account it is
	Application  Topic = "application"    // the relying party
	Consent      Topic = "consent"        // whether what the page lists may be handed to AWS, or terms are agreed to
)

// An Option is one of the answers to a Choice.
type Option struct {
	ID    string       // the IdP's own name for it, as a setting would name it
	Label foreign.Text // the page's words
}

// String is the label, with the identifier where the label does not say it.
func (o Option) String() string {
	id := foreign.Clean(o.ID)
	if o.Label == "" {
		return id
	}
	return o.Label.String()
}

// A Question is one field of a page that a person, or what a person has stored, must fill.
type Question struct {
	Kind    Kind
	Origin  Origin       // who gets the answer
	User    string       // whose password or code it is, "" for Username
	Label   foreign.Text // the page's own words for the field, "" where it has none
	Says    foreign.Text // what the page tells the person beside it
	Again   bool         // the answer given before was refused
	Next    bool         // it was taken, and the page wants the next one
	Refused foreign.Text // what the page said of it, "" where it said nothing
	Topic   Topic        // of a Choice
	Options []Option     // of a Choice, at least two
}

// ErrNoAnswer is what a Dialog returns that has no answer to a Question.
var ErrNoAnswer = errors.New("no answer")

// Chain asks each Dialog in turn until one has an answer.
func Chain(dialogs ...Dialog) Dialog { return chain(dialogs) }

type chain []Dialog

func (c chain) Ask(ctx context.Context, q Question) (secret.Text, error) {
	for _, d := range c {
		if answer, err := d.Ask(ctx, q); !errors.Is(err, ErrNoAnswer) {
			return answer, err
		}
	}
	return secret.Text{}, ErrNoAnswer
}
