package cloud

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Lock locks a folder for this program; it returns an error if another program
// holds the lock. The lock ends with the program, also if the program is
// killed.
func Lock(dir string) (release func(), err error) {
	path := filepath.Join(dir, "lock")
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		owner, _ := os.ReadFile(path)
		_ = file.Close()
		return nil, fmt.Errorf("%s is in use by process %s: stop it, or set VAR to another folder and PORT to another port", dir, strings.TrimSpace(string(owner)))
	}
	_ = file.Truncate(0) // the content is for people only
	_, _ = fmt.Fprintln(file, os.Getpid())
	return func() { _ = file.Close() }, nil
}
