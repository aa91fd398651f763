package imports

import "strings"

// CleanADFS takes lines of aws-adfs that say nothing to it any more out of the config file of AWS's clients: those of
// which the result says that they were taken over, or are not needed. Every other byte stays, and so do lines that were
// left, since they are still to be written by hand. It gives the number of lines taken out.
func (r *Result) CleanADFS(text string) (string, int) {
	gone := map[[2]string]bool{}
	for _, l := range r.Lines {
		if r.Tool == AWSADFS && l.Fate != Left && strings.HasPrefix(l.Key, adfsPrefix) {
			gone[[2]string{l.Section, l.Key}] = true
		}
	}
	out := map[int]bool{}
	for _, e := range scan(text, pythonINI) {
		if e.odd == "" && e.value != "" && gone[[2]string{e.section, e.key}] {
			out[e.number] = true
		}
	}
	var b strings.Builder
	n := 0
	for line := range strings.SplitAfterSeq(text, "\n") {
		if n++; !out[n] {
			b.WriteString(line)
		}
	}
	return b.String(), len(out)
}
