package container

import (
	"io"
	"log"
	"net"
	"sync"
)

func discard() *log.Logger { return log.New(io.Discard, "", 0) }

// limited takes only so many connections at the same time: one more is closed at once, so that connections that say
// nothing can neither use up this process nor keep those out that come after them.
func limited(l net.Listener) net.Listener {
	return &limitedListener{Listener: l, free: make(chan struct{}, maxConnections)}
}

type limitedListener struct {
	net.Listener
	free chan struct{}
}

func (l *limitedListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		select {
		case l.free <- struct{}{}:
			return &limitedConn{Conn: c, done: func() { <-l.free }}, nil
		default:
			_ = c.Close()
		}
	}
}

type limitedConn struct {
	net.Conn
	once sync.Once
	done func()
}

func (c *limitedConn) Close() error {
	err := c.Conn.Close()
	c.once.Do(c.done)
	return err
}
