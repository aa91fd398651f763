//go:build !windows

package main

// shortPath is the path: other systems keep no second name without blanks.
func shortPath(path string) string { return path }
