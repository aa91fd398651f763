//go:build !windows

package settings

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// checkOwner refuses a file that somebody else than this user (or root, who can do anything anyway) can change:
// by its owner, by its mode, or because anybody may put another in its place. It returns *UnsafeError.
func checkOwner(path string, file fs.FileInfo) error {
	if why := changeable(file, 0o022); why != "" {
		return &UnsafeError{path, why, "look through it, then make it yours alone: chmod go-w " + quote(path)}
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return readError(path, err)
	}
	for _, folder := range []string{filepath.Dir(path), filepath.Dir(real)} {
		info, err := os.Stat(folder)
		if err != nil {
			return readError(folder, err)
		}
		if why := changeable(info, 0o002); why != "" && info.Mode()&fs.ModeSticky == 0 {
			return &UnsafeError{path, "of its folder " + folder + ": " + why, "make the folder yours alone: chmod go-w " + quote(folder)}
		}
	}
	return nil
}

// changeable says who else can change a file, "" if nobody.
func changeable(info fs.FileInfo, others fs.FileMode) string {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && stat.Uid != 0 && int(stat.Uid) != os.Geteuid() {
		return "it belongs to another user"
	}
	if info.Mode().Perm()&others != 0 {
		return "others can write to it"
	}
	return ""
}

// quote writes a path as one word for sh.
func quote(path string) string {
	if strings.Trim(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+@") == "" {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}

// checkIncluded adds nothing to checkOwner, which read asks.
func checkIncluded(string) error { return nil }
