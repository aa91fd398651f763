package idp

import (
	"net/url"
	"time"

	"github.com/samlogin/samlogin/saml/foreign"
	"github.com/samlogin/samlogin/saml/secret"
)

// A Recogniser looks at a page and says which step answers it, or nil if the page is not one it knows. It reads only.
type Recogniser struct {
	Name  string // "AD FS sign-in page", as shown with --verbose and in traces
	Read  func(p *Page) Step
	Marks []Mark // what its pages have for certain; by it an unknown page is said to be near. nil: nothing is said
	Never []Mark // what its pages never have
}

// A Mark is something by which a person can tell that a page is of a certain kind, or that it is not.
type Mark struct {
	Selector string // CSS
	Says     string // "a field for the password"
	Over     int    // so many elements are too few to count
}

// A Step is the answer to a page. It is data: the Walk carries it out and keeps the rules.
type Step interface{ step() }

// SignIn answers a page that wants a user name and a password, or one of them: some pages ask for the user name first.
type SignIn struct {
	Form     *Form
	User     string       // name of the field for the user name; "" where the page has none
	Password string       // name of the field for the password, whose type must be password; "" on a page for the user name alone
	Blanks   []Blank      // what else it asks for beside the password: a one-time code
	Picks    []Choose     // lists beside them, such as whose account it is; their forms do not count
	Also     []Pair       // what a script of the page would have filled in
	Refused  foreign.Text // what the page says of an answer given before
}

// Challenge answers a page that wants one or more things typed after the password: a one-time code, the next one, a PIN.
type Challenge struct {
	Form    *Form
	Blanks  []Blank      // in the order in which they are asked
	Picks   []Choose     // lists beside them, such as whose device the code is from; their forms do not count
	Also    []Pair       // what a script or a button of the page would add
	Says    foreign.Text // what the page tells the person beside the labels
	Refused foreign.Text // what the page says of an answer given before
	More    bool         // the page wants a further answer to the same step and has refused none: the next code of a token
}

// A Blank is one thing that a Challenge asks for.
type Blank struct {
	Field string
	Kind  Kind         // Code, PIN, NewPIN or Answer
	Label foreign.Text // the page's words for it
	Same  string       // another field that gets the same answer ("repeat the PIN"), "" none
}

// Choose answers a page that offers several ways on: methods of the second step, organisations, applications.
type Choose struct {
	Form    *Form // of every option that has none of its own
	Topic   Topic
	User    string       // the field that carries the user name over, "" none
	Options []Way        // at least one; a single one is taken without asking
	Says    foreign.Text // what the page says about it, where the options alone are not enough
	Refused foreign.Text // what the page says of the way taken before
}

// A Way is one of the ways on that a Choose offers, with what is sent to take it.
type Way struct {
	Option
	Form *Form // nil: that of the Choose
	Set  []Pair
}

// Wait answers a page that goes on when something has happened elsewhere: somebody has tapped a notification, or taken
// a call. It is asked again until another page comes, for as long as MFATime allows.
type Wait struct {
	Form   *Form // sent again each time; nil: the page itself is fetched again
	Also   []Pair
	Every  time.Duration // between two questions; 0 is two seconds
	Blocks bool          // the IdP keeps the answer back until it has happened
	Says   foreign.Text  // what the page tells the person to do
	Number foreign.Text  // the number to pick or type on the phone, "" none
}

// Submit answers a page that sends itself on without anybody typing: what a script would submit.
type Submit struct {
	Form *Form
	Also []Pair       // what the script would fill in
	Says foreign.Text // what a person should read on the way: that an account ends soon
}

// Open answers a page that leads to another address (meta refresh).
type Open struct{ URL *url.URL }

// Done answers the page that hands out a SAML response. One that is for AWS ends the walk; one for the IdP that sent us
// here, from another that both of us trust, is handed on.
type Done struct {
	Encoded secret.Text // base64, byte for byte as the page held it
	Form    *Form
}

// Stop ends the walk with a reason.
type Stop struct{ Err error }

func (SignIn) step()    {}
func (Challenge) step() {}
func (Choose) step()    {}
func (Wait) step()      {}
func (Submit) step()    {}
func (Open) step()      {}
func (Done) step()      {}
func (Stop) step()      {}
