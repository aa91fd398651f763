package idp

import (
	"net/url"

	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
)

// A Recogniser looks at a page and says which step answers it, or nil if the page is not one it knows. It reads only.
type Recogniser struct {
	Name string // "AD FS sign-in page", as shown with --verbose and in traces
	Read func(p *Page) Step
}

// A Step is the answer to a page. It is data: the Walk carries it out and keeps the rules.
type Step interface{ step() }

// SignIn answers a page that wants a user name and a password.
type SignIn struct {
	Form     *Form
	User     string       // name of the field for the user name; "" where the page has none
	Password string       // name of the field for the password; its type must be password
	Also     []Pair       // what a script of the page would have filled in
	Refused  foreign.Text // what the page says of an answer given before
}

// Challenge answers a page that wants a one-time code.
type Challenge struct {
	Form    *Form
	Field   string
	Label   foreign.Text // the page's words for the code
	Also    []Pair
	Refused foreign.Text // what the page says of a code given before
}

// Submit answers a page that sends itself on without anybody typing: what a script would submit.
type Submit struct{ Form *Form }

// Open answers a page that leads to another address (meta refresh).
type Open struct{ URL *url.URL }

// Done ends the walk with the response, base64 byte for byte as the page held it.
type Done struct{ Encoded secret.Text }

// Stop ends the walk with a reason.
type Stop struct{ Err error }

func (SignIn) step()    {}
func (Challenge) step() {}
func (Submit) step()    {}
func (Open) step()      {}
func (Done) step()      {}
func (Stop) step()      {}
