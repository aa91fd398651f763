package main

// inForeground: a console of Windows has no background.
func inForeground() bool { return true }
