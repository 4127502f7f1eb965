package main

import (
	"fmt"
	"os"
)

// resident returns the resident memory of a process in bytes, and if it is known. A
// child's rusage does not tell: its maximum begins with the memory of its parent.
func resident(pid int) (int64, bool) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0, false
	}
	var total, pages int64
	_, err = fmt.Sscan(string(text), &total, &pages)
	return pages * int64(os.Getpagesize()), err == nil
}
