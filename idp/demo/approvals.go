package demo

// What waits for a tap or a call asks for this.
const approval = "approval"

// approvals are adapters other than Microsoft's that ask for a tap on a phone. The other build of Symantec VIP asks for
// the code when the notification was not answered.
func approvals() ([]method, []screen) {
	return []method{
			{key: "silverfort", name: "SilverfortAdfs", label: "Silverfort", screens: "silverfort"},
			{key: "silverfort-denied", name: "SilverfortAdfs", label: "Silverfort", screens: "silverfort-to-deny silverfort-refused"},
			{key: "silverfort-expired", name: "SilverfortAdfs", label: "Silverfort", screens: "silverfort-to-expire silverfort-refused"},
			{key: "vip-push-code", name: "VIPAuthenticationProviderWindowsAccountName", label: "Symantec VIP", screens: "vip-unanswered vip-security-code"},
			{key: "vip-push", name: "VIPAuthenticationProviderUPN", label: "Symantec VIP", screens: "vip-wait"},
			{key: "pingid-push", name: "PingIDAdapter", label: "PingID", screens: "pingid-wait"},
		}, []screen{
			{name: "silverfort", asks: approval, holds: true, then: move{done: true}},
			{name: "silverfort-to-deny", page: "silverfort", asks: approval, holds: true, then: move{to: "silverfort-refused", says: "Not authorized"}},
			{name: "silverfort-to-expire", page: "silverfort", asks: approval, holds: true, then: move{to: "silverfort-refused", says: "MFA request expired"}},
			{name: "silverfort-refused", asks: approval, then: move{to: beginning}},
			{name: "vip-unanswered", page: "vip-wait", asks: approval, posts: approvedAfter, then: move{to: "vip-security-code"}},
			{name: "vip-security-code", take: "security_code", refused: "The security code is not valid."},
			{name: "vip-wait", asks: approval, posts: approvedAfter, then: move{done: true}},
			{name: "pingid-wait", asks: approval, number: "37", posts: approvedAfter, then: move{done: true}},
		}
}
