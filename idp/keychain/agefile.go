package keychain

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"filippo.io/age"
	"github.com/gofrs/flock"

	"github.com/samlogin/samlogin/saml/secret"
)

// ageFile keeps all secrets in one file, encrypted with a passphrase by age (age-encryption.org/v1). Every secret is
// stored with its key, so that none can be passed off for another. An older copy of the whole file put back in its place
// is not noticed.
type ageFile struct {
	path       string
	passphrase func(ctx context.Context, confirm bool) (secret.Text, error)
	work       int // scrypt's work factor as a power of two, 0: age's own. Tests cannot wait.

	mu    sync.Mutex
	known secret.Text
}

const (
	ageBytes    = 1 << 20
	ageLockWait = 10 * time.Second
	agePause    = 20 * time.Millisecond
	ageVersion  = 1
)

// vaultContent is what is inside the encryption.
type vaultContent struct {
	Version int           `json:"version"`
	Secrets []vaultSecret `json:"secrets"`
}

type vaultSecret struct {
	Key   string `json:"key"`
	Entry string `json:"entry"`
}

func (a *ageFile) Name() string { return a.path }

func (a *ageFile) fail(problem Problem, err error) error {
	return &StoreError{Store: a.path, Problem: problem, Err: err}
}

func (a *ageFile) Get(ctx context.Context, k Key) (Entry, error) {
	content, _, err := a.read(ctx)
	if err != nil {
		return Entry{}, err
	}
	for _, s := range content.Secrets {
		if s.Key == k.address() {
			e, err := decode(secret.New(s.Entry))
			if err != nil {
				return Entry{}, a.fail(Broken, err)
			}
			return e, nil
		}
	}
	return Entry{}, ErrNotFound
}

func (a *ageFile) Set(ctx context.Context, k Key, e Entry) error {
	return a.change(ctx, func(c *vaultContent) error {
		c.drop(k)
		c.Secrets = append(c.Secrets, vaultSecret{k.address(), e.encode().Reveal()})
		return nil
	})
}

func (a *ageFile) Delete(ctx context.Context, k Key) error {
	return a.change(ctx, func(c *vaultContent) error {
		if !c.drop(k) {
			return ErrNotFound
		}
		return nil
	})
}

func (c *vaultContent) drop(k Key) bool {
	before := len(c.Secrets)
	c.Secrets = slices.DeleteFunc(c.Secrets, func(s vaultSecret) bool { return s.Key == k.address() })
	return len(c.Secrets) < before
}

func (a *ageFile) List(ctx context.Context) ([]Key, error) {
	content, _, err := a.read(ctx)
	if err != nil {
		return nil, err
	}
	var keys []Key
	for _, s := range content.Secrets {
		if k, ok := keyOf(s.Key); ok {
			keys = append(keys, k)
		}
	}
	return keys, nil
}

// read decrypts the file. there is false where there is none, which is an empty one.
func (a *ageFile) read(ctx context.Context) (content vaultContent, there bool, err error) {
	text, err := a.readFile()
	if errors.Is(err, fs.ErrNotExist) {
		return vaultContent{Version: ageVersion}, false, nil
	}
	if err != nil {
		return content, false, err
	}
	pass, err := a.phrase(ctx, false)
	if err != nil {
		return content, true, err
	}
	identity, err := age.NewScryptIdentity(pass.Reveal())
	if err != nil {
		return content, true, a.fail(WrongPassphrase, err)
	}
	plain, err := age.Decrypt(bytes.NewReader(text), identity)
	var mismatch *age.NoIdentityMatchError
	if errors.As(err, &mismatch) {
		return content, true, a.fail(WrongPassphrase, nil)
	}
	var inside []byte
	if err == nil {
		inside, err = io.ReadAll(io.LimitReader(plain, ageBytes))
	}
	defer clear(inside)
	if err != nil {
		return content, true, a.fail(Broken, errors.New("it is damaged"))
	}
	if err := json.Unmarshal(inside, &content); err != nil || content.Version != ageVersion {
		return vaultContent{}, true, a.fail(Broken, errors.New("it was not written by this version of samlogin"))
	}
	return content, true, nil
}

