package sts

import (
	"slices"
	"strings"
)

// partition is one of AWS's separate worlds: own accounts, own regions, own host names.
type partition struct {
	name      string
	suffix    string   // of host names
	dualStack string   // of the host names that answer over IPv6 too
	region    string   // where to ask when no region is said
	family    string   // what the names of its regions begin with
	fips      []string // regions with a host sts-fips.REGION
	plainFIPS bool     // the usual hosts (not the dual-stack ones) are FIPS endpoints already
}

// partitions are those of AWS's SDKs (botocore, partitions.json), with the FIPS endpoints of STS (AWS General
// Reference, "AWS Security Token Service endpoints and quotas").
func partitions() []partition {
	american := []string{"us-east-1", "us-east-2", "us-west-1", "us-west-2"}
	return []partition{
		{"aws", "amazonaws.com", "api.aws", "us-east-1", "", american, false},
		{"aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn", "cn-northwest-1", "cn-", nil, false},
		{"aws-us-gov", "amazonaws.com", "api.aws", "us-gov-west-1", "us-gov-", nil, true},
		{"aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu", "eusc-de-east-1", "eusc-", nil, false},
		{"aws-iso", "c2s.ic.gov", "api.aws.ic.gov", "us-iso-east-1", "us-iso-", nil, false},
		{"aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud", "us-isob-east-1", "us-isob-", nil, false},
		{"aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "eu-isoe-west-1", "eu-isoe-", nil, false},
		{"aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov", "us-isof-south-1", "us-isof-", nil, false},
	}
}

func findPartition(name string) (partition, bool) {
	all := partitions()
	i := slices.IndexFunc(all, func(p partition) bool { return p.name == name })
	if i < 0 {
		return partition{}, false
	}
	return all[i], true
}

// regionName reports whether s has the form of every region's name, known or not: lower-case words and a number,
// joined by hyphens. It becomes part of a host name, so nothing else may pass.
func regionName(s string) bool {
	words := strings.Split(s, "-")
	if len(s) > 40 || len(words) < 3 || len(words) > 5 {
		return false
	}
	for _, w := range words[:len(words)-1] {
		if w == "" || strings.Trim(w, "abcdefghijklmnopqrstuvwxyz") != "" {
			return false
		}
	}
	n, ok := number(words[len(words)-1])
	return ok && n < 100
}

// partitionOf names the partition of a region. A family not known here is taken for the commercial partition's,
// as AWS's SDKs do: "mx-" and "il-" came without warning, while the other partitions' names are marked.
func partitionOf(region string) string {
	name := "aws"
	for _, p := range partitions() {
		if p.family != "" && strings.HasPrefix(region, p.family) {
			name = p.name
		}
	}
	return name
}

// stsRegion returns the region of a host that is STS of this partition: sts.REGION.SUFFIX, its FIPS and dual-stack
// forms, a VPC endpoint of STS, and the global sts.amazonaws.com. The suffix alone would not do: customers' own
// servers have names below it too (load balancers, buckets, function URLs).
func (p partition) stsRegion(host string) (region string, ok bool) {
	if p.name == "aws" && host == "sts.amazonaws.com" {
		return p.region, true
	}
	rest, found := strings.CutSuffix(host, "."+p.suffix)
	if !found {
		rest, found = strings.CutSuffix(host, "."+p.dualStack)
	}
	if !found {
		return "", false
	}
	if inside, vpce := strings.CutSuffix(rest, ".vpce"); vpce {
		_, after, named := strings.Cut(inside, ".")
		if !named {
			return "", false
		}
		rest = after
	}
	for _, service := range []string{"sts.", "sts-fips."} {
		if region, found = strings.CutPrefix(rest, service); found && regionName(region) && partitionOf(region) == p.name {
			return region, true
		}
	}
	return "", false
}
