package sts

import (
	"errors"

	"golang.org/x/sys/windows"
)

// refusedConnection reports whether nobody listens at the other end. Windows has its own number for it;
// syscall.ECONNREFUSED is an invented one there, which no call returns.
func refusedConnection(err error) bool { return errors.Is(err, windows.WSAECONNREFUSED) }

// noWay reports whether this computer knows no way to the other end: it is not connected, or its VPN is not.
func noWay(err error) bool {
	return errors.Is(err, windows.WSAENETUNREACH) || errors.Is(err, windows.WSAEHOSTUNREACH) || errors.Is(err, windows.WSAENETDOWN) || errors.Is(err, windows.WSAEHOSTDOWN)
}
