package demo

// approvals are adapters other than Microsoft's that ask for a tap on a phone.
func approvals() map[string]*method {
	const approval = "approval"
	silverfort := func(says string) *method {
		next := move{done: true}
		if says != "" {
			next = move{to: "silverfort-refused", says: says}
		}
		return &method{name: "SilverfortAdfs", label: "Silverfort", screens: []screen{
			{name: "silverfort", asks: approval, holds: true, next: always(next)},
			{name: "silverfort-refused", asks: approval, next: always(move{to: "silverfort"})},
		}}
	}
	return map[string]*method{
		"silverfort":         silverfort(""),
		"silverfort-denied":  silverfort("Not authorized"),
		"silverfort-expired": silverfort("MFA request expired"),
		// The other build of Symantec VIP asks for the code when the notification was not answered.
		"vip-push-code": {name: "VIPAuthenticationProviderWindowsAccountName", label: "Symantec VIP", screens: []screen{
			{name: "vip-wait", asks: approval, next: after(approvedAfter, move{to: "vip-security-code"})},
			{name: "vip-security-code", next: takes("security_code", "The security code is not valid.")},
		}},
		"vip-push": {name: "VIPAuthenticationProviderUPN", label: "Symantec VIP", screens: []screen{
			{name: "vip-wait", asks: approval, next: after(approvedAfter, move{done: true})},
		}},
		"pingid-push": {name: "PingIDAdapter", label: "PingID", screens: []screen{
			{name: "pingid-wait", asks: approval, texts: map[string]string{"Number": "37"}, next: after(approvedAfter, move{done: true})},
		}},
	}
}
