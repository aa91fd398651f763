package demo

import "strings"

// duo is the adapter of Duo Security in its two generations. The traditional one puts a frame of Duo's into the page and
// takes a signed word from it ("Duo Web v2 SDK", Duo documentation); it was switched off in 2024. Universal Prompt sends
// the browser away to Duo and gets it back with a code.
type duo struct {
	host    string
	tx, app string // the two halves of a request for the frame
	frame   *frame
}

// newDuo makes up the secrets that AD FS and the frame share.
func newDuo(host string) duo {
	if host == "" {
		host = "api-00000000.duosecurity.com"
	}
	return duo{host: host, tx: "TX|" + random(30), app: "APP|" + random(30), frame: &frame{}}
}

func (d duo) methods() map[string]*method {
	const name, label = "DuoAdfsAdapter", "Duo Security"
	const refused = "The response of Duo could not be verified."
	texts := map[string]string{"DuoHost": d.host, "DuoRequest": d.tx + ":" + d.app}
	hosted := map[string]string{"DuoHost": d.host, "DuoClient": "DIDEMODEMODEMODEMODE", "DuoRequest": "eyJhbGciOiJIUzUxMiJ9.eyJkZW1vIjp0cnVlfQ.c2lnbmF0dXJl"}
	signed := func(page string) screen {
		return screen{name: page, asks: "approval", texts: texts, needs: []string{"sig_response"}, next: func(r reply) move {
			word, app, _ := strings.Cut(r.value("sig_response"), ":")
			if app == d.app && d.frame.spend(word) {
				return move{done: true}
			}
			return move{says: refused}
		}}
	}
	return map[string]*method{
		"duo":        {name: name, label: label, screens: []screen{signed("duo-frame")}},
		"duo-inputs": {name: name, label: label, screens: []screen{signed("duo-inputs")}},
		// What comes back from Duo's own pages cannot be made up here: this one needs a browser.
		"duo-universal": {name: name, label: label, screens: []screen{
			{name: "duo-universal", asks: "hosted prompt", texts: hosted, next: always(move{says: refused})},
		}},
	}
}
