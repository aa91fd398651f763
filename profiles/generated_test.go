package profiles

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/samlogin/samlogin/saml/secret"
)

// sort says what is wrong with a generated file.
type sort string

const (
	soundFile       sort = "sound"
	brokenElsewhere sort = "broken elsewhere" // and the edit is made
	brokenInside    sort = "broken inside"    // the profile's section, and the edit is refused
	notText         sort = "not text"         // a NUL byte, and a save is refused
	mutated         sort = "mutated"          // lines of others were changed at random, and anything may come of it
)

// generated is a file made of lines of which it is known whose they are, and one edit of it.
type generated struct {
	rand     *rand.Rand
	sort     sort
	inConfig bool // the config file, else the credentials file
	removes  bool // Remove, else Save
	managed  bool // the section is marked as samlogin's
	quoted   bool // [profile "p"], which the AWS SDK for Go does not take for the profile p
	keys     Keys
	names    int // so that no name is given twice
	blocks   []*block
	lines    []madeLine
	others   []string // profiles that are not the one edited
}

// block is a section, or what comes before the first one.
type block struct {
	mine  bool
	lines []madeLine
}

type madeLine struct {
	text    string // with its line end, once the file is put together
	own     bool   // samlogin's: to be replaced or taken out
	header  bool
	mine    bool // in the section of the profile
	refused bool // the line that a refusal has to name
}

func (b *block) add(text string) { b.lines = append(b.lines, madeLine{text: text, mine: b.mine}) }

func (g *generated) pick(from ...string) string { return from[g.rand.IntN(len(from))] }

func (g *generated) one(in int) bool { return g.rand.IntN(in) == 0 }

func (g *generated) number() int { g.names++; return g.names }

