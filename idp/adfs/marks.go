package adfs

import "github.com/samlogin/samlogin/idp"

// marked adds to recognisers what their pages have for certain and what they never have, so that an unknown page can be
// compared with them.
func marked(all []idp.Recogniser) []idp.Recogniser {
	for i := range all {
		if all[i].Marks == nil {
			all[i].Marks, all[i].Never = marks(all[i].Name)
		}
	}
	return all
}

// typed are the fields that a person types into, as far as CSS can tell.
const typed = "input:not([type]), input[type=text], input[type=password], input[type=email], input[type=tel], input[type=number], textarea"

func marks(name string) (has, never []idp.Mark) {
	method := idp.Mark{Selector: "input[name=AuthMethod]", Says: "a field AuthMethod"}
	switch name {
	case "AD FS sign-in page":
		has = []idp.Mark{
			{Selector: "input[type=password][name]", Says: "a field for the password"},
			{Selector: "input[name=UserName], input[type=text][name], input[type=email][name]", Says: "a field for the user name"},
			{Selector: "form#loginForm", Says: "the form loginForm"}, method,
		}
		never = []idp.Mark{
			{Selector: "input[name=Context]", Says: "a field Context, which a second step has"},
			{Selector: "input[type=password]", Over: 1, Says: "more than one field for a password"},
		}
	case "AD FS one-time code":
		has = []idp.Mark{{Selector: "input[name=Context]", Says: "a field Context"}, method, {Selector: typed, Says: "a field to type the code into"}}
		never = []idp.Mark{{Selector: typed, Over: 1, Says: "more than one field to type into"}}
	case "AD FS error page":
		has = []idp.Mark{{Selector: "#errorArea", Says: "the area errorArea"}, {Selector: "#errorMessage", Says: "the text errorMessage"}}
	case "AD FS change-password page":
		has = []idp.Mark{{Selector: "input[type=password]", Over: 2, Says: "three fields for passwords"}}
	case "SAML response":
		has = []idp.Mark{{Selector: "input[name=SAMLResponse]", Says: "a field SAMLResponse"}}
	case "page that posts itself":
		has = []idp.Mark{
			{Selector: "form[method]", Says: "a form"}, {Selector: "form input[type=hidden]", Says: "hidden fields"},
			{Selector: "noscript input[type=submit], noscript button, body[onload]", Says: "a script or button that sends it on"},
		}
		never = []idp.Mark{
			{Selector: "form", Over: 1, Says: "more than one form"}, {Selector: typed, Says: "something to type"}, {Selector: "[onclick]", Says: "something to click"},
		}
	}
	return has, never
}
