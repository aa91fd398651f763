package keychain

import (
	"io/fs"
	"os"
)

func openOwn(path string) (*os.File, error) { return os.Open(path) }

// exposed has nothing to find: the access list of the profile folder keeps others out.
func exposed(fs.FileInfo) string { return "" }

// syncFolder has nothing to do: folders cannot be synced on Windows.
func syncFolder(string) error { return nil }
