package saml_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/samlogin/samlogin/saml"
)

// security case 42
func TestParseRole(t *testing.T) {
	for _, c := range []struct{ value, partition, account, name, path string }{
		{readerValue, "aws", "111111111111", "Reader", "Reader"},
		{providerARN + "," + readerARN, "aws", "111111111111", "Reader", "Reader"},
		{" \t\r\n" + readerARN + " \n,\n " + providerARN + "\n", "aws", "111111111111", "Reader", "Reader"},
		{"arn:aws:iam::012345678901:role/team/eu-west/Read.Only+x=1@y_z,arn:aws:iam::012345678901:saml-provider/a.b_c-d", "aws", "012345678901", "Read.Only+x=1@y_z", "team/eu-west/Read.Only+x=1@y_z"},
		{"arn:aws:iam::111111111111:role/saml-provider/X," + providerARN, "aws", "111111111111", "X", "saml-provider/X"},
		{"arn:aws:iam::111111111111:role/p:saml-provider/X," + providerARN, "aws", "111111111111", "X", "p:saml-provider/X"},
		{"arn:aws-cn:iam::111111111111:role/A,arn:aws-cn:iam::111111111111:saml-provider/P", "aws-cn", "111111111111", "A", "A"},
		{"arn:aws-us-gov:iam::111111111111:role/A,arn:aws-us-gov:iam::111111111111:saml-provider/P", "aws-us-gov", "111111111111", "A", "A"},
		{"arn:aws-eusc:iam::111111111111:saml-provider/P,arn:aws-eusc:iam::111111111111:role/A", "aws-eusc", "111111111111", "A", "A"},
		{"arn:aws-iso-b:iam::111111111111:role/A,arn:aws-iso-b:iam::111111111111:saml-provider/P", "aws-iso-b", "111111111111", "A", "A"},
	} {
		r, err := saml.ParseRole(c.value)
		if err != nil {
			t.Errorf("ParseRole(%q): %v", c.value, err)
			continue
		}
		if got := []string{r.Partition(), r.Account(), r.Name(), r.Path()}; fmt.Sprint(got) != fmt.Sprint([]string{c.partition, c.account, c.name, c.path}) {
			t.Errorf("ParseRole(%q) = %q", c.value, got)
		}
		if !strings.Contains(r.PrincipalARN, ":saml-provider/") || !strings.Contains(c.value, r.ARN) || !strings.Contains(c.value, r.PrincipalARN) {
			t.Errorf("ParseRole(%q) changed the ARNs: %q", c.value, r)
		}
	}
}

