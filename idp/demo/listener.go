package demo

import (
	"net"
	"sync"
)

// SlowListener makes a server look far away: wait is called once for each connection, before its first byte is read, on
// the goroutine of that connection, so that others are not held up. Put it under TLS to delay the handshake.
func SlowListener(l net.Listener, wait func()) net.Listener { return slowListener{l, wait} }

type slowListener struct {
	net.Listener
	wait func()
}

// Accept implements net.Listener.
func (l slowListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &slowConn{Conn: c, wait: sync.OnceFunc(l.wait)}, nil
}

type slowConn struct {
	net.Conn
	wait func()
}

// Read implements net.Conn.
func (c *slowConn) Read(p []byte) (int, error) {
	c.wait()
	return c.Conn.Read(p)
}
