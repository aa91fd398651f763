package main

import "golang.org/x/sys/windows"

// shortPath is the name without blanks that Windows keeps for a file ("C:\PROGRA~1\…"), or the path as it is where there
// is none: not every AWS client on Windows takes quotes in a command (aws-sdk-go-v2 issue 3208).
func shortPath(path string) string {
	long, err := windows.UTF16PtrFromString(path)
	if err != nil || path == "" {
		return path
	}
	short := make([]uint16, windows.MAX_LONG_PATH)
	n, err := windows.GetShortPathName(long, &short[0], uint32(len(short)))
	if err != nil || n == 0 || int(n) >= len(short) {
		return path
	}
	return windows.UTF16ToString(short[:n])
}
