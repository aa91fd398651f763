package demo

import (
	"crypto/hmac"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// frame is Duo's side of the traditional prompt: what happens in the iframe, and the words it has signed. Sessions are
// begun, a factor is chosen, and the browser asks how things stand until they are decided.
type frame struct {
	mu       sync.Mutex
	sessions map[string]*attempt // by sid
	words    []string            // signed and not used yet
}

// attempt is one prompt.
type attempt struct {
	transaction string
	factor      string
	passcode    string
	asked       int // how often the status was asked for
}

// spend uses a signed word up.
func (f *frame) spend(word string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, w := range f.words {
		if hmac.Equal([]byte(w), []byte(word)) {
			f.words = slices.Delete(f.words, i, i+1)
			return true
		}
	}
	return false
}

// DuoFrame is the server of Config.DuoHost: Duo's own pages for the frame of its traditional prompt. "Duo Push" and "Phone
// Call" are approved when their status has been asked for three times; "Passcode" takes 123456. Serve it on an origin of
// its own, as Duo does.
func (a *ADFS) DuoFrame() http.Handler {
	d := a.duo
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		transaction, result := strings.CutPrefix(r.URL.Path, "/frame/status/")
		switch {
		case r.Method == http.MethodGet && r.URL.Path == "/frame/prompt":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_, _ = io.WriteString(w, duoPrompt)
		case r.Method != http.MethodPost:
			http.NotFound(w, r)
		case r.URL.Path == "/frame/web/v1/auth":
			d.begin(w, r)
		case r.URL.Path == "/frame/prompt":
			d.frame.answer(w, r, (*attempt).start)
		case r.URL.Path == "/frame/status":
			d.frame.answer(w, r, (*attempt).ask)
		case result:
			d.frame.answer(w, r, func(s *attempt, _ *http.Request) (map[string]any, string) { return d.frame.sign(s, transaction) })
		default:
			http.NotFound(w, r)
		}
	})
}

// begin makes a session for a request that AD FS has signed.
func (d *duo) begin(w http.ResponseWriter, r *http.Request) {
	if !hmac.Equal([]byte(r.URL.Query().Get("tx")), []byte(d.tx)) || r.URL.Query().Get("parent") == "" {
		http.Error(w, "Bad request signature.", http.StatusBadRequest)
		return
	}
	sid := random(24)
	d.frame.mu.Lock()
	defer d.frame.mu.Unlock()
	if d.frame.sessions == nil {
		d.frame.sessions = map[string]*attempt{}
	}
	d.frame.sessions[sid] = &attempt{}
	http.Redirect(w, r, "/frame/prompt?sid="+url.QueryEscape(sid), http.StatusFound)
}

// start takes the factor that was chosen.
func (s *attempt) start(r *http.Request) (response map[string]any, problem string) {
	factor := r.PostFormValue("factor")
	if factor != "Duo Push" && factor != "Phone Call" && factor != "Passcode" {
		return nil, "Unknown authentication method."
	}
	*s = attempt{transaction: random(12), factor: factor, passcode: r.PostFormValue("passcode")}
	return map[string]any{"txid": s.transaction}, ""
}

func (s *attempt) ask(r *http.Request) (response map[string]any, problem string) {
	if s.transaction == "" || r.PostFormValue("txid") != s.transaction {
		return nil, unknownTransaction
	}
	s.asked++
	return s.status(), ""
}

// sign gives the word for AD FS to who was allowed in. The lock is held.
func (f *frame) sign(s *attempt, transaction string) (response map[string]any, problem string) {
	if s.transaction == "" || transaction != s.transaction || s.status()["status_code"] != "allow" {
		return nil, unknownTransaction
	}
	word := "AUTH|" + random(30)
	*s, f.words = attempt{}, append(f.words, word)
	return map[string]any{"cookie": word, "parent": ""}, ""
}

const unknownTransaction = "Unknown transaction."

// status is how a prompt stands.
func (s *attempt) status() map[string]any {
	allowed := map[string]any{"status_code": "allow", "result": "SUCCESS", "status": "Success. Logging you in...", "result_url": "/frame/status/" + s.transaction}
	switch {
	case s.factor == "Passcode" && s.passcode != demoCode:
		return map[string]any{"status_code": "deny", "result": "FAILURE", "status": "Incorrect passcode. Please try again."}
	case s.factor == "Passcode", s.asked >= approvedAfter:
		return allowed
	case s.factor == "Phone Call":
		return map[string]any{"status_code": "calling", "status": "Dialing XXX-XXX-5555..."}
	}
	return map[string]any{"status_code": "pushed", "status": "Pushed a login request to your device..."}
}

// answer finds the session of a request and answers in the envelope that everything of Duo's comes in.
func (f *frame) answer(w http.ResponseWriter, r *http.Request, do func(*attempt, *http.Request) (response map[string]any, problem string)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	answer := map[string]any{"stat": "FAIL", "message": "Unknown session."}
	if s := f.sessions[r.PostFormValue("sid")]; s != nil {
		if response, problem := do(s, r); problem != "" {
			answer["message"] = problem
		} else {
			answer = map[string]any{"stat": "OK", "response": response}
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer) // who has gone away needs no answer
}

// duoPrompt is the page in the frame, as far as a client reads it.
const duoPrompt = `<!DOCTYPE html><html><head><title>Two-Factor Authentication</title></head><body><form id="login-form" method="post" action="/frame/prompt">
<input type="hidden" name="preferred_factor" value="Duo Push"/><input type="hidden" name="preferred_device" value="phone1"/>
<select name="device"><option value="phone1">iOS (XXX-XXX-5555)</option></select>
<button type="button" name="factor" value="Duo Push">Send Me a Push</button><button type="button" name="factor" value="Phone Call">Call Me</button>
<input type="text" name="passcode" placeholder="ex. 867539"/><button type="button" name="factor" value="Passcode">Enter a Passcode</button></form></body></html>`
