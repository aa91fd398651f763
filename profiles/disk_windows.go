package profiles

import (
	"errors"
	"io/fs"
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

// openFlags: Windows has no named pipes in folders, and needs a privilege to make symbolic links.
const openFlags = 0

// describe gives the permission bits of a private file: on Windows the access list of the profile folder decides,
// and Create gives a file one of its own.
func describe(info fs.FileInfo) meta {
	m := meta{Mode: info.Mode()&^fs.ModePerm | 0o600, Size: info.Size(), Modified: info.ModTime(), Mine: true, Links: 1}
	if info.IsDir() {
		m.Mode |= 0o100
	}
	return m
}

// links counts the names of an open file.
func links(f *os.File, found uint64) uint64 {
	var info windows.ByHandleFileInformation
	if err := windows.GetFileInformationByHandle(windows.Handle(f.Fd()), &info); err != nil {
		return found
	}
	return uint64(info.NumberOfLinks)
}

// Create makes the file with an access list of its own (protected from inheritance): this user and the system, in
// the same call, so that there is no moment in which others can open it.
func (system) Create(path string) (file, error) {
	fail := func(err error) (file, error) { return nil, &fs.PathError{Op: "create", Path: path, Err: err} }
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return fail(err)
	}
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return fail(err)
	}
	sd, err := windows.SecurityDescriptorFromString("D:P(A;;FA;;;" + user.User.Sid.String() + ")(A;;FA;;;SY)")
	if err != nil {
		return fail(err)
	}
	sa := windows.SecurityAttributes{SecurityDescriptor: sd}
	sa.Length = uint32(unsafe.Sizeof(sa))
	handle, err := windows.CreateFile(name, windows.GENERIC_READ|windows.GENERIC_WRITE, 0, &sa, windows.CREATE_NEW, windows.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		return fail(err)
	}
	return openFile{os.NewFile(uintptr(handle), path)}, nil
}

// Rename replaces in one step, and returns when the change is on the disk.
func (system) Rename(from, to string) error {
	fail := func(err error) error { return &os.LinkError{Op: "rename", Old: from, New: to, Err: err} }
	source, err := windows.UTF16PtrFromString(from)
	if err != nil {
		return fail(err)
	}
	target, err := windows.UTF16PtrFromString(to)
	if err != nil {
		return fail(err)
	}
	if err := windows.MoveFileEx(source, target, windows.MOVEFILE_REPLACE_EXISTING|windows.MOVEFILE_WRITE_THROUGH); err != nil {
		return passing(fail(err))
	}
	return nil
}

func (system) Remove(path string) error { return passing(os.Remove(path)) }

// Open lets others do everything with the file meanwhile, renaming another one over it included: os.Open would make
// them fail as others make us.
func (system) Open(path string) (file, error) {
	fail := func(err error) (file, error) { return nil, passing(&fs.PathError{Op: "open", Path: path, Err: err}) }
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return fail(err)
	}
	handle, err := windows.CreateFile(name, windows.GENERIC_READ, windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE|windows.FILE_SHARE_DELETE, nil, windows.OPEN_EXISTING, windows.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		return fail(err)
	}
	return openFile{os.NewFile(uintptr(handle), path)}, nil
}

// SyncFolder has nothing to do: Rename writes through, and folders cannot be synced.
func (system) SyncFolder(string) error { return nil }

// noLocks recognises a network file system without locks.
func noLocks(err error) bool {
	return errors.Is(err, windows.ERROR_NOT_SUPPORTED) || errors.Is(err, windows.ERROR_INVALID_FUNCTION)
}

// cannotReplace: files are not mounted one by one on Windows.
func cannotReplace(error) bool { return false }

// passing marks an error that is gone when another program closes the file. Access is also denied, for that time, to
// a name whose file is about to be deleted.
func passing(err error) error {
	for _, violation := range []error{windows.ERROR_SHARING_VIOLATION, windows.ERROR_LOCK_VIOLATION, windows.ERROR_ACCESS_DENIED, windows.ERROR_USER_MAPPED_FILE} {
		if errors.Is(err, violation) {
			return passingError{err}
		}
	}
	return err
}

type passingError struct{ error }

func (e passingError) Unwrap() error { return e.error }

func (passingError) Is(target error) bool { return target == errPassing }

// circle recognises symbolic links that lead back to themselves.
func circle(err error) bool { return errors.Is(err, windows.ERROR_CANT_RESOLVE_FILENAME) }