// security case 42, 49
func TestRolesAreNeverGuessed(t *testing.T) {
	const other = "arn:aws:iam::222222222222:saml-provider/ADFS"
	for value, reason := range map[string]string{
		"":                              "two parts, not 1",
		readerARN:                       "two parts, not 1",
		readerValue + "," + providerARN: "two parts, not 3",
		readerValue + ",":               "two parts, not 3",
		readerARN + "," + other:         "different accounts",
		other + "," + readerARN:         "different accounts",
		readerARN + "," + adminARN:      "SAML provider",
		providerARN + "," + providerARN: "role",
		readerARN + ",":                 "SAML provider",
		"arn:aws:iam::111111111111:role/A,arn:aws-cn:iam::111111111111:saml-provider/P":        "different partitions",
		"arn:aws-mars:iam::111111111111:role/A,arn:aws-mars:iam::111111111111:saml-provider/P": "partition is not known",
		"arn:aws:iam::11111111111:role/A,arn:aws:iam::11111111111:saml-provider/P":             "not the ARN of a role",
		"arn:aws:iam::11111111111a:role/A," + providerARN:                                      "not the ARN of a role",
		"arn:aws:iam:us-east-1:111111111111:role/A," + providerARN:                             "not the ARN of a role",
		"arn:aws:sts::111111111111:role/A," + providerARN:                                      "not the ARN of a role",
		"ARN:aws:iam::111111111111:role/A," + providerARN:                                      "not the ARN of a role",
		"arn:aws:iam::111111111111:user/A," + providerARN:                                      "not the ARN of a role",
		"arn:aws:iam::111111111111:role/," + providerARN:                                       "not the ARN of a role",
		"arn:aws:iam::111111111111:role//A," + providerARN:                                     "not the ARN of a role",
		"arn:aws:iam::111111111111:role/team/," + providerARN:                                  "not the ARN of a role",
		"arn:aws:iam::111111111111:role/A B," + providerARN:                                    "not the ARN of a role",
		"arn:aws:iam::111111111111:role/A;rm," + providerARN:                                   "not the ARN of a role",
		"arn:aws:iam::111111111111:role/Read\u202enimdA," + providerARN:                        "not the ARN of a role",
		"arn:aws:iam::111111111111:role/\u0410dmin," + providerARN:                             "not the ARN of a role",
		"arn:aws:iam::111111111111:role/te\x1bam/A," + providerARN:                             "not the ARN of a role",
		"arn:aws:iam::111111111111:role/A\nB," + providerARN:                                   "not the ARN of a role",
		"arn:aws:iam::111111111111:role/" + strings.Repeat("a", 65) + "," + providerARN:        "not the ARN of a role",
		"arn:aws:iam::111111111111:role/" + strings.Repeat("a", 512) + "/a," + providerARN:     "not the ARN of a role",
		readerARN + ",arn:aws:iam::111111111111:saml-provider/" + strings.Repeat("a", 129):     "SAML provider",
		readerARN + ",arn:aws:iam::111111111111:saml-provider/a/b":                             "SAML provider",
		readerARN + ",arn:aws:iam::111111111111:oidc-provider/a":                               "SAML provider",
	} {
		r, err := saml.ParseRole(value)
		var e *saml.RoleError
		if !errors.As(err, &e) || !strings.Contains(e.Reason, reason) {
			t.Errorf("ParseRole(%q) = %v, %v; want a RoleError about %q", value, r, err, reason)
			continue
		}
		for _, c := range err.Error() {
			if c < ' ' || c == 0x202e {
				t.Errorf("the message acts on a terminal: %q", err)
			}
		}
	}
}

func TestNewRole(t *testing.T) {
	r, err := saml.NewRole("arn:aws:iam::111111111111:role/Admin,Ops", providerARN)
	if err != nil || r.Name() != "Admin,Ops" {
		t.Errorf("a role with a comma in its name, as IAM allows: %v, %v", r, err)
	}
	for _, c := range [][2]string{{providerARN, readerARN}, {readerARN, ""}, {" " + readerARN, providerARN}, {"Reader", providerARN}} {
		var e *saml.RoleError
		if r, err := saml.NewRole(c[0], c[1]); !errors.As(err, &e) {
			t.Errorf("NewRole(%q) = %v, %v", c, r, err)
		}
	}
	var zero saml.Role
	if zero.Partition()+zero.Account()+zero.Name()+zero.Path() != "" {
		t.Error("the zero Role has parts")
	}
}

// rolesOf is the good response with these values as its roles.
func rolesOf(t testing.TB, values ...string) string {
	t.Helper()
	return with(t, good, readerValue, strings.Join(values, "</AttributeValue><AttributeValue>"))
}

func role(account, path string) string {
	return "arn:aws:iam::" + account + ":role/" + path + ",arn:aws:iam::" + account + ":saml-provider/ADFS"
}

