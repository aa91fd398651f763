package profiles

import (
	"errors"
	"testing"
	"time"
)

func TestADurationIsWrittenIntoAProfileAndNothingElseChanges(t *testing.T) {
	for _, c := range []struct{ name, credentials, config, wantCredentials, wantConfig string }{
		{"new", "", "# mine\r\n[profile p]\r\nrole_arn = A\r\n\r\n# next\r\n[profile q]\r\nx = 1\r\n", "", "# mine\r\n[profile p]\r\nrole_arn = A\r\nduration_seconds = 7200\r\n\r\n# next\r\n[profile q]\r\nx = 1\r\n"},
		{"there", "", "[profile p]\nduration_seconds=3600\nrole_arn = A\n", "", "[profile p]\nduration_seconds = 7200\nrole_arn = A\n"},
		{"in the credentials file", "[p]\nrole_arn = A\n", "[profile p]\nregion = x\n", "[p]\nrole_arn = A\nduration_seconds = 7200\n", "[profile p]\nregion = x\n"},
		{"where it counts", "[p]\nduration_seconds = 1\n", "[profile p]\nrole_arn = A\n", "[p]\nduration_seconds = 7200\n", "[profile p]\nrole_arn = A\n"},
		{"a device", "[p]\n" + chainKeys + "mfa_serial = S\n", "", "[p]\n" + chainKeys + "mfa_serial = S\nduration_seconds = 7200\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := homeWith(t, c.credentials)
			if c.config != "" {
				h.write(h.Config, c.config, 0o600)
			}
			if err := h.writer().SetDuration(t.Context(), "p", 2*time.Hour); err != nil {
				t.Fatal(err)
			}
			if got := h.read(h.Credentials); got != c.wantCredentials {
				t.Errorf("credentials: %q", got)
			}
			if c.config != "" {
				if got := h.read(h.Config); got != c.wantConfig {
					t.Errorf("config: %q", got)
				}
			}
		})
	}
	h := homeWith(t, "[p]\n"+chainKeys)
	var broken *ChainError
	if err := h.writer().SetDuration(t.Context(), "p", time.Hour); !errors.As(err, &broken) {
		t.Errorf("got %v", err)
	}
}
