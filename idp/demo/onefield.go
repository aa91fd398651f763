package demo

const codeMethod = "DemoOneTimeCode" // as an administrator would have registered it

// What the adapters below say of a wrong code.
const (
	saysWrongCode = "The code is not right. Try again."
	saysFailed    = "Authentication failed. Please try again."
)

// oneField are adapters that ask for one code, or for two things at once. They differ in the names of the field and of
// the button, and in the place where an error stands. The names are those that public clients post: the first is of
// Microsoft's sample adapter, on which many home-made ones are built; how PingID's adapter is registered and what its
// forms are called varies, the field is otp everywhere; the last five are adapters of sites' own.
func oneField() ([]method, []screen) {
	return []method{
			{key: "code", name: codeMethod, label: "One-time code", screens: "code"},
			{key: "vip", name: "SymantecVipAdapter", label: "Symantec VIP", screens: "vip-code"},
			{key: "safenet", name: "SafeNet-MFA", label: "SafeNet", screens: "safenet"},
			{key: "defender", name: "Defender AD FS Adapter", label: "Defender", screens: "defender"},
			{key: "pingid-code", name: "PingIDAdapter", label: "PingID", screens: "pingid-code"},
			{key: "own-oath", name: "ContosoTokenAdapter", label: "Hardware token", screens: "own-oath"},
			{key: "own-otp", name: "AdfsOtpAdapter", label: "Authenticator app", screens: "own-otp"},
			{key: "own-verification", name: "ContosoTextMessage", label: "Text message", screens: "own-verification"},
			{key: "own-security-code", name: "ContosoSecurityCode", label: "Security code", screens: "own-security-code"},
			{key: "own-two", name: "ContosoTokenWithPin", label: "Token with PIN", screens: "own-two"},
		}, []screen{
			{name: "code", take: "ChallengeQuestionAnswer", refused: saysWrongCode},
			{name: "vip-code", needs: "Submit", take: "SecurityCode", refused: "The security code is not valid."},
			{name: "safenet", take: "SAFENET_PASSWORD", refused: saysFailed},
			{name: "defender", take: "OathCode", refused: "Access denied. Try again."},
			{name: "pingid-code", take: "otp", refused: "Invalid passcode. Please try again."},
			{name: "own-oath", take: "OathCode", refused: saysWrongCode},
			{name: "own-otp", needs: "upn", take: "otpCode", refused: "Invalid code."},
			{name: "own-verification", needs: "Verify", take: "VerificationCode", refused: saysWrongCode},
			{name: "own-security-code", needs: "Submit", take: "security_code", refused: "Wrong security code."},
			{name: "own-two", asks: "PIN and code", needs: "TokenPin TokenCode Submit", refused: "PIN or code is not right.", next: ownTwo},
		}
}

func ownTwo(r reply) move {
	if r.value("TokenPin") == demoPIN && r.right("TokenCode") {
		return move{done: true}
	}
	return r.wrong()
}
