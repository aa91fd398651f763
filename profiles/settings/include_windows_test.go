package settings

import (
	"errors"
	"testing"

	"golang.org/x/sys/windows"
)

// A file that others than this user, administrators and the system can change is not included (Microsoft, "Security
// Descriptor String Format": O the owner; GA all rights, FA all of a file, FR reading, WD and WO of the list and the owner,
// SD deleting, IO for what is inside alone; WD everybody, BU users, SY the system, BA administrators).
//
// security case 141
func TestWhoCanChangeAnIncludedFile(t *testing.T) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		t.Fatal(err)
	}
	me := user.User.Sid.String()
	mine := "(A;;FA;;;" + me + ")"
	for text, good := range map[string]bool{
		"O:" + me + "D:P" + mine:                          true,
		"O:SYD:P(A;;FA;;;SY)(A;;FA;;;BA)" + mine:          true,
		"O:BAD:P(A;;FR;;;WD)(A;;FR;;;BU)(A;;FA;;;BA)":     true,
		"O:BAD:P(A;OIIO;GA;;;CO)(A;;FR;;;BU)(A;;FA;;;BA)": true,
		"O:BAD:P(D;;FA;;;WD)(A;;FA;;;BA)":                 true,
		"O:BUD:P" + mine:                                  false,
		"O:BAD:P(A;;FA;;;WD)":                             false,
		"O:BAD:P(A;;GW;;;BU)" + mine:                      false,
		"O:BAD:P(A;;0x2;;;BU)" + mine:                     false,
		"O:BAD:P(A;;0x4;;;BU)" + mine:                     false,
		"O:BAD:P(A;;WD;;;WD)(A;;FR;;;WD)" + mine:          false,
		"O:BAD:P(A;;WO;;;BU)" + mine:                      false,
		"O:BAD:P(A;;SD;;;BU)(A;;FR;;;BU)" + mine:          false,
	} {
		sd, err := windows.SecurityDescriptorFromString(text)
		if err != nil {
			t.Error(text, err)
			continue
		}
		if why, err := changeableBy(sd, user.User.Sid); err != nil || (why == "") != good {
			t.Errorf("%s: %q, %v", text, why, err)
		}
	}
	open, err := windows.NewSecurityDescriptor()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(open.SetOwner(user.User.Sid, false), open.SetDACL(nil, true, false)); err != nil {
		t.Fatal(err)
	}
	if why, err := changeableBy(open, user.User.Sid); err != nil || why == "" {
		t.Errorf("no list at all, which lets everybody in: %v", err)
	}
	for list, good := range map[string]bool{"D:P" + mine: true, "D:P(A;;FA;;;WD)" + mine: false} {
		path := write(t, team)
		sd, err := windows.SecurityDescriptorFromString(list)
		if err != nil {
			t.Fatal(list, err)
		}
		acl, _, err := sd.DACL()
		if err != nil {
			t.Fatal(err)
		}
		if err := windows.SetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION|windows.PROTECTED_DACL_SECURITY_INFORMATION, nil, nil, acl, nil); err != nil {
			t.Fatal(err)
		}
		_, err = Load(including(t, "", path), true, plain)
		var unsafe *UnsafeError
		if good && err != nil || !good && !errors.As(err, &unsafe) {
			t.Errorf("%s: %v", list, err)
		}
	}
}
