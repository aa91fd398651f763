//go:build !linux

package system

// GuardMemory has nothing to do: macOS writes core files only where an administrator wants them, Windows only where
// error reporting was set up to.
func GuardMemory() (undo func()) { return func() {} }
