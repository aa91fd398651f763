package sts

import (
	"errors"

	"golang.org/x/sys/windows"
)

// refusedConnection reports whether nobody listens at the other end. Windows has its own number for it;
// syscall.ECONNREFUSED is an invented one there, which no call returns.
func refusedConnection(err error) bool { return errors.Is(err, windows.WSAECONNREFUSED) }
