//go:build !windows

package sts

import (
	"errors"
	"syscall"
)

// refusedConnection reports whether nobody listens at the other end.
func refusedConnection(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }

// noWay reports whether this computer knows no way to the other end: it is not connected, or its VPN is not.
func noWay(err error) bool {
	return errors.Is(err, syscall.ENETUNREACH) || errors.Is(err, syscall.EHOSTUNREACH) || errors.Is(err, syscall.ENETDOWN) || errors.Is(err, syscall.EHOSTDOWN)
}