// security case 43
func TestRolesOrderedAndOnlyDoublesMerged(t *testing.T) {
	r := mustParse(t, rolesOf(t,
		role("222222222222", "Admin"), role("111111111111", "b/Zed"), role("111111111111", "z/Admin"), role("222222222222", "Admin"),
		role("111111111111", "Reader"), role("111111111111", "a/Admin"),
		strings.Replace(role("222222222222", "Admin"), "saml-provider/ADFS", "saml-provider/adfs", 1)))
	var got []string
	for _, x := range r.Roles {
		got = append(got, x.Account()[:1]+":"+x.Path()+":"+x.PrincipalARN[len(x.PrincipalARN)-4:])
	}
	want := "[1:z/Admin:ADFS 1:a/Admin:ADFS 1:Reader:ADFS 1:b/Zed:ADFS 2:Admin:ADFS 2:Admin:adfs]"
	if fmt.Sprint(got) != want {
		t.Errorf("Roles = %v\n    want %v", got, want)
	}
	if len(r.Notices) != 0 {
		t.Errorf("Notices = %q", r.Notices)
	}
}

func TestRolesOfOneNameStayAsTheyCame(t *testing.T) {
	values := make([]string, 300)
	for i := range values {
		values[i] = role("111111111111", fmt.Sprintf("%03d/Role-%d", i, i*7%3))
	}
	roles := mustParse(t, rolesOf(t, values...)).Roles
	if len(roles) != len(values) {
		t.Fatalf("%d roles", len(roles))
	}
	for i, r := range roles[1:] {
		if before := roles[i]; before.Name() > r.Name() || before.Name() == r.Name() && before.Path() > r.Path() {
			t.Fatalf("%s stands before %s", before.Path(), r.Path())
		}
	}
}

// security case 43
func TestNoneAndManyRoles(t *testing.T) {
	none := mustParse(t, with(t, good, "<AttributeValue>"+readerValue+"</AttributeValue>", ""))
	if len(none.Roles) != 0 || len(none.Notices) != 0 {
		t.Errorf("no role: %v, %q", none.Roles, none.Notices)
	}
	other := mustParse(t, with(t, good, "Attributes/Role\"", "Attributes/role\""))
	if len(other.Roles) != 0 {
		t.Errorf("an attribute of another name gives roles: %v", other.Roles)
	}
	if r := mustParse(t, manyRoles(t, 5000)); len(r.Roles) != 5000 || r.Roles[4999].Name() != "Role-4999" {
		t.Errorf("%d roles of 5,000", len(r.Roles))
	}
	two := mustParse(t, with(t, good, "</AttributeStatement>", `</AttributeStatement><AttributeStatement>`+
		`<Attribute Name="https://aws.amazon.com/SAML/Attributes/Role"><AttributeValue>`+adminValue+`</AttributeValue></Attribute></AttributeStatement>`))
	if len(two.Roles) != 2 {
		t.Errorf("the attribute in two statements: %v", two.Roles)
	}
}

func manyRoles(t testing.TB, n int) string {
	values := make([]string, n)
	for i := range values {
		values[i] = role(fmt.Sprintf("%012d", i/10), fmt.Sprintf("Role-%04d", i))
	}
	return rolesOf(t, values...)
}

// security case 42
func TestSkippedRolesAreCounted(t *testing.T) {
	mismatch := readerARN + ",arn:aws:iam::222222222222:saml-provider/ADFS"
	r := mustParse(t, rolesOf(t, mismatch, readerValue, "x\u202ey", mismatch, "", mismatch))
	if len(r.Roles) != 1 {
		t.Errorf("Roles = %v", r.Roles)
	}
	if len(r.Notices) != 2 || !strings.HasPrefix(r.Notices[0], "3 roles were skipped: the role and the provider are in different accounts; the first is ") ||
		!strings.HasPrefix(r.Notices[1], "2 roles were skipped: a role value has two parts, not 1") || !strings.Contains(r.Notices[1], "x<U+202E>y") {
		t.Errorf("Notices = %q", r.Notices)
	}
	if r := mustParse(t, rolesOf(t, mismatch)); len(r.Roles) != 0 || len(r.Notices) != 1 || !strings.HasPrefix(r.Notices[0], "1 role was skipped: ") {
		t.Errorf("Roles = %v, Notices = %q", r.Roles, r.Notices)
	}
}
