package sts

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"
)

func environment(pairs ...string) func(string) string {
	return func(name string) string {
		for _, p := range pairs {
			if n, v, _ := strings.Cut(p, "="); n == name {
				return v
			}
		}
		return ""
	}
}

func TestEndpointsByPartitionAndRegion(t *testing.T) {
	for _, c := range []struct {
		partition, region string
		env               []string
		url, signs        string
		notice            string // part, "" none
	}{
		{"aws", "", nil, "https://sts.us-east-1.amazonaws.com", "us-east-1", ""},
		{"aws-us-gov", "", nil, "https://sts.us-gov-west-1.amazonaws.com", "us-gov-west-1", ""},
		{"aws-cn", "", nil, "https://sts.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1", ""},
		{"aws-eusc", "", nil, "https://sts.eusc-de-east-1.amazonaws.eu", "eusc-de-east-1", ""},
		{"aws-iso", "", nil, "https://sts.us-iso-east-1.c2s.ic.gov", "us-iso-east-1", ""},
		{"aws-iso-b", "", nil, "https://sts.us-isob-east-1.sc2s.sgov.gov", "us-isob-east-1", ""},
		{"aws-iso-e", "", nil, "https://sts.eu-isoe-west-1.cloud.adc-e.uk", "eu-isoe-west-1", ""},
		{"aws-iso-f", "", nil, "https://sts.us-isof-south-1.csp.hci.ic.gov", "us-isof-south-1", ""},

		{"aws", "eu-west-1", []string{"AWS_REGION=us-west-2"}, "https://sts.eu-west-1.amazonaws.com", "eu-west-1", ""},
		{"aws", "", []string{"AWS_REGION=us-west-2", "AWS_DEFAULT_REGION=eu-west-1"}, "https://sts.us-west-2.amazonaws.com", "us-west-2", ""},
		{"aws", "", []string{"AWS_DEFAULT_REGION=eu-west-1"}, "https://sts.eu-west-1.amazonaws.com", "eu-west-1", ""},
		{"aws", "", []string{"AWS_REGION=aws-global"}, "https://sts.us-east-1.amazonaws.com", "us-east-1", ""},
		{"aws", "qq-new-7", nil, "https://sts.qq-new-7.amazonaws.com", "qq-new-7", ""},
		{"aws", "cn-north-1", nil, "https://sts.us-east-1.amazonaws.com", "us-east-1", "cn-north-1 (--region)"},
		{"aws", "us-gov-east-1", nil, "https://sts.us-east-1.amazonaws.com", "us-east-1", "us-gov-east-1"},
		{"aws-cn", "", []string{"AWS_REGION=eu-west-1"}, "https://sts.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1", "eu-west-1 (AWS_REGION)"},
		{"aws-us-gov", "us-gov-east-1", nil, "https://sts.us-gov-east-1.amazonaws.com", "us-gov-east-1", ""},

		{"aws", "us-east-2", []string{"AWS_USE_FIPS_ENDPOINT=true"}, "https://sts-fips.us-east-2.amazonaws.com", "us-east-2", ""},
		{"aws", "us-east-2", []string{"AWS_USE_FIPS_ENDPOINT=TRUE", "AWS_USE_DUALSTACK_ENDPOINT=true"}, "https://sts-fips.us-east-2.api.aws", "us-east-2", ""},
		{"aws", "us-east-2", []string{"AWS_USE_FIPS_ENDPOINT=false"}, "https://sts.us-east-2.amazonaws.com", "us-east-2", ""},
		{"aws", "eu-west-1", []string{"AWS_USE_DUALSTACK_ENDPOINT=true"}, "https://sts.eu-west-1.api.aws", "eu-west-1", ""},
		{"aws-us-gov", "", []string{"AWS_USE_FIPS_ENDPOINT=true"}, "https://sts.us-gov-west-1.amazonaws.com", "us-gov-west-1", ""},
		{"aws-us-gov", "", []string{"AWS_USE_FIPS_ENDPOINT=true", "AWS_USE_DUALSTACK_ENDPOINT=true"}, "https://sts-fips.us-gov-west-1.api.aws", "us-gov-west-1", ""},
		{"aws-cn", "", []string{"AWS_USE_DUALSTACK_ENDPOINT=true"}, "https://sts.cn-northwest-1.api.amazonwebservices.com.cn", "cn-northwest-1", ""},
	} {
		e, err := Resolve(c.partition, EndpointOptions{Region: c.region, Env: environment(c.env...)})
		if err != nil || e.URL != c.url || e.Region != c.signs || e.Partition != c.partition || e.Foreign {
			t.Errorf("%s %s %v: %+v, %v", c.partition, c.region, c.env, e, err)
		}
		if notices := strings.Join(e.Notices, "|"); (c.notice == "") != (notices == "") || !strings.Contains(notices, c.notice) {
			t.Errorf("%s %s %v: notices %q", c.partition, c.region, c.env, notices)
		}
	}
	if _, err := Resolve("aws", EndpointOptions{}); err != nil {
		t.Errorf("without an environment: %v", err)
	}
}

