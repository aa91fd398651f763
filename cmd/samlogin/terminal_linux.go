package main

import "golang.org/x/sys/unix"

// The requests by which Linux gives and takes terminal modes.
const (
	getTermios = unix.TCGETS
	setTermios = unix.TCSETS
)
