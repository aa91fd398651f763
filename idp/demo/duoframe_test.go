package demo_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/idp/demo"
)

// duoFarm is an AD FS with Duo's frame on an origin of its own, and somebody who has got as far as Duo's page.
func duoFarm(t *testing.T, user string) (b *browser, page *answer, frame string) {
	t.Helper()
	var handler http.Handler
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	f := newFarm(t, demo.Config{DuoHost: strings.TrimPrefix(server.URL, "https://")})
	handler = f.adfs.DuoFrame()
	b = f.browser()
	b.client.Transport = server.Client().Transport // httptest has one certificate for all its servers
	return b, b.signIn(aws, `CORP\`+user, password), server.URL
}

func (b *browser) duo(frame, path string, pairs ...string) map[string]any {
	b.t.Helper()
	var answer struct {
		Stat     string
		Message  string
		Response map[string]any
	}
	if err := json.Unmarshal([]byte(b.post(frame+path, pairs...).body), &answer); err != nil {
		b.t.Fatal(err)
	}
	if answer.Stat != "OK" {
		return map[string]any{"stat": answer.Stat, "message": answer.Message}
	}
	return answer.Response
}

func between(s, before, after string) string {
	_, s, _ = strings.Cut(s, before)
	s, _, _ = strings.Cut(s, after)
	return s
}

// prompt goes through the frame with a factor, and gives the word for AD FS, or the last status.
func (b *browser) prompt(frame, tx, factor, passcode string) (word string, statuses []string) {
	b.t.Helper()
	begun := b.post(frame+"/frame/web/v1/auth?v=2.3&parent=https%3A%2F%2Fadfs&tx="+url.QueryEscape(tx), "parent", "https://adfs")
	to, err := url.Parse(begun.header.Get("Location"))
	if err != nil || begun.status != http.StatusFound {
		b.t.Fatalf("%d to %v, %v: %s", begun.status, to, err, begun.body)
	}
	if got := b.get(frame + to.String()).input("preferred_factor"); got != "Duo Push" {
		b.t.Errorf("the preferred factor is %q", got)
	}
	sid := to.Query().Get("sid")
	txid, _ := b.duo(frame, "/frame/prompt", "sid", sid, "factor", factor, "device", "phone1", "passcode", passcode)["txid"].(string)
	for range 5 {
		status := b.duo(frame, "/frame/status", "sid", sid, "txid", txid)
		what, _ := status["status_code"].(string)
		if statuses = append(statuses, what); what == "allow" {
			word, _ = b.duo(frame, status["result_url"].(string), "sid", sid)["cookie"].(string)
			return word, statuses
		}
	}
	return "", statuses
}

func TestDuoFrameLeadsToTheResponse(t *testing.T) {
	for factor, want := range map[string]string{"Duo Push": "pushed pushed allow", "Phone Call": "calling calling allow", "Passcode": "allow"} {
		b, page, frame := duoFarm(t, "dana")
		tx, app, _ := strings.Cut(between(page.body, "'sig_request': '", "'"), ":")
		word, statuses := b.prompt(frame, tx, factor, "123456")
		if got := strings.Join(statuses, " "); got != want {
			t.Fatalf("%s: %s, want %s", factor, got, want)
		}
		refused := b.answer(page, stop{adds: []string{"sig_response", word + ":APP|another"}})
		if refused.kind() != "code page" || refused.says() == "" {
			t.Fatalf("%s: the word for another request gives a %s", factor, refused.kind())
		}
		b.answer(refused, stop{adds: []string{"sig_response", word + ":" + app}}).response()
		again := b.farm.browser()
		again.client.Transport = b.client.Transport
		if got := again.answer(again.signIn(aws, `CORP\dana`, password), stop{adds: []string{"sig_response", word + ":" + app}}); got.kind() != "code page" {
			t.Errorf("%s: the word is good twice: a %s", factor, got.kind())
		}
	}
}

func TestDuoFrameRefuses(t *testing.T) {
	b, page, frame := duoFarm(t, "doris")
	if page.input("duo_host") != strings.TrimPrefix(frame, "https://") {
		t.Errorf("the page has the host %s", page.input("duo_host"))
	}
	tx, _, _ := strings.Cut(page.input("duo_sig_request"), ":")
	if word, statuses := b.prompt(frame, tx, "Passcode", "000000"); word != "" || statuses[0] != "deny" {
		t.Errorf("a wrong passcode: %v", statuses)
	}
	if word, statuses := b.prompt(frame, tx, "Carrier Pigeon", ""); word != "" || statuses[0] != "" {
		t.Errorf("a factor that there is not: %v", statuses)
	}
	if got := b.post(frame+"/frame/web/v1/auth?v=2.3&parent=x&tx=TX%7Cmade-up", "parent", "x").status; got != http.StatusBadRequest {
		t.Errorf("a request that was made up gives %d", got)
	}
	begun := b.post(frame+"/frame/web/v1/auth?v=2.3&parent=x&tx="+url.QueryEscape(tx), "parent", "x")
	_, sid, _ := strings.Cut(begun.header.Get("Location"), "sid=")
	txid, _ := b.duo(frame, "/frame/prompt", "sid", sid, "factor", "Duo Push")["txid"].(string)
	if got := b.duo(frame, "/frame/status/"+txid, "sid", sid); txid == "" || got["stat"] != "FAIL" {
		t.Errorf("the word is given out before anybody approved: %v", got)
	}
	if got := b.duo(frame, "/frame/status", "sid", sid, "txid", "x"); got["stat"] != "FAIL" {
		t.Errorf("another transaction has the status %v", got)
	}
	for _, path := range []string{"/frame/other", "/frame/status"} {
		if got := b.get(frame + path).status; got != http.StatusNotFound {
			t.Errorf("%s gives %d", path, got)
		}
	}
	for _, path := range []string{"/frame/prompt", "/frame/status", "/frame/status/x"} {
		if got := b.duo(frame, path, "sid", "x", "txid", ""); got["stat"] != "FAIL" || got["message"] != "Unknown session." {
			t.Errorf("%s without a session gives %v", path, got)
		}
	}
}
