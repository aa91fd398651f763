package system

import (
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// OwnVisitor reports whether a connection from loopback is of a process of this user, by the kernel's table of
// connections (proc(5), /proc/net/tcp). Where the table does not tell, it is taken for one: who came knew a path of 256
// random bits.
func OwnVisitor(from, to string) bool {
	if os.Getuid() == 0 { // for whom the browser of somebody else is opened
		return true
	}
	table, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		return true
	}
	local, remote := hexAddress(from), hexAddress(to)
	for line := range strings.Lines(string(table)) {
		fields := strings.Fields(line)
		if len(fields) > 7 && fields[1] == local && fields[2] == remote {
			uid, err := strconv.Atoi(fields[7])
			return err != nil || uid == os.Getuid()
		}
	}
	return true
}

// hexAddress is an IPv4 address and port as the table spells it: the address in the byte order of the machine.
func hexAddress(s string) string {
	ap, err := netip.ParseAddrPort(s)
	if err != nil || !ap.Addr().Is4() {
		return ""
	}
	b := ap.Addr().As4()
	return fmt.Sprintf("%02X%02X%02X%02X:%04X", b[3], b[2], b[1], b[0], ap.Port())
}
