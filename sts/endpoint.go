package sts

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/samlogin/samlogin/saml/foreign"
)

// Endpoint is where STS is asked.
type Endpoint struct {
	URL       string // scheme and host, with a path only where one was given
	Region    string // signs GetCallerIdentity
	Partition string
	Notices   []string // one line each, to be shown
	Foreign   bool     // not a host of AWS's STS: to be shown always (a notice says it)
}

// Has reports whether a region is one of the endpoint's partition, so that a profile may have it. It need not be where STS
// is asked: an endpoint that was given may be in another one.
func (e Endpoint) Has(region string) bool {
	return regionName(region) && partitionOf(region) == e.Partition
}

// EndpointOptions is what chooses an endpoint.
type EndpointOptions struct {
	Region   string              // flag or setting
	Override string              // flag or setting sts_endpoint
	Env      func(string) string // the environment; nil is an empty one
}

// EndpointError says that an assertion is not sent to where it was told to go, or that no such place can be named.
type EndpointError struct {
	Source string       // "--sts-endpoint", "AWS_ENDPOINT_URL", "AWS_REGION" …
	Value  foreign.Text // host or region, without path and query; "" if unreadable
	Why    string
	Advice string // "" if there is none
	Words  bool   // what was given is no region or address at all, or leads to none, as opposed to one that is not trusted
}

func (e *EndpointError) Error() string {
	if e.Value == "" {
		return fmt.Sprintf("%s: %s", e.Source, e.Why)
	}
	return fmt.Sprintf("%s: %q: %s", e.Source, e.Value, e.Why)
}

// Hint says what to do instead, "" if nothing is known.
func (e *EndpointError) Hint() string { return e.Advice }

// The words under which the two options are known to people.
const (
	sourceOverride = "--sts-endpoint"
	sourceRegion   = "--region"
)

// Check finds what is wrong with options whatever the role's partition will be. The error is an *EndpointError.
func (o EndpointOptions) Check() error {
	var first error
	for _, p := range partitions() {
		_, err := Resolve(p.name, o)
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// Resolve finds the endpoint of STS for roles of a partition ("aws", "aws-cn" …): Override, else
// AWS_ENDPOINT_URL_STS, else AWS_ENDPOINT_URL, else the regional one of Region, AWS_REGION or AWS_DEFAULT_REGION
// (the order of the AWS CLI), else that of the partition's default region. A region of another partition is
// ignored with a notice.
//
// The environment counts less than a person's word: an endpoint from a variable has to be loopback or STS itself
// over https. AWS_IGNORE_CONFIGURED_ENDPOINT_URLS, AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT are obeyed
// (AWS SDKs and Tools Reference Guide). Every error is an *EndpointError.
func Resolve(partitionName string, o EndpointOptions) (Endpoint, error) {
	p, known := findPartition(partitionName)
	if !known {
		return Endpoint{}, &EndpointError{Source: "the role's ARN", Value: foreign.Text(partitionName), Why: "no AWS partition of this name is known"}
	}
	if o.Env == nil {
		o.Env = func(string) string { return "" }
	}
	e := Endpoint{Partition: p.name}
	var err error
	if e.Region, err = chooseRegion(p, o, &e.Notices); err != nil {
		return Endpoint{}, err
	}
	source, given := givenEndpoint(o)
	if given == "" {
		e.URL, err = regional(p, e.Region, enabled(o.Env, "AWS_USE_FIPS_ENDPOINT"), enabled(o.Env, "AWS_USE_DUALSTACK_ENDPOINT"))
		return e, err
	}
	if err := e.use(p, source, given); err != nil {
		return Endpoint{}, err
	}
	for _, name := range []string{"AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"} {
		if enabled(o.Env, name) {
			e.Notices = append(e.Notices, fmt.Sprintf("%s does not change the endpoint that %s gives", name, source))
		}
	}
	return e, nil
}

// CheckVariable refuses what Override may not hold where a variable says it: as with AWS's own variables, it has to be
// loopback or STS itself over https. The error is an *EndpointError.
func CheckVariable(name, value string) error {
	var first error
	for _, p := range partitions() {
		err := new(Endpoint).use(p, name, value)
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return first
}

func givenEndpoint(o EndpointOptions) (source, value string) {
	if o.Override != "" {
		return sourceOverride, o.Override
	}
	if enabled(o.Env, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") {
		return "", ""
	}
	for _, name := range []string{"AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"} {
		if v := o.Env(name); v != "" {
			return name, v
		}
	}
	return "", ""
}

// use takes an endpoint that somebody gave, if it may be taken from there.
func (e *Endpoint) use(p partition, source, given string) error {
	u, err := url.Parse(given)
	refuse := func(value, why, advice string) error {
		return &EndpointError{Source: source, Value: foreign.Text(value), Why: why, Advice: advice}
	}
	if err != nil || u.Hostname() == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return &EndpointError{Source: source, Why: "not an address of the form https://HOST", Words: true}
	}
	if u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return &EndpointError{Source: source, Value: foreign.Text(u.Host), Why: "an endpoint has no user, query or fragment", Words: true}
	}
	local := Loopback(u.Hostname())
	if u.Scheme == "http" && !local {
		return refuse(u.Host, "the assertion is sent over https only", "")
	}
	host := strings.ToLower(u.Hostname())
	region, isSTS := p.stsRegion(host)
	if other := servedBy(host); other != "" && !isSTS {
		return refuse(u.Host, fmt.Sprintf("this is STS of the partition %s, the role is in %s", other, p.name), "")
	}
	if !isSTS && !local && source != sourceOverride {
		return refuse(u.Host, "a variable may name STS itself or this computer only, as the assertion goes there",
			"if it is meant, give it with --sts-endpoint or the setting sts_endpoint, or unset "+source)
	}
	if isSTS {
		e.Region = region
	} else {
		e.Foreign = true
		e.Notices = append(e.Notices, fmt.Sprintf("STS is asked at %s (%s), which is not AWS", foreign.Text(u.Host), source))
	}
	e.URL = u.Scheme + "://" + u.Host + strings.TrimSuffix(u.EscapedPath(), "/")
	return nil
}

// servedBy names the partition whose STS a host is, "" if none.
func servedBy(host string) string {
	for _, p := range partitions() {
		if _, ok := p.stsRegion(host); ok {
			return p.name
		}
	}
	return ""
}

// Loopback reports whether a host is this computer by its very name, without asking a name server.
func Loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Zone() == "" && a.Unmap().IsLoopback()
}

