//go:build !windows

package sts

import (
	"context"
	"net"
	"net/http"
	"os"
	"syscall"
	"testing"
)

// A computer that is not connected is told so, and not in the words of the system's calls.
func TestNoNetworkIsSaidInWords(t *testing.T) {
	for _, err := range []error{syscall.ENETUNREACH, syscall.EHOSTUNREACH, syscall.ENETDOWN} {
		dial := func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", err)}
		}
		_, broken, err := askAt(t, t.Context(), "https://sts.test", &http.Client{Transport: &http.Transport{DialContext: dial}})
		check(t, broken, err, PhaseLookup, "no way leads there from this computer", "VPN")
	}
	dial := func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "dial udp 192.0.2.1:53: connect: network is unreachable", Name: "sts.test", IsTemporary: true}}
	}
	_, broken, err := askAt(t, t.Context(), "https://sts.test", &http.Client{Transport: &http.Transport{DialContext: dial}})
	check(t, broken, err, PhaseLookup, "its name could not be looked up", "connected")
}