// The table agrees with the rules of AWS's own SDK.
func TestEndpointsAgreeWithTheSDK(t *testing.T) {
	oracle := awssts.NewDefaultEndpointResolverV2()
	for _, p := range partitions() {
		for _, region := range []string{p.region, map[string]string{"aws": "eu-west-3", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-east-1"}[p.name]} {
			if region == "" {
				continue
			}
			for _, dual := range []bool{false, true} {
				for _, fips := range []bool{false, true} {
					ours, err := regional(p, region, fips, dual)
					if err != nil {
						continue // the SDK's rules name hosts that do not exist
					}
					theirs, err := oracle.ResolveEndpoint(t.Context(), awssts.EndpointParameters{Region: aws.String(region), UseFIPS: aws.Bool(fips), UseDualStack: aws.Bool(dual)})
					if err != nil || theirs.URI.String() != ours {
						t.Errorf("%s fips %v dual %v: ours %s, theirs %s (%v)", region, fips, dual, ours, theirs.URI.String(), err)
					}
				}
			}
		}
	}
}

// security case 147, as the contract has it: a person's word may name any https host, a variable only STS or this computer.
func TestGivenEndpoints(t *testing.T) {
	const taken = "" // no error
	for _, c := range []struct {
		source, value string // source "flag" or a variable
		url, region   string
		foreign       bool
		err           string // part of the message
	}{
		{"flag", "https://sts.example.com", "https://sts.example.com", "us-east-1", true, taken},
		{"flag", "https://sts.example.com:8443/base/", "https://sts.example.com:8443/base", "us-east-1", true, taken},
		{"flag", "http://127.0.0.1:9000", "http://127.0.0.1:9000", "us-east-1", true, taken},
		{"flag", "https://sts.eu-west-1.amazonaws.com", "https://sts.eu-west-1.amazonaws.com", "eu-west-1", false, taken},
		{"flag", "http://sts.example.com", "", "", false, "https only"},
		{"flag", "https://sts.cn-north-1.amazonaws.com.cn", "", "", false, "partition aws-cn"},
		{"flag", "ftp://sts.example.com", "", "", false, "not an address"},
		{"flag", "sts.example.com", "", "", false, "not an address"},
		{"flag", "https://", "", "", false, "not an address"},
		{"flag", "https://jane:CANARY@sts.example.com", "", "", false, "no user"},
		{"flag", "https://sts.example.com/?token=CANARY", "", "", false, "query"},
		{"flag", "https://sts.example.com/#x", "", "", false, "fragment"},
		{"flag", "https://sts.example.com:CANARY", "", "", false, "not an address"},

		{"AWS_ENDPOINT_URL", "http://localhost:4566", "http://localhost:4566", "us-east-1", true, taken},
		{"AWS_ENDPOINT_URL", "https://[::1]:4566/", "https://[::1]:4566", "us-east-1", true, taken},
		{"AWS_ENDPOINT_URL_STS", "http://127.8.9.1", "http://127.8.9.1", "us-east-1", true, taken},
		{"AWS_ENDPOINT_URL_STS", "https://sts.eu-west-1.amazonaws.com", "https://sts.eu-west-1.amazonaws.com", "eu-west-1", false, taken},
		{"AWS_ENDPOINT_URL_STS", "https://STS.amazonaws.com", "https://STS.amazonaws.com", "us-east-1", false, taken},
		{"AWS_ENDPOINT_URL_STS", "https://sts.eu-west-1.api.aws", "https://sts.eu-west-1.api.aws", "eu-west-1", false, taken},
		{"AWS_ENDPOINT_URL_STS", "https://vpce-0a1b-2c.sts.eu-west-1.vpce.amazonaws.com", "https://vpce-0a1b-2c.sts.eu-west-1.vpce.amazonaws.com", "eu-west-1", false, taken},
		{"AWS_ENDPOINT_URL_STS", "http://sts.eu-west-1.amazonaws.com", "", "", false, "https only"},
		{"AWS_ENDPOINT_URL_STS", "https://sts.example.com", "", "", false, "a variable may name"},
		{"AWS_ENDPOINT_URL", "https://evil.execute-api.us-east-1.amazonaws.com", "", "", false, "a variable may name"},
		{"AWS_ENDPOINT_URL", "https://sts.us-east-1.elb.amazonaws.com", "", "", false, "a variable may name"},
		{"AWS_ENDPOINT_URL", "https://evil.s3.amazonaws.com", "", "", false, "a variable may name"},
		{"AWS_ENDPOINT_URL", "https://sts.us-east-1.amazonaws.com.evil.test", "", "", false, "a variable may name"},
		{"AWS_ENDPOINT_URL", "https://sts.us-east-1.evilamazonaws.com", "", "", false, "a variable may name"},
		{"AWS_ENDPOINT_URL", "https://evil.vpce.amazonaws.com", "", "", false, "a variable may name"},
		{"AWS_ENDPOINT_URL", "https://localhost.evil.test", "", "", false, "a variable may name"},
		{"AWS_ENDPOINT_URL", "https://127.0.0.1.evil.test", "", "", false, "a variable may name"},
		{"AWS_ENDPOINT_URL", "https://10.0.0.1", "", "", false, "a variable may name"},
		{"AWS_ENDPOINT_URL", "https://169.254.169.254", "", "", false, "a variable may name"},
		{"AWS_ENDPOINT_URL", "https://sts.us-gov-west-1.amazonaws.com", "", "", false, "partition aws-us-gov"},
	} {
		o := EndpointOptions{Override: c.value}
		if c.source != "flag" {
			o = EndpointOptions{Env: environment(c.source + "=" + c.value)}
		}
		e, err := Resolve("aws", o)
		var refused *EndpointError
		switch {
		case c.err != taken:
			if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.err) {
				t.Errorf("%s=%s: %+v, %v", c.source, c.value, e, err)
			}
			noCanary(t, err)
		case err != nil || e.URL != c.url || e.Region != c.region || e.Foreign != c.foreign:
			t.Errorf("%s=%s: %+v, %v", c.source, c.value, e, err)
		case e.Foreign != strings.Contains(strings.Join(e.Notices, ""), "which is not AWS"):
			t.Errorf("%s=%s: a foreign host is not shown: %q", c.source, c.value, e.Notices)
		}
	}
}

