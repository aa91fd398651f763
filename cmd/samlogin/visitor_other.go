//go:build !linux

package main

// ownVisitor: no table of connections is read here. Who came knew a path of 256 random bits.
func ownVisitor(string, string) bool { return true }
