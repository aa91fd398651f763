package profiles

import "strings"

// refusedAt is the line that a refusal has to name, counted from 1 as an editor counts, 0 for none.
func (g *generated) refusedAt() int {
	for i, l := range g.lines {
		if l.refused {
			return i + 1
		}
	}
	return 0
}

// edit makes the edit in a text.
func (g *generated) edit(text string) (string, error) {
	s := (&Writer{}).saving()
	switch {
	case g.removes:
		return s.removeCredentials([]string{g.keys.Profile}, "", text)
	case g.inConfig:
		return s.saveConfig([]Keys{g.keys}, ReplaceLongTerm, "", text)
	}
	return s.saveCredentials([]Keys{g.keys}, ReplaceLongTerm, "", text)
}

// expected are the keys that the edit gives the profile.
func (g *generated) expected() map[string]string {
	want := map[string]string{}
	switch k := g.keys; {
	case g.removes:
	case g.inConfig:
		want[keyRegion] = k.Region
	default:
		want[keyID], want[keySecret], want[keyToken] = k.AccessKeyID, k.SecretAccessKey.Reveal(), k.SessionToken.Reveal()
		want[keyExpires], want[keyMark] = "2030-01-02T03:04:05Z", markManaged
		if k.PrincipalARN != "" {
			want[keyPrincipal] = k.PrincipalARN
		}
	}
	return want
}

// onlyOwnChanged compares without the parser that made the edit.
func (g *generated) onlyOwnChanged(before, after string) bool {
	if g.removes {
		return g.onlyOwnGone(before, after)
	}
	if g.sort == soundFile && otherLineEnds(before, after) {
		return false
	}
	there := false
	for _, l := range g.lines {
		there = there || l.mine && l.header
	}
	if !there {
		return g.appended(before, after)
	}
	written := map[string]int{} // each line once
	for key, value := range g.expected() {
		written[key+" = "+value] = 1
	}
	var want, kept strings.Builder
	for _, l := range g.lines {
		if !l.own {
			want.WriteString(l.text)
		} else if key, _, _ := strings.Cut(strings.ToLower(strings.TrimLeft(l.text, " \t")), " "); strings.HasPrefix(key, keyOldToken) {
			written[keyOldToken+" = "+g.keys.SessionToken.Reveal()] = 1
		}
	}
	left := len(written)
	if g.sort == mutated && written[keyOldToken+" = "+g.keys.SessionToken.Reveal()] > 0 {
		left-- // it may be part of something else now
	}
	for _, l := range strings.SplitAfter(after, "\n") {
		if bare := strings.Trim(l, " \t\r\n"); written[bare] > 0 {
			written[bare]--
			left--
			continue
		}
		kept.WriteString(l)
	}
	if g.sort == mutated && (left <= 0 && g.mayBe(kept.String()) || g.appended(before, after)) {
		return true
	}
	if n := len(g.lines); left == 0 && !g.lines[n-1].own && !strings.HasSuffix(before, "\n") {
		// A line end may have been needed to go on below.
		return kept.String() == want.String() || kept.String() == want.String()+"\n" || kept.String() == want.String()+"\r\n"
	}
	return left == 0 && kept.String() == want.String()
}

// otherLineEnds: of a file that has one kind of line ends only, some are of the other kind now.
func otherLineEnds(before, after string) bool {
	lines, crlf := strings.Count(before, "\n"), strings.Count(before, "\r\n")
	switch crlf {
	case 0:
		return strings.Contains(after, "\r")
	case lines:
		return strings.Count(after, "\n") != strings.Count(after, "\r\n")
	}
	return false
}

// mayBe: the lines of others are all there, and nothing else but lines of samlogin's that became part of something
// else by what was done to the lines above.
func (g *generated) mayBe(text string) bool {
	for i, l := range g.lines {
		rest, ok := strings.CutPrefix(text, l.text)
		if !ok && i == len(g.lines)-1 {
			rest, ok = strings.CutPrefix(text, strings.TrimRight(l.text, "\r\n"))
		}
		if !ok && !l.own {
			return false
		}
		if ok {
			text = rest
		}
	}
	return strings.Trim(text, "\r\n") == ""
}

// appended: what was there, blank lines, the section.
func (g *generated) appended(before, after string) bool {
	section, ok := strings.CutPrefix(after, before)
	section = strings.ReplaceAll(strings.TrimLeft(section, "\r\n"), "\r\n", "\n")
	header := "[" + g.keys.Profile + "]\n"
	if g.inConfig && g.keys.Profile != "default" {
		header = "[profile " + g.keys.Profile + "]\n"
	}
	body, started := strings.CutPrefix(section, header)
	want := g.expected()
	for line := range strings.Lines(body) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " = ")
		if want[key] != value || value == "" {
			return false
		}
		delete(want, key)
	}
	return ok && started && len(want) == 0
}

// onlyOwnGone: samlogin's lines are gone, and the header with the blank lines around it where nothing else is left.
func (g *generated) onlyOwnGone(before, after string) bool {
	var want strings.Builder
	header, last := -1, -1
	for i, l := range g.lines {
		if l.mine && l.header {
			header = i
		}
		if l.own && g.managed {
			last = i
			continue
		}
		want.WriteString(l.text)
	}
	switch {
	case header < 0 || !g.managed:
		return after == before
	case after == want.String(), g.sort == mutated && g.mayBe(after):
		return true
	}
	for i := header + 1; i < len(g.lines) && g.lines[i].mine; i++ {
		text := strings.TrimSpace(g.lines[i].text)
		if !g.lines[i].own && text != "" && (i < last || text[0] != '#' && text[0] != ';') {
			return g.sort == mutated && after == before
		}
	}
	join := func(lines []madeLine) string { return (&generated{lines: lines}).text() }
	above, below := g.lines[:header], join(g.lines[last+1:])
	if after == join(above)+below {
		return true
	}
	n := len(above) - 1
	return n >= 0 && strings.TrimSpace(above[n].text) == "" && after == join(above[:n])+below || g.sort == mutated && after == before
}
