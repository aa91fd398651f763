// Package system asks the operating system what every one of them answers in its own way: whose a file is and who may
// read it, whether a process lives, which signals end a run, how a command's end is told. Nothing here knows of samlogin.
package system
