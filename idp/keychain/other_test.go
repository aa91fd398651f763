package keychain

import (
	"encoding/json"
	"errors"
	"testing"
)

// An entry belongs to the address that it was saved for: it is not handed to another one.
//
// security case 140
func TestWhatSaml2AWSKeeps(t *testing.T) {
	of := Other{Tool: "saml2aws", Account: "default", URL: "https://adfs.example.com/adfs/ls"}
	item := func(inner string) []byte {
		text, err := json.Marshal(map[string]any{"Key": "x", "Data": []byte(inner), "Label": "saml2aws Credentials", "Description": "", "KeychainNotTrustApplication": false})
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	for name, c := range map[string]struct {
		text []byte
		good bool
	}{
		"as an old one writes it": {item(`{"ServerURL":"https://adfs.example.com/adfs/ls","Username":"jane","Secret":"c4nary"}`), true},
		"without the address":     {item(`{"IdpName":"default","Username":"jane","Secret":"c4nary"}`), true},
		"another host":            {item(`{"ServerURL":"https://evil.example.com","Username":"jane","Secret":"c4nary"}`), false},
		"another port":            {item(`{"ServerURL":"https://adfs.example.com:8443","Username":"jane","Secret":"c4nary"}`), false},
		"not https":               {item(`{"ServerURL":"http://adfs.example.com","Username":"jane","Secret":"c4nary"}`), false},
		"empty":                   {item(`{"Username":"jane","Secret":""}`), false},
		"no JSON within":          {item(`c4nary`), false},
		"no JSON":                 {[]byte("c4nary"), false},
		"nothing":                 {nil, false},
	} {
		saved, err := sealedItem(c.text, of)
		if c.good && (err != nil || saved.User != "jane" || saved.Secret.Reveal() != "c4nary") || !c.good && !errors.Is(err, ErrNotFound) {
			t.Errorf("%s: %v, %v", name, saved, err)
		}
	}
}

func TestOtherToolsWithoutAKeyStore(t *testing.T) {
	none := func(string) string { return "" }
	if _, err := FromOther(t.Context(), Options{Env: none}, Other{Tool: "clisso"}); !errors.Is(err, ErrNotFound) {
		t.Errorf("a tool whose entries are of no use: %v", err)
	}
	if SystemPresent(none) {
		t.Skip("this system always has a key store")
	}
	var absent *StoreError
	if _, err := FromOther(t.Context(), Options{Env: none}, Other{Tool: "saml2aws"}); !errors.As(err, &absent) || absent.Problem != Absent {
		t.Errorf("got %v", err)
	}
}
