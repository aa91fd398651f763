package browser

import (
	"bufio"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// listening is how many TCP ports a process listens on (proc(5): state 0A in /proc/net/tcp).
func listening(t *testing.T, pid int) int {
	t.Helper()
	sockets := map[string]bool{}
	descriptors, err := filepath.Glob("/proc/" + strconv.Itoa(pid) + "/fd/*")
	if err != nil || len(descriptors) == 0 {
		t.Fatalf("its descriptors cannot be read: %v", err)
	}
	for _, d := range descriptors {
		if to, err := os.Readlink(d); err == nil && strings.HasPrefix(to, "socket:[") {
			sockets[strings.Trim(to, "socket:[]")] = true
		}
	}
	n := 0
	for _, name := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		f, err := os.Open(name)
		if err != nil {
			continue
		}
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if fields := strings.Fields(lines.Text()); len(fields) > 9 && fields[3] == "0A" && sockets[fields[9]] {
				n++
			}
		}
		_ = f.Close()
	}
	return n
}
