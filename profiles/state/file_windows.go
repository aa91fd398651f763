package state

import (
	"errors"
	"io/fs"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// openFlags: Windows has no named pipes in folders, and needs a privilege to make symbolic links.
const openFlags = 0

// openOwn lets others do everything with the file meanwhile, renaming another one over it included.
func openOwn(path string) (*os.File, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	handle, err := windows.CreateFile(name, windows.GENERIC_READ, windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE|windows.FILE_SHARE_DELETE, nil,
		windows.OPEN_EXISTING, windows.FILE_ATTRIBUTE_NORMAL|windows.FILE_FLAG_OPEN_REPARSE_POINT, 0)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return os.NewFile(uintptr(handle), path), nil
}

// ownAlone is an access list, protected from inheritance, of this user and the system. flags are those by which what
// is made in a folder gets the same.
func ownAlone(flags string) (*windows.SecurityAttributes, error) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return nil, err
	}
	sd, err := windows.SecurityDescriptorFromString("D:P(A;" + flags + ";FA;;;" + user.User.Sid.String() + ")(A;" + flags + ";FA;;;SY)")
	if err != nil {
		return nil, err
	}
	sa := &windows.SecurityAttributes{SecurityDescriptor: sd}
	sa.Length = uint32(unsafe.Sizeof(*sa))
	return sa, nil
}

// createOwn makes the file with its access list in the same call, so that there is no moment in which others can open it.
func createOwn(path string) (*os.File, error) {
	fail := func(err error) (*os.File, error) { return nil, &fs.PathError{Op: "create", Path: path, Err: err} }
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return fail(err)
	}
	sa, err := ownAlone("")
	if err != nil {
		return fail(err)
	}
	handle, err := windows.CreateFile(name, windows.GENERIC_READ|windows.GENERIC_WRITE, 0, sa, windows.CREATE_NEW, windows.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		return fail(err)
	}
	return os.NewFile(uintptr(handle), path), nil
}

func makeOwnFolder(path string) error {
	fail := func(err error) error { return &fs.PathError{Op: "mkdir", Path: path, Err: err} }
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return fail(err)
	}
	sa, err := ownAlone("OICI")
	if err != nil {
		return fail(err)
	}
	if err := windows.CreateDirectory(name, sa); err != nil {
		return fail(err)
	}
	return nil
}

const (
	replaceTries = 100 // a second: an antivirus program or another samlogin may have the old file open
	replacePause = 10 * time.Millisecond
)

// replace puts a file in the place of another one, in one step.
func replace(from, to string) error {
	source, err := windows.UTF16PtrFromString(from)
	if err != nil {
		return err
	}
	target, err := windows.UTF16PtrFromString(to)
	if err != nil {
		return err
	}
	for try := 1; ; try++ {
		err := windows.MoveFileEx(source, target, windows.MOVEFILE_REPLACE_EXISTING)
		passing := errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_ACCESS_DENIED)
		if err == nil {
			return nil
		}
		if !passing || try == replaceTries {
			return &os.LinkError{Op: "rename", Old: from, New: to, Err: err}
		}
		<-time.After(replacePause)
	}
}

// exposed has nothing to find: what is made here has an access list of its own, and above it that of the user's
// profile folder keeps others out.
func exposed(fs.FileInfo) string { return "" }
