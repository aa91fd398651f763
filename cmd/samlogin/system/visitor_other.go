//go:build !linux

package system

// OwnVisitor: no table of connections is read here. Who came knew a path of 256 random bits.
func OwnVisitor(string, string) bool { return true }
