package main

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/trace"
	"github.com/samlogin/samlogin/saml/foreign"
)

// tell prints a recording: as a story, or as JSON.
func (a *app) tell(r *trace.Recording, again *replayed) error {
	s := &story{recording: r, again: again}
	if a.json() {
		a.printed = true
		return printJSON(a.out, struct {
			*trace.Recording
			Clock  float64   `json:"clock_offset_seconds"` // this computer's clock minus the IdP's, when it was recorded
			Advice string    `json:"advice,omitempty"`
			Replay *replayed `json:"replay,omitempty"`
		}{r, s.clock().Seconds(), advice(r), again})
	}
	_, err := fmt.Fprint(a.out, s.text())
	return err
}

// story tells a recording in plain words, outputWidth characters wide. The file may come from anybody: nothing of it
// is printed but through a Clean or a foreign.Text.
type story struct {
	strings.Builder
	recording *trace.Recording
	again     *replayed
	step      int
}

func (s *story) text() string {
	h := s.recording.Header
	s.paragraph(0, fmt.Sprintf("Recorded by samlogin %s on %s, %s.", foreign.Text(h.Samlogin), foreign.Text(h.System), moment(h.Began)))
	for _, e := range s.recording.Entries {
		switch {
		case e.Login != nil:
			start := ""
			if e.Login.Start != "" && e.Login.Start != "auto" {
				start = ", start " + e.Login.Start
			}
			s.paragraph(0, "\nA login at an IdP of the kind "+foreign.Text(e.Login.Kind).String()+foreign.Text(start).String()+":\n")
		case e.Hop != nil:
			s.hop(e.Hop)
		case e.Page != nil:
			s.page(e.Page)
		case e.Call != nil:
			s.call(e.Call)
		}
	}
	s.end()
	return s.String()
}

// paragraph prints a text, broken into lines.
func (s *story) paragraph(indent int, text string) {
	for strings.HasPrefix(text, "\n") {
		s.WriteByte('\n')
		text = text[1:]
	}
	for _, line := range wrapped(text, outputWidth-indent) {
		s.WriteString(strings.TrimRight(strings.Repeat(" ", indent)+line, " ") + "\n")
	}
	if strings.HasSuffix(text, "\n") {
		s.WriteByte('\n')
	}
}

func (s *story) row(label, text string) {
	for i, line := range wrapped(text, outputWidth-15) {
		if i > 0 {
			label = ""
		}
		fmt.Fprintf(s, "     %-10s%s\n", label, line)
	}
}

func (s *story) heading(text string) {
	s.step++
	fmt.Fprintf(s, "%3d  %s\n", s.step, text)
}

func (s *story) hop(h *trace.Hop) {
	address, query, _ := strings.Cut(h.Address.String(), "?")
	s.heading(foreign.Text(h.Method).String() + " " + address)
	if query != "" {
		s.row("query", sayQuery(query))
	}
	if len(h.Sent) > 0 {
		s.row("sent", saySent(h.Sent))
	}
	if h.Failed {
		s.row("answer", fmt.Sprintf("none, after %s", milliseconds(h.Milliseconds)))
		return
	}
	answer := fmt.Sprintf("%d in %s", h.Status, milliseconds(h.Milliseconds))
	if kind := h.Type.String(); kind != "" && !strings.HasPrefix(kind, "text/html") {
		answer += "; " + kind + ", which is no page"
	}
	if to, _, _ := strings.Cut(h.To.String(), "?"); to != "" {
		answer = fmt.Sprintf("%d to %s in %s", h.Status, to, milliseconds(h.Milliseconds))
	}
	if len(h.Asks) > 0 {
		answer += "; it asks for " + joined(h.Asks)
	}
	if len(h.Cookies) > 0 {
		answer += "; cookies " + joined(h.Cookies)
	}
	s.row("answer", answer)
}

func (s *story) page(p *trace.Page) {
	page := fmt.Sprintf("%q", p.Title.String())
	if p.Title.IsZero() {
		page = "without a title"
	}
	if p.Bytes > 0 {
		page += fmt.Sprintf(", %d bytes", p.Bytes)
	}
	s.row("page", page)
	if !p.Text.IsZero() {
		s.row("it says", p.Text.String())
	}
	for i, form := range p.Forms {
		s.row(map[bool]string{true: "forms"}[i == 0], form.String())
	}
	switch {
	case p.Known == "" && p.Near == "":
		s.row("known as", "nothing: no page that is known has anything in common with it")
	case p.Known == "":
		s.row("known as", "nothing; nearest to "+foreign.Text(p.Near).String())
	case p.Step == "stop":
		s.row("known as", foreign.Text(p.Known).String()+" → stop: "+p.Why.String())
	default:
		s.row("known as", foreign.Text(p.Known).String()+" → "+foreign.Text(p.Step).String())
	}
	if !p.Said.IsZero() {
		s.row("refused", fmt.Sprintf("the answer before: %q", p.Said.String()))
	}
	if p.HTML.IsZero() {
		s.row("", "(the page itself could not be recorded without risk)")
	}
}

