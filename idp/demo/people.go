package demo

import (
	"fmt"
	"time"

	"github.com/samlogin/samlogin/saml/secret"
)

// State is what a directory says of an account.
type State int

// The states.
const (
	Active          State = iota
	Disabled              // refused with the text of a wrong password, as AD FS does on purpose
	Locked                // refused, on a farm whose page says so
	PasswordExpired       // refused, on a farm whose page says so and links to the page that changes passwords
	MustChange            // sent to the page that changes passwords
	NotPermitted          // signed in, and turned away by an authorization rule
)

// Person is somebody who can sign in, or cannot.
type Person struct {
	Name, UPN           string // CORP\jane and jane@corp.example.com
	Story               string // what happens with this person
	Password            secret.Text
	Code                string        // one-time code asked for; "" none
	Seed                string        // of time-based codes, in base32, asked for instead; "" none
	Second              []string      // methods of the second step, as SecondSteps lists them; of several one is chosen. nil: "code", if there is one
	Passkey             *Passkey      // on the scripted pages; nil: none
	Number              string        // on the scripted pages: to be typed on the phone; "" none
	Roles               []string      // values of the Role attribute
	SessionDuration     int           // seconds; 0 leaves the attribute out
	SessionNotOnOrAfter time.Duration // from the sign-in; 0 leaves it out
	State               State
}

// demoPassword is everybody's password in the demo, demoSeed the seed of who has a time-based code.
const (
	demoPassword = "Correct-Horse-7"
	demoSeed     = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
)

func pair(partition, account, role string) string {
	return fmt.Sprintf("arn:%[1]s:iam::%[2]s:role/%[3]s,arn:%[1]s:iam::%[2]s:saml-provider/ADFS", partition, account, role)
}

func reversed(partition, account, role string) string {
	return fmt.Sprintf("arn:%[1]s:iam::%[2]s:saml-provider/ADFS, arn:%[1]s:iam::%[2]s:role/%[3]s", partition, account, role)
}

func many(accounts, each int) []string {
	var out []string
	for a := range accounts {
		for r := range each {
			out = append(out, pair("aws", fmt.Sprintf("4%011d", a), fmt.Sprintf("Team%02d", r)))
		}
	}
	return out
}

// DemoPeople is one person for each story. Everybody's password is Correct-Horse-7.
func DemoPeople() []Person {
	const prod, staging, sandbox = "111111111111", "222222222222", "333333333333"
	one := []string{pair("aws", prod, "Admin")}
	return append([]Person{
		person("jane", "six roles in three accounts", Person{Roles: []string{
			pair("aws", prod, "Admin"), reversed("aws", prod, "ReadOnly"), pair("aws", staging, "Admin"),
			pair("aws", staging, "team/Deploy"), reversed("aws", sandbox, "Developer"), pair("aws", sandbox, "ReadOnly"),
		}}),
		person("olivia", "one role: nothing to pick", Person{Roles: one}),
		person("max", "a second step asks for the code 123456", Person{Roles: one, Code: "123456"}),
		person("toby", "a second step asks for a time-based code; the seed is "+demoSeed, Person{Roles: one, Seed: demoSeed}),
		person("paul", "one role by way of two SAML providers, as while an AD FS is replaced", Person{Roles: []string{
			pair("aws", prod, "Admin"), pair("aws", prod, "Admin") + "2",
		}}),
		person("tina", "the session of AD FS ends in two hours", Person{Roles: one, SessionNotOnOrAfter: 2 * time.Hour, SessionDuration: 28800}),
		person("ada", "sixty roles in twelve accounts", Person{Roles: many(12, 5)}),
		person("mona", "a thousand roles: more than AWS takes", Person{Roles: many(100, 10)}),
		person("nora", "no role", Person{}),
		person("dora", "disabled; AD FS says the usual", Person{Roles: one, State: Disabled}),
		person("lars", "locked, and the page says so", Person{Roles: one, State: Locked}),
		person("petra", "the password has expired, and the page says so", Person{Roles: one, State: PasswordExpired}),
		person("mike", "has to change the password first", Person{Roles: one, State: MustChange}),
		person("victor", "not permitted to use AWS", Person{Roles: one, State: NotPermitted}),
		person("chris", "a role in China", Person{Roles: []string{pair("aws-cn", prod, "Admin")}}),
		person("gina", "a role in GovCloud", Person{Roles: []string{pair("aws-us-gov", prod, "Admin")}}),
	}, peopleWithAdapters(one)...)
}

func person(name, story string, p Person) Person {
	p.Name, p.UPN, p.Story = `CORP\`+name, name+"@corp.example.com", story
	p.Password = secret.New(demoPassword)
	return p
}