// noise adds lines that are nobody's business. indent is that of the section's keys.
func (g *generated) noise(b *block, indent string) {
	for range g.rand.IntN(4) {
		switch g.rand.IntN(10) {
		case 0:
			b.add(g.pick("", " ", "\t", "     "))
		case 1:
			b.add(g.pick("# comment", "; aws_access_key_id = no", "  # [p]", "#aws_session_token=x", "\t;é", "#"))
		case 2, 3, 4:
			value := g.pick("v", "a=b:c", "100%", "x # y", "x ; y", "[z]", "é", "", `"quoted"`, "'q'", `$HOME ${x} \`, "a\u2028b", "a\fb", "v  \t")
			if value == "" && indent != "" {
				value = "v" // an indented key below an empty one is nested to some clients
			}
			b.add(indent + fmt.Sprintf("%s_%d", g.pick("key", "Key", "KEY", "ключ", "s3"), g.number()) + g.pick("=", " = ", "\t=  ", ": ", ":", " : ") + value)
		case 5:
			if indent == "" {
				g.nested(b)
			}
		case 6:
			if indent == "" {
				b.add(fmt.Sprintf("cont_%d = first", g.number()))
				for range 1 + g.rand.IntN(2) {
					b.add(g.pick("    second line", "\tthird [x]", "  # not of it", "", "      deeper: yes", " a = b"))
				}
			}
		case 7:
			if g.one(100) {
				b.add(indent + fmt.Sprintf("long_%d = ", g.number()) + strings.Repeat("0123456789abcdef", 6400+g.rand.IntN(200))) // security case 66
			}
		}
	}
}

func (g *generated) nested(b *block) {
	b.add(fmt.Sprintf("nest_%d %s", g.number(), g.pick("=", "= ", ":")))
	for range 1 + g.rand.IntN(3) {
		b.add(g.pick("  ", "    ", "\t") + fmt.Sprintf("%s_%d %s", g.pick("max", "addressing"), g.number(), g.pick("= x", "=", "= a:b")))
		switch g.rand.IntN(6) {
		case 0:
			b.add("")
		case 1:
			b.add("    # of the block")
		}
	}
	if b.mine && g.sort == mutated {
		return // a name of ours could come out of the block
	}
	b.add(g.pick("  region = nested", "\taws_access_key_id = nested", "  samlogin = nested", " sso_session = nested"))
}

// neighbour adds a section of somebody else's.
func (g *generated) neighbour(header, name string) {
	b := &block{}
	g.blocks = append(g.blocks, b)
	b.add("[" + header + "]" + g.pick("", "", " # c", "  ", "; c"))
	b.lines[0].header = true
	if name != "" {
		g.others = append(g.others, name)
	}
	if g.one(6) {
		return // an empty section
	}
	indent := g.pick("", "", "", "  ", "\t")
	g.noise(b, indent)
	keys := []string{keyID, keySecret, keyToken, keyOldToken, keyExpires, keyMark, keyRegion, "output", "sso_session", keyProcess}
	g.rand.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	for _, key := range keys[:g.rand.IntN(len(keys))] {
		b.add(indent + key + g.pick("=", " = ", "  =\t", " : ") + g.pick("theirs", "AKIAIOSFODNN7EXAMPLE", "us-west-2"))
		g.noise(b, indent)
	}
}

// own adds the section of the profile, with lines that samlogin wrote.
func (g *generated) own() {
	b := &block{mine: true}
	g.blocks = append(g.blocks, b)
	b.add(g.ownHeader() + g.pick("", "", " # c", "  "))
	b.lines[0].header = true
	indent := g.pick("", "", "", "  ", "\t")
	g.noise(b, indent)
	for _, line := range g.ownLines(indent) {
		b.lines = append(b.lines, madeLine{text: line, own: true, mine: true})
		g.noise(b, indent)
	}
}

func (g *generated) ownHeader() string {
	name := g.keys.Profile
	switch {
	case !g.inConfig || name == "default":
		return "[" + name + "]"
	}
	header := g.pick("[profile "+name+"]", "[profile "+name+"]", `[profile "`+name+`"]`, "[profile '"+name+"']", "[profile  "+name+"]", "[profile\t"+name+"]")
	g.quoted = strings.ContainsAny(header, `"'`)
	return header
}

func (g *generated) ownLines(indent string) []string {
	keys := []string{keyID, keySecret, keyToken, keyOldToken, keyExpires, keyPrincipal, keyMark, "sso_start_url", keyProcess}
	needed := 0
	switch {
	case g.inConfig:
		keys = []string{keyRegion, "sso_session", "sso_region"}
		if g.sort == brokenInside {
			needed = 1
		}
	case g.removes:
		keys, needed = []string{keyID, keySecret, keyToken, keyMark, keyOldToken, keyExpires, keyPrincipal}, 4
		if !g.managed {
			keys, needed = keys[:3], 3
		}
	case g.sort == brokenInside:
		needed = 1
	}
	keys = keys[:needed+g.rand.IntN(len(keys)-needed+1)]
	g.rand.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	var lines []string
	for _, key := range keys {
		value := g.pick("old", "a/b+c==", "ASIAOLD0000000000000", "AKIAIOSFODNN7EXAMPLE")
		switch {
		case key == keyMark:
			value = markManaged
		case g.removes:
			value = "ASIAOLD0000000000000"
		case indent == "" && g.sort == soundFile && key != keyProcess && !strings.HasPrefix(key, "sso_") && g.one(12):
			value = ""
		}
		if g.one(4) {
			key = g.pick(strings.ToUpper(key), strings.ToTitle(key[:1])+key[1:])
		}
		lines = append(lines, indent+key+g.pick("=", " = ", "  =\t", " : ")+value+g.pick("", " ", "\t"))
	}
	return lines
}

// generate makes a file and an edit from a seed.
func generate(seed uint64) *generated {
	g := &generated{rand: rand.New(rand.NewPCG(seed, 56))}
	g.sort = []sort{soundFile, soundFile, soundFile, brokenElsewhere, brokenInside, mutated, mutated, mutated}[g.rand.IntN(8)]
	if g.one(60) {
		g.sort = notText
	}
	g.inConfig = g.one(3)
	g.removes = !g.inConfig && g.one(3)
	g.managed = !g.removes || g.sort == brokenInside || !g.one(6)
	g.keys = g.newKeys()
	top := &block{}
	for range g.rand.IntN(3) {
		top.add(g.pick("# top", "", "; top", "  # [p]", "\t"))
	}
	g.blocks = append(g.blocks, top)
	names := [][2]string{{"default", "default"}, {"a", "a"}, {"b.c-d_e", "b.c-d_e"}, {"x/y:z@w+v", "x/y:z@w+v"}, {"pp", "pp"}, {"P", "P"}, {"p2", "p2"}, {"équipe", "équipe"},
		{"a b", "a b"}, {`"c d"`, "c d"}, {"profile p", ""}, {"sso-session p", ""}}
	if g.inConfig {
		names = [][2]string{{"default", "default"}, {"profile a", "a"}, {"profile b.c-d_e", "b.c-d_e"}, {"profile x/y:z@w+v", "x/y:z@w+v"}, {"profile pp", "pp"}, {"profile P", "P"}, {"profile équipe", "équipe"},
			{`profile "a b"`, "a b"}, {"profile 'c d'", "c d"}, {"profile e f", ""}, {"sso-session p", ""}, {"services local", ""}, {"plugins", ""}, {"preview", ""}, {"p", ""}, {`profile "open`, ""}}
	}
	names = slices.DeleteFunc(names, func(n [2]string) bool { return n[1] == g.keys.Profile || n[0] == g.keys.Profile })
	g.rand.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	names = names[:1+g.rand.IntN(min(len(names), 8))]
	at := g.rand.IntN(len(names) + 1)
	there := g.sort == brokenInside || !g.one(4)
	for i, name := range names {
		if i == at && there {
			g.own()
		}
		g.neighbour(name[0], name[1])
	}
	if at == len(names) && there {
		g.own()
	}
	switch g.sort {
	case brokenElsewhere:
		g.breakElsewhere()
	case brokenInside:
		g.breakInside()
	case notText:
		g.neighbourToBreak().add("# \x00")
	}
	g.assemble()
	if g.sort == mutated {
		g.mutate()
	}
	return g
}

// assemble puts the blocks together, with line ends.
func (g *generated) assemble() {
	for _, b := range g.blocks {
		g.lines = append(g.lines, b.lines...)
	}
	style := g.rand.IntN(3)
	for i := range g.lines {
		eol := "\n"
		if style == 1 || style == 2 && g.one(2) {
			eol = "\r\n"
		}
		if i == len(g.lines)-1 && g.one(3) {
			eol = ""
		}
		g.lines[i].text += eol
	}
	if g.sort == notText && g.one(2) {
		g.managed = false // so that nobody finds the mark
		g.toUTF16()
	}
}

func (g *generated) newKeys() Keys {
	value := func(n int) string {
		const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
		b := make([]byte, n)
		for i := range b {
			b[i] = alphabet[g.rand.IntN(len(alphabet))]
		}
		return string(b)
	}
	k := Keys{
		Profile:     g.pick("p", "p", "p", "p", "default", "dev.eu-1_x", "q/r:s@t+u"),
		AccessKeyID: fmt.Sprintf("ASIA%016d", g.rand.Int64N(1e16)), SecretAccessKey: secret.New(value(40)),
		SessionToken: secret.New(value(1 + g.rand.IntN(1000))), Expiration: expiry, PrincipalARN: "arn:aws:sts::1:assumed-role/R/" + g.pick("a=b", "j@e.com", "x,y"),
	}
	if g.one(8) {
		k.PrincipalARN = ""
	}
	if g.inConfig {
		k.Region = "eu-west-1"
	}
	return k
}

// text is the file.
func (g *generated) text() string {
	var b strings.Builder
	for _, l := range g.lines {
		b.WriteString(l.text)
	}
	return b.String()
}
