package adfs

import "github.com/samlogin/samlogin/idp"

// marked adds to recognisers what their pages have for certain, so that an unknown page can be compared with them.
func marked(all []idp.Recogniser) []idp.Recogniser {
	for i := range all {
		if all[i].Marks == nil {
			all[i].Marks = marks(all[i].Name)
		}
	}
	return all
}

func marks(name string) []idp.Mark {
	var (
		method  = idp.Mark{Selector: "input[name=AuthMethod]", Says: "a field AuthMethod"}
		context = idp.Mark{Selector: "input[name=Context]", Says: "a field Context"}
	)
	switch name {
	case "AD FS sign-in page":
		return []idp.Mark{
			{Selector: "input[type=password][name]", Says: "a field for the password"},
			{Selector: "input[name=UserName], input[type=text][name], input[type=email][name]", Says: "a field for the user name"},
			{Selector: "form#loginForm", Says: "the form loginForm"}, method,
		}
	case "AD FS one-time code":
		return []idp.Mark{
			context, method,
			{Selector: "form input[name]:not([type=hidden]):not([type=submit]):not([type=button])", Says: "one field to type into"},
		}
	case "AD FS error page":
		return []idp.Mark{{Selector: "#errorArea", Says: "the area errorArea"}, {Selector: "#errorMessage", Says: "the text errorMessage"}}
	case "AD FS change-password page":
		return []idp.Mark{{Selector: "form[name]", Says: "a named form"}, {Selector: "input[type=password] ~ input[type=password], form input[type=password]", Says: "fields for passwords"}, {Selector: "#updatePasswordArea", Says: "the area updatePasswordArea"}}
	case "SAML response":
		return []idp.Mark{{Selector: "input[name=SAMLResponse]", Says: "a field SAMLResponse"}}
	case "page that posts itself":
		return []idp.Mark{
			{Selector: "form[method]", Says: "a form"}, {Selector: "form input[type=hidden]", Says: "hidden fields"},
			{Selector: "noscript input[type=submit], noscript button, body[onload]", Says: "a script or button that sends it on"},
		}
	}
	return nil
}