func (s *story) call(c *trace.Call) {
	s.heading(fmt.Sprintf("%s %s at %s", foreign.Text(c.Method), foreign.Text(c.Action), c.Host))
	if c.Failed {
		s.row("answer", "none, after "+milliseconds(c.Milliseconds))
		return
	}
	s.row("answer", fmt.Sprintf("%d in %s", c.Status, milliseconds(c.Milliseconds)))
}

func (s *story) end() {
	s.WriteByte('\n')
	end := s.recording.End
	switch {
	case end == nil:
		s.paragraph(0, "It breaks off there: samlogin was ended, or the file is not whole.")
	case end.Exit == exitDone:
		s.paragraph(0, "It ended well.")
	default:
		s.paragraph(0, fmt.Sprintf("It ended with exit code %d (%s).", end.Exit, foreign.Text(end.Code)))
		if !end.Said.IsZero() {
			s.paragraph(0, "It said: "+end.Said.String())
		}
	}
	if off := s.clock(); off > clockWorthSaying || off < -clockWorthSaying {
		s.paragraph(0, "The clock of that computer was "+ago(off)+" the server's, which is enough for AWS to refuse what the IdP gives.")
	}
	if text := advice(s.recording); text != "" {
		s.paragraph(0, "What to do: "+text+".")
	}
	if s.again != nil {
		s.paragraph(0, "\n"+s.again.String())
	}
	var removed []string
	for _, what := range slices.Sorted(maps.Keys(s.recording.Removed)) {
		removed = append(removed, fmt.Sprintf("%s: %d", foreign.Text(what), s.recording.Removed[what]))
	}
	if len(removed) > 0 {
		s.paragraph(0, "\nLeft out of the recording: "+strings.Join(removed, ", ")+". A number in brackets, such as [12] or (12), is the length of what stood there.")
	}
}

func (r *replayed) String() string {
	said := map[verdict]string{
		asFar: "gets as far as the recording did", further: "gets further than the recording did", lessFar: "gets less far than the recording did",
	}[r.Verdict]
	text := "Replayed with made-up secrets: this version of samlogin " + said
	switch {
	case r.Last == nil:
		text += ", which is to no page"
	case r.Last.Known == "":
		text += ", to a page that it does not know"
	default:
		text += ", to a page that it knows as " + r.Last.Known + " → " + r.Last.Step
	}
	return text + "."
}

// clock is by how much this computer's clock was ahead of the server's, as far as the last answer tells.
func (s *story) clock() time.Duration {
	var off time.Duration
	note := func(here, there string, ms int64) {
		at, err := time.Parse(time.RFC3339, here)
		date, dateErr := time.Parse(time.RFC3339, there)
		if err == nil && dateErr == nil {
			off = at.Add(time.Duration(ms) * time.Millisecond).Sub(date).Round(time.Second)
		}
	}
	for _, e := range s.recording.Entries {
		if e.Hop != nil {
			note(e.Hop.Time, e.Hop.Date, e.Hop.Milliseconds)
		}
		if e.Call != nil {
			note(e.Call.Time, e.Call.Date, e.Call.Milliseconds)
		}
	}
	return off
}

// advice is what to do about the end of a recording.
func advice(r *trace.Recording) string {
	if r.End == nil {
		return ""
	}
	if r.End.Code == "unknown_page" && len(pagesOf(r)) > 0 {
		return "give this file to whoever helps you: it holds no secret, and samlogin doctor trace FILE --replay shows what a newer version makes of the page"
	}
	for reason := idp.WrongPassword; reason <= idp.OtherRefusal; reason++ {
		if refusedCode(reason) == r.End.Code {
			return refusedHint(&idp.RefusedError{Reason: reason})
		}
	}
	switch r.End.Code {
	case "unknown_page":
		return "see whether the address is right: the host of the IdP alone is enough"
	case "needs_answer":
		return "give the answer that the last page wants, or run samlogin in a terminal without --no-input"
	case "needs_browser":
		return needsBrowserHint
	case "proxy":
		return "HTTPS_PROXY names the proxy, with user name and password where it wants them"
	case "network":
		return "see whether that computer, or its VPN, is connected, and whether a proxy stands between"
	}
	return ""
}

func sayQuery(query string) string {
	var out []string
	for _, pair := range strings.Split(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(name); err == nil {
			name = plain
		}
		if plain, err := url.QueryUnescape(value); err == nil {
			value = plain
		}
		switch {
		case strings.HasPrefix(value, "("):
			out = append(out, name+" "+value)
		case value != "":
			out = append(out, name+"="+value)
		default:
			out = append(out, name)
		}
	}
	return foreign.Text(strings.Join(out, ", ")).String()
}

func saySent(fields []trace.Field) string {
	var out []string
	for _, f := range fields {
		text := f.Name.String()
		switch {
		case !f.Value.IsZero():
			text += "=" + f.Value.String()
		case f.Filled:
			text += " (filled in)"
		case f.Length > 0:
			text += fmt.Sprintf(" (%d)", f.Length)
		default:
			text += " (empty)"
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

func milliseconds(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d ms", n)
	}
	return fmt.Sprintf("%.1f s", float64(n)/1000)
}

func moment(s string) string {
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return "at a time unknown"
	}
	return at.UTC().Format("2 Jan 2006 15:04:05 MST")
}
