package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/samlogin/samlogin/idp"
	"github.com/samlogin/samlogin/idp/trace"
	"github.com/samlogin/samlogin/saml/foreign"
)

// end tells how the recorded run ended, what to do about it, and what was left out.
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

// String says how far the pages lead this version of the program.
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
