package main

import (
	"strings"
	"testing"
)

// security case 23
func TestTheNumberToMatchIsLargeAndTheWaitEndsWithCtrlC(t *testing.T) {
	r := newRig(t, 0, 0)
	c := openConsole(t, append(r.environ(), `SAMLOGIN_USERNAME=CORP\nina`, "SAMLOGIN_PASSWORD=Correct-Horse-7"), "login")
	c.next("enter the number shown to sign in.")
	c.next("█ █  ▀▀█")
	c.next("(42)")
	c.next("left; ctrl-C stops")
	c.send("\x03")
	if code := c.exit(); code != exitInterrupted {
		t.Errorf("exit %d\n%s", code, c.seen.String())
	}
}

func TestAMethodIsChosenByItsNumber(t *testing.T) {
	r := newRig(t, 0, 0)
	c := openConsole(t, append(r.environ(), `SAMLOGIN_USERNAME=CORP\mara`, "SAMLOGIN_PASSWORD=Correct-Horse-7"), "login")
	c.next("   3  Use verification code from app")
	c.next("Number: ")
	c.send("9\n") // there is none
	c.next("Number: ")
	c.send("3\n")
	c.next("Verification code: ")
	c.send("123456\n")
	if code := c.exit(); code != exitDone || !strings.Contains(c.seen.String(), "Profile saml is ready") {
		t.Errorf("exit %d\n%s", code, c.seen.String())
	}
}

// A token that wants its next code, and one that wants a new PIN: each thing is asked for by the page's words.
func TestNextCodeAndNewPIN(t *testing.T) {
	r := newRig(t, 0, 0)
	c := openConsole(t, append(r.environ(), `SAMLOGIN_USERNAME=CORP\nick`, "SAMLOGIN_PASSWORD=Correct-Horse-7", "SAMLOGIN_MFA_CODE=123456"), "login")
	c.next("took the code, and wants the next one")
	c.next("Next tokencode: ")
	c.send("234567\n")
	if code := c.exit(); code != exitDone {
		t.Errorf("next code: exit %d\n%s", code, c.seen.String())
	}
	c = openConsole(t, append(r.environ(), `SAMLOGIN_USERNAME=CORP\newt`, "SAMLOGIN_PASSWORD=Correct-Horse-7", "SAMLOGIN_MFA_CODE=123456"), "login")
	c.next("It must have 4 to 8 digits.")
	c.next("New PIN for your RSA SecurID token: ")
	c.send("2468\n")
	c.next("Enter the new PIN followed by the tokencode.")
	c.next("Passcode: ")
	c.send("2468123456\n")
	if code := c.exit(); code != exitDone || strings.Contains(c.seen.String(), "2468") {
		t.Errorf("new PIN: exit %d\n%s", code, c.seen.String())
	}
}
