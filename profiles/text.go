package profiles

import "context"

// SaveText changes one more text file of the person's own, such as samlogin's settings, with the care that the AWS files
// get: a lock beside it, nothing lost of what another program writes meanwhile, replaced whole or not at all, the
// symbolic link that leads to it kept. Its mode stays as it is; a new file is 0600 in a folder that must be there.
//
// edit is a function of the text alone, "" where there is no file, which finds nothing to do in a text that it made
// itself; it may be called several times, and its error ends the save. Errors besides: *UnsafeError, *LockError,
// *FileError, and the cause of a context that ended before the text was in place.
func (w *Writer) SaveText(ctx context.Context, path string, edit func(text string) (string, error)) error {
	s := w.saving()
	s.keepMode = true
	locks := &locks{saving: s}
	defer locks.release()
	at, err := locks.take(ctx, path)
	if err != nil {
		return err
	}
	if err := s.commit(ctx, at, edit); err != nil {
		return err
	}
	s.sweep(at, s.now())
	return nil
}
