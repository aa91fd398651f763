//go:build unix

package main

import "os"

// readableByOthers reports whether anybody but the owner may read a file.
func readableByOthers(info os.FileInfo) bool { return info.Mode().Perm()&0o077 != 0 }
