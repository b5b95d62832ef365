package store

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// lockFile takes the advisory lock of a file, which the system releases when
// the process ends, however it ends. errLocked: another one has it.
func lockFile(path string) (release func() error, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock file: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = errLocked
		}
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	// Whoever had the lock may have removed the file meanwhile; then the lock
	// is on a file that nobody else will find.
	here, err := f.Stat()
	if err == nil {
		var there os.FileInfo
		if there, err = os.Stat(path); err == nil && os.SameFile(here, there) {
			return f.Close, nil
		}
	}
	if err == nil || errors.Is(err, os.ErrNotExist) {
		err = errLocked
	}
	return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
}
