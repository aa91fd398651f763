package idp

import "github.com/samlogin/samlogin/saml/foreign"

// An Event is one thing that happened on a walk, for --verbose and --trace. It is built by allow-list: method,
// address without query, status, names. It has no place for a value that a person typed or a page hid.
type Event struct {
	Method  string       `json:"method,omitempty"`
	Address string       `json:"address"`           // origin and path
	Sent    []string     `json:"sent,omitempty"`    // names of the fields sent
	Status  int          `json:"status,omitempty"`  // HTTP status
	To      string       `json:"to,omitempty"`      // where a redirect leads, origin and path
	Title   foreign.Text `json:"title,omitempty"`   // of the page
	Forms   []string     `json:"forms,omitempty"`   // their names and the names of their fields
	Page    string       `json:"page,omitempty"`    // which recogniser knew the page
	Request string       `json:"request,omitempty"` // the IdP's client-request-id, by which its administrator finds the request
}
