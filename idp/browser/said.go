package browser

import (
	"bytes"
	"strings"
	"sync"

	"github.com/samlogin/samlogin/saml/foreign"
)

// NetError is why a browser did not get to a page, in its own word.
type NetError struct{ Text string } // "net::ERR_CERT_AUTHORITY_INVALID"

func (e *NetError) Error() string {
	if strings.HasPrefix(e.Text, "net::ERR_CERT_") {
		return "the browser does not trust the server's certificate (" + foreign.Text(e.Text).String() + ")"
	}
	return "the browser says " + foreign.Text(e.Text).String()
}

// Hint says what can be done.
func (e *NetError) Hint() string {
	if strings.HasPrefix(e.Text, "net::ERR_CERT_") {
		return "the browser goes by the certificates of this computer, and not by ca_bundle: your company's has to be known there"
	}
	return "see whether this computer, or its VPN, is connected, and whether the address is right"
}

// lastWords keeps the end of what the browser writes.
type lastWords struct {
	mu   sync.Mutex
	text []byte
}

const maxLastWords = 4 << 10

func (l *lastWords) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	if extra := len(l.text) - maxLastWords; extra > 0 {
		l.text = bytes.Clone(l.text[extra:])
	}
	return len(p), nil
}

// last is the last line.
func (l *lastWords) last() foreign.Text {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(string(l.text)), "\n")
	return foreign.Text(foreign.Cut(lines[len(lines)-1], foreign.Limit))
}
