package settings

import "io/fs"

// checkOwner leaves the file to the ACL it inherits: %AppData% belongs to one user on Windows.
func checkOwner(string, fs.FileInfo) error { return nil }
