package main

import (
	"cmp"
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/samlogin/samlogin/cmd/samlogin/network"
	"github.com/samlogin/samlogin/cmd/samlogin/system"
)

const (
	serverLimit   = 20 * time.Second // of all that one server is asked
	clockTooFar   = 4 * time.Minute  // AWS takes an assertion for five minutes
	certificateOK = 14 * 24 * time.Hour
)

// way checks what is between this computer and all servers: the proxy of the environment and the CA bundle.
func (e *examination) way() []finding {
	f := &findings{section: "network"}
	env := e.app.env
	proxy := cmp.Or(env("HTTPS_PROXY"), env("https_proxy"))
	switch err := network.CheckProxy(env); {
	case err != nil:
		f.failed(bad, "proxy", err)
	case proxy != "":
		f.note(good, "proxy", "by way of "+proxyHost(proxy)+" (HTTPS_PROXY); this computer itself is reached without it", "")
	case cmp.Or(env("ALL_PROXY"), env("all_proxy")) != "":
		f.note(warning, "proxy", "ALL_PROXY is not read by samlogin and not by AWS clients", "name the proxy in HTTPS_PROXY")
	}
	if through := cmp.Or(proxy, env("HTTP_PROXY"), env("http_proxy")); through != "" && !coversLoopback(cmp.Or(env("NO_PROXY"), env("no_proxy"))) {
		f.note(warning, "NO_PROXY", "some AWS clients send what is for this computer to the proxy, and do not reach samlogin serve", "add 127.0.0.1,localhost to NO_PROXY")
	}
	for _, path := range e.bundles() {
		e.bundle(f, path)
	}
	return f.all
}

// proxyHost is the host and port of a proxy's address, without the user and password that it may have.
func proxyHost(address string) string {
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	if err != nil {
		return "a proxy"
	}
	return u.Host
}

func coversLoopback(list string) bool {
	for _, entry := range strings.Split(list, ",") {
		switch entry = strings.TrimSpace(entry); {
		case entry == "*", strings.EqualFold(entry, "localhost"), strings.HasPrefix(entry, "127."):
			return true
		}
	}
	return false
}

// bundles are the files of certificates that are in use.
func (e *examination) bundles() []string {
	var all []string
	add := func(path string) {
		if path = cmp.Or(path, e.app.env("AWS_CA_BUNDLE")); path != "" && !slices.Contains(all, path) {
			all = append(all, path)
		}
	}
	add(cmp.Or(e.flags.login.caBundle, e.settings.General.CABundle))
	for _, in := range e.signIns() {
		add(in.choices.CABundle)
	}
	return all
}

func (e *examination) bundle(f *findings, path string) {
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && system.WritableByAll(info) {
		f.note(bad, "CA bundle", "every user can write to "+e.tilde(path)+", and decide who is trusted", "look through it, then: chmod go-w "+e.tilde(path))
		return
	}
	if _, err := network.Roots(path); err != nil {
		f.failed(bad, "CA bundle", err)
		return
	}
	file, err := system.OpenNamed(path)
	if err != nil {
		f.failed(bad, "CA bundle", err)
		return
	}
	defer func() { _ = file.Close() }()
	text, _ := io.ReadAll(io.LimitReader(file, network.BundleBytes))
	whole, ended := 0, 0
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			continue
		}
		if whole++; e.app.now().After(c.NotAfter) {
			ended++
		}
	}
	if ended > 0 {
		f.note(warning, "CA bundle", fmt.Sprintf("%s: %d of %s have ended", e.tilde(path), ended, plural(whole, "certificate")), "ask for a newer one if a server is not trusted")
		return
	}
	f.note(good, "CA bundle", e.tilde(path)+": "+plural(whole, "certificate"), "")
}

// servers are the checks of the IdPs and of STS, side by side, and of the clock by what they say.
func (e *examination) servers(ctx context.Context) []finding {
	var group crew
	clock := &clocks{now: e.app.now}
	signIns, endpoints, refused := e.signIns(), map[string]*stsPlace{}, &findings{section: "sts"}
	e.endpoints(endpoints, refused)
	atIdPs := make([][]finding, len(signIns))
	for i, in := range signIns {
		group.Go(func() { atIdPs[i] = e.askIdP(ctx, in, clock) })
	}
	var places []*stsPlace
	for _, p := range endpoints {
		places = append(places, p)
	}
	slices.SortFunc(places, func(a, b *stsPlace) int { return strings.Compare(a.endpoint.URL, b.endpoint.URL) })
	atSTS := make([][]finding, len(places))
	for i, p := range places {
		group.Go(func() { atSTS[i] = e.askSTS(ctx, p, clock) })
	}
	group.Wait()
	return slices.Concat(slices.Concat(atIdPs...), refused.all, slices.Concat(atSTS...), clock.findings())
}