// regional is the address of STS in one region.
func regional(p partition, region string, fips, dualStack bool) (string, error) {
	service, suffix := "sts", p.suffix
	if fips && (dualStack || !p.plainFIPS) {
		if !p.plainFIPS && !slices.Contains(p.fips, region) {
			advice := "unset it"
			if p.fips != nil {
				advice = "choose one of " + strings.Join(p.fips, ", ") + " with --region, or unset it"
			}
			return "", &EndpointError{Source: "AWS_USE_FIPS_ENDPOINT", Value: foreign.Text(region), Why: "STS has no FIPS endpoint in this region", Advice: advice, Words: true}
		}
		service = "sts-fips"
	}
	if dualStack {
		suffix = p.dualStack
	}
	return "https://" + service + "." + region + "." + suffix, nil
}

func chooseRegion(p partition, o EndpointOptions, notices *[]string) (string, error) {
	for _, candidate := range []struct{ source, region string }{
		{sourceRegion, o.Region}, {"AWS_REGION", o.Env("AWS_REGION")}, {"AWS_DEFAULT_REGION", o.Env("AWS_DEFAULT_REGION")},
	} {
		switch {
		case candidate.region == "":
			continue
		case candidate.region == "aws-global": // what the AWS CLI calls having no region
			return p.region, nil
		case !regionName(candidate.region):
			return "", &EndpointError{Source: candidate.source, Value: foreign.Text(candidate.region), Why: "not the name of a region", Advice: "write it like " + p.region, Words: true}
		case partitionOf(candidate.region) != p.name:
			*notices = append(*notices, fmt.Sprintf("region %s (%s) is not in the role's partition %s: STS is asked in %s", candidate.region, candidate.source, p.name, p.region))
			return p.region, nil
		}
		return candidate.region, nil
	}
	return p.region, nil
}

func enabled(env func(string) string, name string) bool { return strings.EqualFold(env(name), "true") }

// hostOf is the host and port of an endpoint's URL, which Resolve or a test made.
func hostOf(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil {
		return ""
	}
	if host, port, err := net.SplitHostPort(u.Host); err == nil && port == "443" {
		return host
	}
	return u.Host
}
