package sts

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/samlogin/samlogin/saml"
	"github.com/samlogin/samlogin/saml/foreign"
)

// The limits of DurationSeconds (AWS API reference, AssumeRoleWithSAML), and the least value that a role's
// MaxSessionDuration can have (AWS API reference, IAM UpdateRole): below it no role refuses.
const (
	MinDuration = 15 * time.Minute
	MaxDuration = 12 * time.Hour
	MinRoleMax  = time.Hour
)

// DurationError reports a duration that cannot be read or is outside MinDuration to MaxDuration.
type DurationError struct {
	Text foreign.Text // as it was written
	Why  string
	most time.Duration
}

func (e *DurationError) Error() string { return fmt.Sprintf("duration %q: %s", e.Text, e.Why) }

// Hint says how a duration is written.
func (e *DurationError) Hint() string {
	if e.most == MaxMFASession {
		return "write 36h, 12h, 1h30m, 129600 or 129600s (seconds), from 15m to 36h"
	}
	return "write 45m, 12h, 1h30m, 43200 or 43200s (seconds), from 15m to 12h, or max"
}

// outOfRange names a range of AWS's.
func outOfRange(most time.Duration) string {
	return fmt.Sprintf("outside 15m to %s (900 to %d seconds), which is all that AWS takes", short(most), int(most/time.Second))
}

// ParseDuration reads 45m, 12h, 1h30m, 43200 (seconds), 43200s, or max, for which it returns MaxDuration and true.
// Anything else, and anything outside MinDuration to MaxDuration, is a *DurationError.
func ParseDuration(s string) (d time.Duration, max bool, err error) {
	if s == "max" {
		return MaxDuration, true, nil
	}
	d, err = parseUpTo(s, MaxDuration)
	return d, false, err
}

// ParseMFASession reads how long a session of SessionToken may last: as ParseDuration, up to MaxMFASession and
// without max.
func ParseMFASession(s string) (time.Duration, error) { return parseUpTo(s, MaxMFASession) }

func parseUpTo(s string, most time.Duration) (time.Duration, error) {
	seconds, ok := parseSeconds(s)
	if !ok {
		return 0, &DurationError{foreign.Text(s), "not readable as a duration", most}
	}
	d := time.Duration(seconds) * time.Second
	if d < MinDuration || d > most {
		return 0, &DurationError{foreign.Text(s), outOfRange(most), most}
	}
	return d, nil
}

// parseSeconds reads hours, minutes and seconds in this order, each at most once. It is stricter than
// time.ParseDuration, which takes "-1h", "1.5h", "1m1h" and "1ns".
func parseSeconds(s string) (seconds int, ok bool) {
	if n, plain := number(s); plain {
		return n, true
	}
	for _, unit := range []struct {
		letter  string
		seconds int
	}{{"h", 3600}, {"m", 60}, {"s", 1}} {
		digits, rest, found := strings.Cut(s, unit.letter)
		if !found {
			continue
		}
		n, good := number(digits)
		if !good {
			return 0, false
		}
		seconds, s, ok = seconds+n*unit.seconds, rest, true
	}
	return seconds, ok && s == ""
}

// number reads up to six ASCII digits: more than any duration needs, and too few to overflow.
func number(s string) (int, bool) {
	if s == "" || len(s) > 6 || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

func checkBetween(d, most time.Duration) error {
	if d < MinDuration || d > most {
		return &DurationError{foreign.Text(d.String()), outOfRange(most), most}
	}
	if d%time.Second != 0 {
		return &DurationError{foreign.Text(d.String()), "not a whole number of seconds", most}
	}
	return nil
}

// RaiseCommand is the AWS CLI line with which an administrator of the role's account lets sessions of the role
// last d, brought into the range that IAM allows (one to twelve hours).
func RaiseCommand(role saml.Role, d time.Duration) string {
	d = min(max(d, MinRoleMax), MaxDuration)
	name := role.Name()
	// A role's name may hold characters that PowerShell reads as its own; double quotes mean the same in sh,
	// PowerShell and cmd, as the name has none of the characters they leave alive.
	if strings.ContainsAny(name, "+=,@") {
		name = `"` + name + `"`
	}
	return fmt.Sprintf("aws iam update-role --role-name %s --max-session-duration %d", name, int(d/time.Second))
}
