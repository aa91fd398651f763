package main

import (
	"fmt"
	"net/url"
	"strings"
	"time"

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
