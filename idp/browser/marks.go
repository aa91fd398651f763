package browser

import (
	"github.com/samlogin/samlogin/idp"
)

// This file is data: pages that wait for something that happens elsewhere, and go on by themselves. CSS selectors.

// A waiting is one such page.
type waiting struct {
	mark   string // that it has
	number string // the element with the number to match; "" none
	says   string // the element that tells what to do
}

func waitings() []waiting {
	return []waiting{
		// Microsoft Entra ID: the number to type into the Authenticator app; without one, a tap is enough
		{mark: "#idRichContext_DisplaySign", number: "#idRichContext_DisplaySign", says: "#idDiv_SAOTCAS_Description, #idDiv_SAOTCAS_Title"},
		{mark: "#idDiv_SAOTCAS_Title", says: "#idDiv_SAOTCAS_Description, #idDiv_SAOTCAS_Title"},
		// the built-in AD FS of samlogin demo, with its scripted pages
		{mark: "#approve-number", number: "#approve-number", says: "#approve-text"},
	}
}

// waits recognise them. An element that is hidden by a style counts as none, as it does for a person.
func waits() []idp.Recogniser {
	return []idp.Recogniser{{Name: "page that waits for a phone", Read: func(p *idp.Page) idp.Step {
		for _, w := range waitings() {
			if p.TextOf(w.mark) == "" {
				continue
			}
			step := idp.Wait{Says: p.TextOf(w.says)}
			if w.number != "" {
				step.Number = p.TextOf(w.number)
			}
			return step
		}
		return nil
	}}}
}
