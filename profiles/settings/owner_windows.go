package settings

import (
	"errors"
	"io/fs"
	"unsafe"

	"golang.org/x/sys/windows"
)

// checkOwner leaves the file to the ACL it inherits: %AppData% belongs to one user on Windows.
func checkOwner(string, fs.FileInfo) error { return nil }

// changing are the rights by which a file's content, or who may change it, can be changed (Microsoft, "File Access Rights
// Constants", "Standard Access Rights").
const changing = windows.FILE_WRITE_DATA | windows.FILE_APPEND_DATA | windows.DELETE | windows.WRITE_DAC | windows.WRITE_OWNER |
	windows.GENERIC_WRITE | windows.GENERIC_ALL

// accessAllowed is the type of an entry that gives rights (winnt.h, ACCESS_ALLOWED_ACE_TYPE); inheritOnly marks one that
// counts for what is inside alone.
const (
	accessAllowed = 0
	inheritOnly   = 0x08
)

// checkIncluded refuses a file that others than this user, administrators and the system can change: outside a person's
// own folders, as in %ProgramData%, everybody may make files. The error is *UnsafeError or *ReadError.
func checkIncluded(path string) error {
	sd, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.OWNER_SECURITY_INFORMATION|windows.DACL_SECURITY_INFORMATION)
	if errors.Is(err, windows.ERROR_FILE_NOT_FOUND) || errors.Is(err, windows.ERROR_PATH_NOT_FOUND) {
		return readError(path, fs.ErrNotExist)
	}
	if err != nil {
		return readError(path, err)
	}
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return readError(path, err)
	}
	why, err := changeableBy(sd, user.User.Sid)
	if err != nil {
		return readError(path, err)
	}
	if why != "" {
		return &UnsafeError{path, why, "look through it, then let administrators alone change it: icacls"}
	}
	return nil
}

// changeableBy says who besides a user, administrators and the system can change what a security descriptor is about, ""
// if nobody.
func changeableBy(sd *windows.SECURITY_DESCRIPTOR, user *windows.SID) (why string, err error) {
	owner, _, err := sd.Owner()
	if err != nil || owner == nil {
		return "it belongs to nobody", nil
	}
	if !trusted(owner, user) {
		return "it belongs to another user", nil
	}
	list, _, err := sd.DACL()
	if err != nil || list == nil {
		return "everybody can write to it", nil
	}
	for i := range uint32(list.AceCount) {
		var ace *windows.ACCESS_ALLOWED_ACE
		if err := windows.GetAce(list, i, &ace); err != nil {
			return "", err
		}
		if ace.Header.AceType != accessAllowed || ace.Header.AceFlags&inheritOnly != 0 || ace.Mask&changing == 0 {
			continue
		}
		if !trusted((*windows.SID)(unsafe.Pointer(&ace.SidStart)), user) {
			return "others can write to it", nil
		}
	}
	return "", nil
}

// trustedInstaller owns what Windows itself installed.
const trustedInstaller = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"

func trusted(sid, user *windows.SID) bool {
	return sid.Equals(user) || sid.IsWellKnown(windows.WinLocalSystemSid) || sid.IsWellKnown(windows.WinBuiltinAdministratorsSid) ||
		sid.IsWellKnown(windows.WinCreatorOwnerRightsSid) || sid.String() == trustedInstaller
}
