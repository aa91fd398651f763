// Package adapter answers the pages of AD FS's multi-factor adapters. An adapter is data: how its pages are known, what
// each of them wants, and into which field it goes. Ours stand in table.toml; a person can write others, in the same
// words, into the settings.
//
// What an adapter sends and asks is limited to what the steps of package idp can say, so a wrong table can fail a
// login, but cannot send a secret to another place.
package adapter

import (
	"time"

	"github.com/samlogin/samlogin/idp"
)

// An Adapter is one product that AD FS calls for a second factor.
type Adapter struct {
	Name    string
	Title   string   // what people call it
	Methods []string // values of AuthMethod on its pages, in any case; none: the marks of its pages are enough
	Pages   []Page   // in the order in which they are tried
}

// What a page wants.
type deed string

const (
	doCode    deed = "code"    // a one-time code
	doAsk     deed = "ask"     // the things that Asks lists
	doWait    deed = "wait"    // nothing: something happens elsewhere
	doPost    deed = "post"    // to be sent on as it is
	doChoose  deed = "choose"  // one of several
	doStop    deed = "stop"    // nothing any more: it says no
	doBrowser deed = "browser" // what only a browser can do
)

// A Page is one page of an adapter: its marks, and the answer to it.
type Page struct {
	Do    deed
	Has   []string // selectors, each of which must name something on the page
	Lacks []string // selectors that must name nothing
	Says  []string // words, one of which must stand on the page, in any case
	Form  string   // selector of the form that is sent; "": the one with the Context

	Field string            // for a code; "": the only visible one
	Asks  []Ask             // for ask
	Next  bool              // the page wants the next code, and has refused none
	Also  map[string]string // sent besides, for what a script or a button adds

	Error string // selector of where the page says what was wrong; "": #errorText
	Text  string // selector of what it tells the person to do
	Blame string // for stop and browser: our words

	Every  time.Duration // for wait: between two questions
	Blocks bool          // for wait: the answer comes when it has happened
	Number string        // for wait: selector of the number to match

	Topic  idp.Topic // for choose
	Option string    // for choose: selector of the elements that can be chosen
	Value  string    // for choose: the attribute that names one; "onclick" takes the first text in it
	Into   string    // for choose: the field that gets it
}

// An Ask is one thing to type.
type Ask struct {
	Field string
	Kind  idp.Kind
	Label string // "": the page's own words
	Same  string // the field for the repetition
}