func TestOrderOfGivenEndpoints(t *testing.T) {
	both := []string{"AWS_ENDPOINT_URL=http://127.0.0.1:1", "AWS_ENDPOINT_URL_STS=http://127.0.0.1:2"}
	ignoring := append([]string{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true"}, both...)
	for _, c := range []struct {
		o    EndpointOptions
		want string
	}{
		{EndpointOptions{Override: "http://127.0.0.1:3", Env: environment(both...)}, "http://127.0.0.1:3"},
		{EndpointOptions{Env: environment(both...)}, "http://127.0.0.1:2"},
		{EndpointOptions{Env: environment(both[0])}, "http://127.0.0.1:1"},
		{EndpointOptions{Env: environment(ignoring...)}, "https://sts.us-east-1.amazonaws.com"},
		{EndpointOptions{Override: "http://127.0.0.1:3", Env: environment(ignoring...)}, "http://127.0.0.1:3"},
	} {
		if e, err := Resolve("aws", c.o); err != nil || e.URL != c.want {
			t.Errorf("%+v, %v; want %s", e, err, c.want)
		}
	}
	e, err := Resolve("aws", EndpointOptions{Override: "http://127.0.0.1:3", Env: environment("AWS_USE_FIPS_ENDPOINT=true")})
	if err != nil || !strings.Contains(strings.Join(e.Notices, ""), "AWS_USE_FIPS_ENDPOINT does not change") {
		t.Errorf("%+v, %v", e, err)
	}
}

func TestEndpointsThatCannotBeNamed(t *testing.T) {
	for _, c := range []struct {
		partition string
		o         EndpointOptions
		want      string
	}{
		{"aws-moon", EndpointOptions{}, "no AWS partition"},
		{"aws", EndpointOptions{Region: "eu-west-1.evil.test"}, "not the name of a region"},
		{"aws", EndpointOptions{Region: "evil.test/#"}, "not the name of a region"},
		{"aws", EndpointOptions{Region: "EU-WEST-1"}, "not the name of a region"},
		{"aws", EndpointOptions{Region: "eu-west-1\n"}, "not the name of a region"},
		{"aws", EndpointOptions{Region: "a@b-c-1"}, "not the name of a region"},
		{"aws", EndpointOptions{Region: "--1"}, "not the name of a region"},
		{"aws", EndpointOptions{Env: environment("AWS_REGION= us-east-1")}, "AWS_REGION"},
		{"aws", EndpointOptions{Region: "eu-west-1", Env: environment("AWS_USE_FIPS_ENDPOINT=true")}, "no FIPS endpoint"},
		{"aws-cn", EndpointOptions{Env: environment("AWS_USE_FIPS_ENDPOINT=true")}, "no FIPS endpoint"},
	} {
		e, err := Resolve(c.partition, c.o)
		var refused *EndpointError
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") || e.URL != "" {
			t.Errorf("%+v: %+v, %v", c.o, e, err)
		}
	}
}

// A variable of samlogin's own is trusted no more than one of AWS's, whatever the role's partition will be.
func TestEndpointOfAVariable(t *testing.T) {
	for value, good := range map[string]bool{
		"https://sts.eu-west-1.amazonaws.com": true, "https://sts.cn-north-1.amazonaws.com.cn": true, "https://sts.us-gov-west-1.amazonaws.com": true,
		"http://127.0.0.1:1": true, "https://localhost:1": true, "https://vpce-1-a.sts.us-east-1.vpce.amazonaws.com": true,
		"https://sts.evil.test": false, "http://sts.eu-west-1.amazonaws.com": false, "https://bucket.s3.amazonaws.com": false, "nonsense": false,
		"https://sts.eu-west-1.amazonaws.com.evil.test": false, "https://user@sts.eu-west-1.amazonaws.com": false,
	} {
		var refused *EndpointError
		if err := CheckVariable("SAMLOGIN_STS_ENDPOINT", value); (err == nil) != good || err != nil && (!errors.As(err, &refused) || refused.Source != "SAMLOGIN_STS_ENDPOINT") {
			t.Errorf("%s: %v, want good %v", value, err, good)
		}
	}
}

// The region of a profile is the one that was chosen for it, also where STS is asked in another one of the partition.
func TestRegionBesideAGivenEndpoint(t *testing.T) {
	for _, c := range []struct {
		partition, region, override string
		has                         bool
	}{
		{"aws", "eu-west-1", "", true}, {"aws", "eu-west-1", "https://sts.us-east-1.amazonaws.com", true}, {"aws", "eu-west-1", "http://127.0.0.1:1", true},
		{"aws", "cn-north-1", "", false}, {"aws-cn", "eu-west-1", "http://127.0.0.1:1", false}, {"aws-cn", "cn-north-1", "", true},
		{"aws", "aws-global", "", false}, {"aws", "", "", false},
	} {
		e, err := Resolve(c.partition, EndpointOptions{Region: c.region, Override: c.override})
		if err != nil || e.Has(c.region) != c.has {
			t.Errorf("%+v: %+v has it: %v, %v", c, e, e.Has(c.region), err)
		}
	}
}
