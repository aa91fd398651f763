package demo

const codeMethod = "DemoOneTimeCode" // as an administrator would have registered it

// What the adapters below say of a wrong code.
const (
	saysWrongCode = "The code is not right. Try again."
	saysFailed    = "Authentication failed. Please try again."
)

// oneField are adapters that ask for one code, or for two things at once. They differ in the names of the field and of
// the button, and in the place where an error stands. The names are those that public clients post.
func oneField() map[string]*method {
	return map[string]*method{
		// The lineage of Microsoft's sample adapter, on which many home-made ones are built.
		"code": {name: codeMethod, label: "One-time code", screens: []screen{
			{name: "code", next: takes("ChallengeQuestionAnswer", saysWrongCode)},
		}},
		"vip": {name: "SymantecVipAdapter", label: "Symantec VIP", screens: []screen{
			{name: "vip-code", needs: []string{"Submit"}, next: takes("SecurityCode", "The security code is not valid.")},
		}},
		"safenet": {name: "SafeNet-MFA", label: "SafeNet", screens: []screen{
			{name: "safenet", next: takes("SAFENET_PASSWORD", saysFailed)},
		}},
		"defender": {name: "Defender AD FS Adapter", label: "Defender", screens: []screen{
			{name: "defender", next: takes("OathCode", "Access denied. Try again.")},
		}},
		// How PingID's adapter is registered and what its forms are called varies; the field is otp everywhere.
		"pingid-code": {name: "PingIDAdapter", label: "PingID", screens: []screen{
			{name: "pingid-code", next: takes("otp", "Invalid passcode. Please try again.")},
		}},
		// Adapters of sites' own, with the field names that were seen.
		"own-oath": {name: "ContosoTokenAdapter", label: "Hardware token", screens: []screen{
			{name: "own-oath", next: takes("OathCode", saysWrongCode)},
		}},
		"own-otp": {name: "AdfsOtpAdapter", label: "Authenticator app", screens: []screen{
			{name: "own-otp", needs: []string{"upn"}, next: takes("otpCode", "Invalid code.")},
		}},
		"own-verification": {name: "ContosoTextMessage", label: "Text message", screens: []screen{
			{name: "own-verification", needs: []string{"Verify"}, next: takes("VerificationCode", saysWrongCode)},
		}},
		"own-security-code": {name: "ContosoSecurityCode", label: "Security code", screens: []screen{
			{name: "own-security-code", needs: []string{"Submit"}, next: takes("security_code", "Wrong security code.")},
		}},
		"own-two": {name: "ContosoTokenWithPin", label: "Token with PIN", screens: []screen{
			{name: "own-two", asks: "PIN and code", needs: []string{"TokenPin", "TokenCode", "Submit"}, next: func(r reply) move {
				if r.value("TokenPin") == demoPIN && r.right("TokenCode") {
					return move{done: true}
				}
				return move{wrong: true, says: "PIN or code is not right."}
			}},
		}},
	}
}
