package duo

import (
	"context"
	"slices"
	"strings"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml/foreign"
)

// The factors that can be answered here, in Duo's spelling. Security keys need a browser.
const (
	push     = "Duo Push"
	call     = "Phone Call"
	passcode = "Passcode"
)

// way is a factor at a device.
type way struct {
	factor, device string
	label          foreign.Text // of the device
}

// maxDevices is how many devices of one person are looked at.
const maxDevices = 50

// waysOf lists what the frame's page offers. The page has a list of devices, and the factors of each inside an element
// with data-device-index; simpler pages have the same factors for all.
func waysOf(p *idp.Page) []way {
	var devices []way
	for _, s := range p.Doc.Find("select[name=device] option").EachIter() {
		if id := s.AttrOr("value", ""); id != "" && len(devices) < maxDevices {
			devices = append(devices, way{device: id, label: foreign.Line(s.Text())})
		}
	}
	if len(devices) == 0 {
		devices = []way{{device: hidden(p, "preferred_device")}}
	}
	offered := map[[2]string]bool{} // by device, "" for all, and factor
	for _, s := range p.Doc.Find("[name=factor]").EachIter() {
		offered[[2]string{s.Closest("[data-device-index]").AttrOr("data-device-index", ""), s.AttrOr("value", "")}] = true
	}
	var ways []way
	for _, d := range devices {
		for _, factor := range []string{push, call, passcode} {
			same := func(w way) bool { return w.factor == factor && (w.device == d.device || factor == passcode) }
			if (offered[[2]string{d.device, factor}] || offered[[2]string{"", factor}]) && !slices.ContainsFunc(ways, same) {
				ways = append(ways, way{factor, d.device, d.label})
			}
		}
	}
	return ways
}

func hidden(p *idp.Page, name string) string {
	return p.Doc.Find("input[name="+name+"]").First().AttrOr("value", "")
}

// take decides between several ways: the one wished for, else the one that the person has told Duo to begin with, which
// the frame would take without asking, else the one that is picked now.
func take(ctx context.Context, t *idp.Talk, p *idp.Page, ways []way, wish string) (way, error) {
	left := wished(ways, wish)
	if len(left) == 0 {
		left = ways // the person is told of it when asked
	}
	if wish == "" || len(left) < len(ways) {
		factor, device := hidden(p, "preferred_factor"), hidden(p, "preferred_device")
		for _, w := range left {
			if w.factor == factor && (w.device == device || factor == passcode) {
				return w, nil
			}
		}
	}
	at, err := t.Choose(ctx, idp.Method, options(left))
	if err != nil {
		return way{}, err
	}
	return left[at], nil
}

// wished are the ways that a wish can mean: those whose factor has it in its name, else those whose device has it in its
// name or label. "phone" is the call, though devices are called phone1.
func wished(ways []way, wish string) (found []way) {
	wish = strings.ToLower(strings.TrimSpace(wish))
	if wish == "" {
		return nil
	}
	has := func(s string) bool { return strings.Contains(strings.ToLower(s), wish) }
	for _, w := range ways {
		if has(w.factor) {
			found = append(found, w)
		}
	}
	if len(found) > 0 {
		return found
	}
	for _, w := range ways {
		if has(w.device) || has(w.label.Raw()) {
			found = append(found, w)
		}
	}
	return found
}

// options names each way by its factor, with its device where one factor is there for several.
func options(ways []way) []idp.Option {
	count := map[string]int{}
	for _, w := range ways {
		count[w.factor]++
	}
	var out []idp.Option
	for _, w := range ways {
		o := idp.Option{ID: w.factor, Label: foreign.Text(w.factor)}
		if count[w.factor] > 1 {
			o.ID += " " + w.device
		}
		if w.factor != passcode && w.label != "" {
			o.Label += ", " + w.label
		}
		out = append(out, o)
	}
	return out
}
