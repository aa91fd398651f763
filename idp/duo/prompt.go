package duo

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/saml/foreign"
)

// every is the pause between two questions for the status. Duo keeps its answer back until something has happened.
const every = time.Second

// prompt is a frame that a page has asked for.
type prompt struct {
	parent  *idp.Page
	form    *idp.Form // what goes to the IdP in the end
	tx, app string    // the request: Duo's half, and the IdP's
	wish    string
}

// session is a prompt under way.
type session struct {
	talk *idp.Talk
	sid  string
}

// answer is what all of Duo's JSON has in common.
type answer struct {
	Stat     string
	Message  string
	Response json.RawMessage // a status where it is well
}

// status holds what the different answers have in Response.
type status struct {
	Transaction string `json:"txid"`
	SID         string
	Code        string `json:"status_code"`
	Text        string `json:"status"`
	Result      string
	ResultURL   string `json:"result_url"`
	Cookie      string
}

func (pr prompt) run(ctx context.Context, t *idp.Talk) (idp.Submit, error) {
	page, s, err := pr.begin(ctx, t)
	if err != nil {
		return idp.Submit{}, err
	}
	ways := waysOf(page)
	if len(ways) == 0 {
		return idp.Submit{}, page.NeedsBrowser("Duo offers neither a notification nor a call nor a passcode")
	}
	w, err := take(ctx, t, page, ways, pr.wish)
	if err != nil {
		return idp.Submit{}, err
	}
	result, err := s.authenticate(ctx, w)
	if err != nil {
		return idp.Submit{}, err
	}
	m := idp.Message{Path: result, Pairs: s.pairs()}
	signed, err := s.ask(ctx, m)
	if err == nil && signed.Cookie == "" {
		err = t.NotUnderstood(m, "Duo gave no signed word")
	}
	if err != nil {
		return idp.Submit{}, err
	}
	return idp.Submit{Form: pr.form, Also: []idp.Pair{{Name: "sig_response", Value: signed.Cookie + ":" + pr.app}}}, nil
}

// begin opens the frame. The fields beside parent are what its script says of the browser.
func (pr prompt) begin(ctx context.Context, t *idp.Talk) (*idp.Page, *session, error) {
	at := *pr.parent.URL
	at.Fragment, at.RawFragment = "", ""
	parent := idp.Pair{Name: "parent", Value: at.String()}
	page, err := t.Page(ctx, idp.Message{
		Path:  "/frame/web/v1/auth",
		Query: []idp.Pair{{Name: "tx", Value: pr.tx}, parent, {Name: "v", Value: "2.3"}},
		Pairs: []idp.Pair{
			parent, {Name: "java_version"}, {Name: "flash_version"},
			{Name: "screen_resolution_width", Value: "1280"}, {Name: "screen_resolution_height", Value: "800"}, {Name: "color_depth", Value: "24"},
		},
	})
	if err != nil {
		return nil, nil, err
	}
	if page.Has("form#endpoint-health-form, form#client_cert_form") {
		return nil, nil, page.NeedsBrowser("Duo wants to see what state this computer is in")
	}
	sid := page.URL.Query().Get("sid")
	if sid == "" {
		sid = hidden(page, "sid")
	}
	if sid == "" || page.Status >= 400 {
		return nil, nil, page.NotUnderstood("Duo did not begin its prompt")
	}
	return page, &session{talk: t, sid: sid}, nil
}

func (s *session) pairs(more ...idp.Pair) []idp.Pair {
	return append([]idp.Pair{{Name: "sid", Value: s.sid}}, more...)
}

// ask posts a message. Duo says no in its own words, of which it may have several.
func (s *session) ask(ctx context.Context, m idp.Message) (status, error) {
	var a answer
	if err := s.talk.JSON(ctx, m, &a); err != nil {
		return status{}, err
	}
	switch a.Stat {
	case "OK":
		var now status
		if json.Unmarshal(a.Response, &now) == nil {
			return now, nil
		}
	case "FAIL":
		return status{}, s.talk.Refused(idp.CodeRefused, foreign.Line(a.Message))
	}
	return status{}, s.talk.NotUnderstood(m, "Duo's answer is not built as it is known")
}

// authenticate goes one way until Duo has decided, and gives the path of the result. A passcode that was wrong is asked
// for again; what was denied on a phone is not.
func (s *session) authenticate(ctx context.Context, w way) (result string, err error) {
	begin := idp.Message{Path: "/frame/prompt"}
	if w.factor == passcode {
		begin.Code, begin.Label = "passcode", "Duo passcode"
	}
	for {
		begin.Pairs = s.pairs(idp.Pair{Name: "factor", Value: w.factor}, idp.Pair{Name: "device", Value: w.device}, idp.Pair{Name: "out_of_date"})
		started, err := s.ask(ctx, begin)
		if err == nil && started.Transaction == "" {
			err = s.talk.NotUnderstood(begin, "Duo began nothing")
		}
		if err != nil {
			return "", err
		}
		end, err := s.await(ctx, started.Transaction)
		if err != nil {
			return "", err
		}
		said := foreign.Line(end.Text)
		locked := strings.Contains(strings.ToLower(end.Text), "locked")
		switch {
		case end.allowed():
			return end.ResultURL, nil
		case end.Code == "timeout":
			return "", s.talk.Refused(idp.MFATimedOut, said)
		case locked: // one more try would not end it
			return "", s.talk.Refused(idp.Locked, said)
		case w.factor != passcode || end.Code != "deny":
			denied := s.talk.Refused(idp.CodeRefused, said)
			denied.Advice = "run it again, and confirm it on your device; --mfa names another way where Duo offers one"
			return "", denied
		}
		if begin.Refused = said; said == "" {
			begin.Refused = "Duo refused the passcode"
		}
	}
}

// await asks how a transaction stands until it is decided.
func (s *session) await(ctx context.Context, transaction string) (status, error) {
	for {
		m := idp.Message{Path: "/frame/status", Pairs: s.pairs(idp.Pair{Name: "txid", Value: transaction})}
		now, err := s.ask(ctx, m)
		if err != nil {
			return status{}, err
		}
		if now.SID != "" {
			s.sid = now.SID
		}
		if now.allowed() && now.ResultURL == "" {
			return status{}, s.talk.NotUnderstood(m, "Duo allowed it without a result")
		}
		if now.allowed() || now.refused() {
			return now, nil
		}
		if err := s.talk.Wait(ctx, foreign.Line(now.Text), every); err != nil {
			return status{}, err
		}
	}
}

func (s status) refused() bool {
	switch s.Code {
	case "deny", "timeout", "fraud", "locked_out", "error":
		return true
	}
	return s.Result == "FAILURE"
}

func (s status) allowed() bool {
	return !s.refused() && (s.Code == "allow" || s.Result == "SUCCESS")
}
