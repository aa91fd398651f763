package profiles

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
)

// neighbourToBreak is some section that is not the profile's.
func (g *generated) neighbourToBreak() *block {
	for {
		if b := g.blocks[1+g.rand.IntN(len(g.blocks)-1)]; !b.mine {
			return b
		}
	}
}

// breakElsewhere puts in one of the things for which botocore refuses a file.
func (g *generated) breakElsewhere() {
	b := g.neighbourToBreak()
	switch g.rand.IntN(14) {
	case 0:
		g.blocks = append(g.blocks, &block{lines: []madeLine{b.lines[0]}})
	case 1:
		b.add("twice = 1")
		g.noise(b, "")
		b.add(g.pick("twice = 2", "TWICE: 2"))
	case 2:
		b.add("no equals sign here")
	case 3:
		g.blocks[0].add("early = 1")
	case 4:
		b.add("[oops")
	case 5:
		b.add("[]")
	case 6:
		first := g.blocks[0]
		if len(first.lines) == 0 {
			first.add("")
		}
		first.lines[0].text = byteOrderMark + first.lines[0].text
	case 7:
		b.add("# caf\xe9")
	case 8:
		b.add(fmt.Sprintf("latin_%d = caf\xe9", g.number()))
	case 9:
		b.add("= 1")
	case 10:
		b.add("nest =")
		b.add("  no equals sign here")
	case 11:
		b.add("nest =")
		b.add("  max = 1")
		b.add("  a: b")
	case 12:
		b.add("nest =")
		b.add("  max = 1\u2028x") // Python's splitlines breaks the line there, but only in a nested block
	case 13:
		b.add("one = 1\r")
		b.lines[len(b.lines)-1].text += g.pick("[x", "one = 2", "junk")
	}
}

// breakInside makes the profile's section one that clients read differently.
func (g *generated) breakInside() {
	at := slices.IndexFunc(g.blocks, func(b *block) bool { return b.mine })
	b := g.blocks[at]
	owned := slices.IndexFunc(b.lines, func(l madeLine) bool { return l.own })
	put := func(i int, text string) {
		b.lines = slices.Insert(b.lines, i, madeLine{text: text, mine: true, refused: true})
	}
	switch g.rand.IntN(8) {
	case 0:
		second := &block{lines: []madeLine{{text: b.lines[0].text, header: true, refused: true}}}
		g.blocks = append(g.blocks, second)
	case 1:
		text := strings.TrimSpace(b.lines[owned].text)
		end := strings.IndexAny(text, "=: ")
		put(len(b.lines), strings.ToUpper(text[:end])+text[end:])
		if strings.HasPrefix(b.lines[owned].text, " ") || strings.HasPrefix(b.lines[owned].text, "\t") {
			last := &b.lines[len(b.lines)-1]
			last.text = b.lines[owned].text // without the indent it would start anew
		}
	case 2:
		put(owned+1, "      second line of the value")
	case 3:
		put(owned+1, "      other_key = x")
	case 4:
		name, _, _ := strings.Cut(b.lines[0].text, "]")
		b.lines[0].text, b.lines[0].refused = name+"] text", true
	case 5:
		put(owned, "[open")
	case 6:
		b.lines[owned].text += "\rx_other = 1"
		b.lines[owned].refused = true
	case 7: // the AWS SDK for Go loses a section right behind a byte order mark
		b.lines[0].text, b.lines[0].refused = byteOrderMark+b.lines[0].text, true
		g.blocks = slices.Insert(slices.Delete(g.blocks, at, at+1), 1, b)
		g.blocks[0] = &block{}
	}
}

// toUTF16 makes the file one that an old editor on Windows saved.
func (g *generated) toUTF16() {
	for i := range g.lines {
		var b strings.Builder
		for _, unit := range utf16.Encode([]rune(g.lines[i].text)) {
			b.WriteByte(byte(unit))
			b.WriteByte(byte(unit >> 8))
		}
		g.lines[i].text = b.String()
	}
}

// mutate changes lines of others, but none that holds a name of ours, and no header that could become the profile's
// or end to part a section from it: of what came of such a change nobody could say whose it is.
func (g *generated) mutate() {
	profile := regexp.MustCompile(`\[\s*(profile\s*)?["']?` + regexp.QuoteMeta(g.keys.Profile) + `["']?\s*\]`)
	ours := regexp.MustCompile(`aws_|samlogin|region|sso_|process|x_`)
	for range 1 + g.rand.IntN(3) {
		i := g.rand.IntN(len(g.lines))
		l := &g.lines[i]
		before := l.text
		if l.own || l.header && (l.mine || i > 0 && g.lines[i-1].mine) || ours.MatchString(l.text) {
			continue
		}
		end := len(strings.TrimRight(l.text, "\r\n")) // what comes below may be ours
		at := g.rand.IntN(end + 1)
		switch g.rand.IntN(6) {
		case 0, 1, 2:
			l.text = l.text[:at] + g.pick("[", "]", "=", ":", "#", ";", "\r", "\v", "\f", "\u0085", "\u2028", "\x1c", "\x1d", "\x1e", "\x1f", "\xff", "\xc3", "\t", "  ", byteOrderMark, "'", `"`, "\u00a0", `\`, "%", "\n", "\r\n", "\x7f", "= ", " [x] ", "\n[x]\n", "\n  ") + l.text[at:]
		case 3:
			if at < end {
				l.text = l.text[:at] + l.text[at+1:]
			}
		case 4:
			l.text = g.pick("  ", "\t", "\u2003", "      ") + l.text
		case 5:
			l.text = strings.TrimLeft(l.text, " \t")
		}
		parted := l.mine && strings.Contains(l.text, "[")
		if parted || profile.MatchString(l.text) || ours.MatchString(l.text) {
			l.text = before
		}
	}
}
