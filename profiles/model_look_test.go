//go:build !windows

package profiles

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// put is a file as another program leaves it: a new text in place, or in a new file.
func (d *model) put(at, text string, perm fs.FileMode) *inode {
	steps, err := d.walk(at, true)
	if err != nil {
		panic(at + ": " + err.Error())
	}
	n := steps[len(steps)-1].node
	if n == nil {
		if n, err = d.create(at); err != nil {
			panic(at + ": " + err.Error())
		}
	}
	n.data, n.perm, n.modified = []byte(text), perm, time.Now()
	return n
}

// text is what a file holds, links followed; exists is false where there is none.
func (d *model) text(at string) (text string, exists bool) {
	steps, err := d.walk(at, true)
	if err != nil {
		return "", false
	}
	n := steps[len(steps)-1].node
	if n == nil {
		return "", false
	}
	return string(n.data), true
}

// ours are the names in a folder that a save makes for the time being.
func (d *model) ours(folder, suffix string) (names []string) {
	steps, err := d.walk(folder, true)
	if err != nil || steps[len(steps)-1].node == nil {
		return nil
	}
	for name := range steps[len(steps)-1].node.names {
		if strings.Contains(name, ".samlogin-") && strings.HasSuffix(name, suffix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// fingerprint is the same for states that a save cannot tell apart. Random names are left out.
func (d *model) fingerprint() string {
	var lines []string
	var walk func(at string, n *inode)
	walk = func(at string, n *inode) {
		if i := strings.Index(at, ".samlogin-"); i >= 0 {
			at = at[:i+10] + strings.TrimLeft(at[i+10:], "0123456789abcdef")
		}
		lines = append(lines, fmt.Sprintf("%s %v %d %t %s %q", at, n.kind|n.perm, n.links, n.mount, n.link, n.data))
		for name, inside := range n.names {
			walk(at+"/"+name, inside)
		}
	}
	walk("", d.root)
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
