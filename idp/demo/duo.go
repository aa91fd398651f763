package demo

import "strings"

// duo is what AD FS and the frame of Duo's traditional prompt share.
type duo struct {
	host    string
	tx, app string // the two halves of a request for the frame
	frame   frame
}

// newDuo makes up the secrets.
func newDuo(host string) *duo {
	if host == "" {
		host = "api-00000000.duosecurity.com"
	}
	return &duo{host: host, tx: "TX|" + random(30), app: "APP|" + random(30)}
}

// duoSecurity is the adapter of Duo Security in its two generations. The traditional one puts a frame of Duo's into the
// page, by a script or from hidden fields, and takes a signed word from it ("Duo Web v2 SDK", Duo documentation); it was
// switched off in 2024. Universal Prompt sends the browser away to Duo and gets it back with a code, which cannot be made
// up here: it needs a browser.
func duoSecurity() ([]method, []screen) {
	const name, label = "DuoAdfsAdapter", "Duo Security"
	return []method{
			{key: "duo", name: name, label: label, screens: "duo-frame"},
			{key: "duo-inputs", name: name, label: label, screens: "duo-inputs"},
			{key: "duo-universal", name: name, label: label, screens: "duo-universal"},
		}, []screen{
			{name: "duo-frame", asks: approval, needs: "sig_response", next: duoSigned},
			{name: "duo-inputs", asks: approval, needs: "sig_response", next: duoSigned},
			{name: "duo-universal", asks: "hosted prompt", then: move{says: saysUnsigned}},
		}
}

const saysUnsigned = "The response of Duo could not be verified."

func duoSigned(r reply) move {
	word, app, _ := strings.Cut(r.value("sig_response"), ":")
	if app == r.duo.app && r.duo.frame.spend(word) {
		return move{done: true}
	}
	return move{says: saysUnsigned}
}
