//go:build !windows

package sts

import (
	"errors"
	"syscall"
)

// refusedConnection reports whether nobody listens at the other end.
func refusedConnection(err error) bool { return errors.Is(err, syscall.ECONNREFUSED) }