// readFile reads the file, if it is one that only its owner can read.
func (a *ageFile) readFile() ([]byte, error) {
	info, err := os.Lstat(a.path)
	if err != nil {
		return nil, fmt.Errorf("%w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, a.fail(Unsafe, errors.New("it is not a regular file"))
	}
	f, err := openOwn(a.path)
	if err != nil {
		return nil, a.fail(Broken, errors.New("it cannot be opened"))
	}
	defer func() { _ = f.Close() }()
	if info, err = f.Stat(); err != nil {
		return nil, a.fail(Broken, errors.New("it cannot be read"))
	}
	if why := exposed(info); why != "" {
		return nil, a.fail(Unsafe, errors.New(why))
	}
	text, err := io.ReadAll(io.LimitReader(f, ageBytes+1))
	if err != nil || len(text) > ageBytes {
		return nil, a.fail(Broken, errors.New("it cannot be read, or is too large"))
	}
	return text, nil
}

// phrase is the passphrase, asked for once.
func (a *ageFile) phrase(ctx context.Context, confirm bool) (secret.Text, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.known.Empty() {
		return a.known, nil
	}
	pass, err := a.passphrase(ctx, confirm)
	if err == nil && pass.Empty() {
		err = a.fail(WrongPassphrase, nil)
	}
	if err == nil {
		a.known = pass
	}
	return pass, err
}

// change changes what is in the file, under a lock beside it.
func (a *ageFile) change(ctx context.Context, change func(*vaultContent) error) error {
	if err := os.MkdirAll(filepath.Dir(a.path), 0o700); err != nil {
		return a.fail(Broken, errors.New("its folder cannot be made"))
	}
	// Asked before the lock is taken: nobody waits for somebody's typing.
	_, err := os.Lstat(a.path)
	if _, err := a.phrase(ctx, errors.Is(err, fs.ErrNotExist)); err != nil {
		return err
	}
	wait, cancel := context.WithTimeout(ctx, ageLockWait)
	defer cancel()
	lock := flock.New(a.path+".lock", flock.SetPermissions(0o600))
	if held, err := lock.TryLockContext(wait, agePause); err != nil || !held {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return a.fail(Slow, nil)
	}
	defer func() { _ = lock.Unlock() }()
	content, _, err := a.read(ctx)
	if err != nil {
		return err
	}
	if err := change(&content); err != nil {
		return err
	}
	if len(content.Secrets) == 0 { // an empty file would still ask for its passphrase
		if err := os.Remove(a.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return a.fail(Broken, errors.New("it is empty now, and cannot be removed"))
		}
		return nil
	}
	return a.write(ctx, content)
}

func (a *ageFile) write(ctx context.Context, content vaultContent) (err error) {
	pass, err := a.phrase(ctx, true)
	if err != nil {
		return err
	}
	recipient, err := age.NewScryptRecipient(pass.Reveal())
	if err != nil {
		return a.fail(WrongPassphrase, err)
	}
	if a.work > 0 {
		recipient.SetWorkFactor(a.work)
	}
	inside, err := json.Marshal(content)
	if err != nil {
		return a.fail(Broken, err)
	}
	defer clear(inside)
	var sealed bytes.Buffer
	to, err := age.Encrypt(&sealed, recipient)
	if err == nil {
		_, err = to.Write(inside)
	}
	if err == nil {
		err = to.Close()
	}
	if err == nil {
		err = replaceFile(a.path, sealed.Bytes())
	}
	if err != nil {
		return a.fail(Broken, err)
	}
	return nil
}

// replaceFile writes a file beside another one, and puts it in its place. It is for its owner only from the first moment.
func replaceFile(path string, text []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*.tmp") // O_EXCL, mode 0600
	if err != nil {
		return errors.New("a file beside it cannot be made")
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}
