package trace_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/idp/trace"
)

func at(t testing.TB, address string) trace.Clean {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return (&trace.Cleaner{}).Address(u)
}

func page(t testing.TB, title string) *trace.Page {
	t.Helper()
	return &trace.Page{HTML: (&trace.Cleaner{}).Page(parse(t, "<title>"+title+"</title>")), Removed: trace.Removed{"scripts": 2}}
}

// sample is a recording of two requests, a page each.
func sample(t testing.TB) trace.Recording {
	t.Helper()
	return trace.Recording{
		Header: trace.Header{Samlogin: "1.2.3", System: "linux/amd64", Began: "2026-11-21T08:00:00Z"},
		Entries: []trace.Entry{
			{Login: &trace.Login{Kind: "adfs"}},
			{Hop: &trace.Hop{Method: "GET", Address: at(t, "https://fs.example.com/a?x=1&y=2"), Status: 200}},
			{Page: page(t, "one")},
			{Hop: &trace.Hop{Method: "POST", Address: at(t, "https://fs.example.com/a?y=2&x=1"), Status: 302, To: at(t, "https://fs.example.com/b"), Sent: []trace.Field{{Name: (&trace.Cleaner{}).Name("p"), Filled: true}}}},
			{Hop: &trace.Hop{Method: "GET", Address: at(t, "https://fs.example.com/b"), Status: 200}},
			{Page: page(t, "two")},
			{Call: &trace.Call{Method: "POST", Action: "AssumeRoleWithSAML", Status: 200}},
		},
		End: &trace.End{Code: "done"},
	}
}

func TestARecordIsReadAsItWasWritten(t *testing.T) {
	want := sample(t)
	var file bytes.Buffer
	if err := trace.Write(&file, want); err != nil {
		t.Fatal(err)
	}
	got, err := trace.Read(bytes.NewReader(file.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	want.Header.Format, want.Header.Holds, want.Removed = trace.Format, got.Header.Holds, trace.Removed{"scripts": 4}
	if !reflect.DeepEqual(*got, want) {
		t.Errorf("read\n%+v\nwant\n%+v", *got, want)
	}
	lines := strings.Split(strings.TrimSpace(file.String()), "\n")
	if last := lines[len(lines)-1]; last != `{"removed":{"scripts":4}}` { // security case 99
		t.Errorf("the last line is %s", last)
	}
	cut := strings.Join(lines[:4], "\n")
	if broken, err := trace.Read(strings.NewReader(cut)); err != nil || broken.End != nil || len(broken.Entries) != 3 {
		t.Errorf("one that breaks off: %v, %v", broken, err)
	}
}

func TestWhatIsNoRecordIsRefused(t *testing.T) {
	const first = `{"trace":{"format":1}}` + "\n"
	for text, line := range map[string]int{
		"": 1, "\n\n": 2, "hello": 1, `{"hop":{}}`: 1, `{"trace":{"format":2}}`: 1, first + "nonsense": 2, first + `{"hop":7}`: 2, first + strings.Repeat("x", 9<<20): 2,
		first + strings.Repeat(`{"login":{}}`+"\n", 2001): 2002,
	} {
		_, err := trace.Read(strings.NewReader(text))
		var wrong *trace.ReadError
		if !errors.As(err, &wrong) || (text != "\n\n" && wrong.Line != line) {
			t.Errorf("%.40q: %v, want line %d", text, err, line)
		}
	}
}

func FuzzRead(f *testing.F) {
	var file bytes.Buffer
	r := trace.Recording{Entries: []trace.Entry{{Hop: &trace.Hop{Method: "GET"}}, {Page: &trace.Page{}}}, End: &trace.End{}}
	if err := trace.Write(&file, r); err != nil {
		f.Fatal(err)
	}
	f.Add(file.Bytes())
	f.Fuzz(func(t *testing.T, text []byte) {
		r, err := trace.Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		player := trace.NewPlayer(r)
		w := httptest.NewRecorder()
		func() {
			defer func() {
				if p := recover(); p != nil && p != http.ErrAbortHandler {
					panic(p)
				}
			}()
			player.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "https://fs.example.com/", nil))
		}()
	})
}

func TestThePlayerAnswersInTheOrderOfTheRecording(t *testing.T) {
	r := sample(t)
	p := trace.NewPlayer(&r)
	if p.Start().String() != "https://fs.example.com/a?x=(1)&y=(1)" || fmt.Sprint(p.Hosts(false), p.Hosts(true)) != "[fs.example.com] [fs.example.com]" {
		t.Errorf("it starts at %s with %v", p.Start(), p.Hosts(false))
	}
	ask := func(method, address string) string {
		w := httptest.NewRecorder()
		p.ServeHTTP(w, httptest.NewRequest(method, address, nil))
		return strings.TrimSpace(fmt.Sprint(w.Code, " ", w.Header().Get("Location"), strings.TrimSuffix(strings.TrimPrefix(w.Body.String(), "<html><head><title> "), " </title></head><body></body></html>")))
	}
	for _, c := range []struct{ method, address, want string }{
		{"GET", "https://other.example.com/a?x=1&y=2", "404 404 page not found"},
		{"GET", "https://fs.example.com/a?y=another&x=value", "200 one"},
		{"GET", "https://fs.example.com/a?x=1&y=2", "404 404 page not found"},
		{"POST", "https://fs.example.com/a?changed=1", "302 https://fs.example.com/b"},
		{"GET", "https://fs.example.com/b", "200 two"},
		{"GET", "https://fs.example.com/b", "200 two"},
	} {
		if got := ask(c.method, c.address); got != c.want {
			t.Errorf("%s %s: %s, want %s", c.method, c.address, got, c.want)
		}
	}
	if !p.Ended() || len(p.Missed()) != 2 {
		t.Errorf("ended %v, missed %v", p.Ended(), p.Missed())
	}
}
