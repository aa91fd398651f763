package imports

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// No name of ours is taken over by another tool's, and nothing of ours is changed.
func TestNamesThatAreInUse(t *testing.T) {
	const have = "default = \"prod\"\n[idp.example]\nkind = \"form\"\nurl = \"https://other.example.net\"\n[profile.prod]\nidp = \"example\"\n[group.audit]\nprofiles = [\"prod\"]\n"
	file := "[default]\nurl=https://adfs.example.com\nprovider=ADFS\naws_profile=prod\n[audit]\nurl=https://adfs.example.com\nprovider=ADFS\naws_profile=audit\n[form]\nurl=https://x.example.org\nprovider=ADFS\naws_profile=odd name/ü\n"
	o, path := ours(t, have)
	r, err := Parse(Saml2AWS, "x", file, o)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"prod-saml2aws", "audit-saml2aws", "odd-name/-"}; !slices.Equal(r.Profiles, want) {
		t.Errorf("profiles %q", r.Profiles)
	}
	// What another name was found for is told: keys go to another AWS profile than they did.
	for _, line := range []string{"4 aws_profile look profile.prod-saml2aws", "8 aws_profile look profile.audit-saml2aws", "12 aws_profile look profile.odd-name/-"} {
		if !slices.Contains(told(r), line) {
			t.Errorf("%s is not among %q", line, told(r))
		}
	}
	got := after(t, path, r)
	if !strings.HasPrefix(got, "default = \"prod\"\n[idp.example]\nkind = \"form\"\nurl = \"https://other.example.net\"\n") || !strings.Contains(got, "[idp.example-idp]") || !strings.Contains(got, "[idp.form-saml2aws]") {
		t.Errorf("the settings are\n%s", got)
	}
	o, path = ours(t, have)
	o.Rename = map[string]string{"prod-saml2aws": "live", "example-idp": "corp"}
	if r, err = Parse(Saml2AWS, "x", file, o); err != nil {
		t.Fatal(err)
	}
	if got := after(t, path, r); !strings.Contains(got, "[profile.live]\nidp = \"corp\"\n") {
		t.Errorf("the settings are\n%s", got)
	}
	for name, rename := range map[string]map[string]string{
		"to one in use": {"prod-saml2aws": "prod"}, "to a kind": {"prod-saml2aws": "adfs"}, "to no name": {"prod-saml2aws": "a b"}, "of nothing": {"nothing": "x"},
	} {
		o, _ = ours(t, have)
		o.Rename = rename
		var wrong *NameError
		if _, err := Parse(Saml2AWS, "x", file, o); !errors.As(err, &wrong) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What our settings say already is used, also under another name and written another way.
func TestAnIdPThatIsThereIsUsed(t *testing.T) {
	o, path := ours(t, "[idp.work]\nkind = \"adfs\"\nurl = \"adfs.example.com/\"\nusername = 'CORP\\jane'\npassword_command = [\"pass\"]\n")
	r, err := Parse(Saml2AWS, "x", "[a]\nurl = https://adfs.example.com\nusername = CORP\\jane\nprovider = ADFS\nrole_arn = arn:aws:iam::111111111111:role/Admin\n", o)
	if err != nil {
		t.Fatal(err)
	}
	if got := after(t, path, r); strings.Count(got, "[idp.") != 1 || !strings.Contains(got, "[profile.saml]\nidp = \"work\"\n") {
		t.Errorf("the settings are\n%s", got)
	}
}
