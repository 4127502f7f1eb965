// Package child starts child processes that do not outlive this program, even
// if this program is killed.
//
// Each child leads a process group of its own. So Ctrl-C reaches only this
// program, and a signal to the group reaches the processes that the child has
// started as well. On Linux the kernel kills a child when its parent dies, even
// by SIGKILL.
package child

import (
	"os/exec"
	"runtime"
	"sync"
	"syscall"
)

// starts returns the channel of a goroutine that runs functions on one OS
// thread, which never ends. The kernel kills a child when the thread that
// started it ends, not only when the process ends (prctl(2), PR_SET_PDEATHSIG);
// so all children start on this thread.
var starts = sync.OnceValue(func() chan<- func() {
	work := make(chan func())
	go func() {
		runtime.LockOSThread()
		for do := range work {
			do()
		}
	}()
	return work
})

// Start starts the command like cmd.Start, as a child that ends with this
// program. It overwrites cmd.SysProcAttr.
func Start(cmd *exec.Cmd) error {
	cmd.SysProcAttr = attributes()
	done := make(chan error)
	starts() <- func() { done <- cmd.Start() }
	return <-done
}

// Ended reports whether the process of a started command has ended. It asks the
// kernel, so it can return true before cmd.Wait has returned.
func Ended(cmd *exec.Cmd) bool { return cmd.Process.Signal(syscall.Signal(0)) != nil }

// Kill sends SIGKILL to a started command and its group. The caller must still
// call cmd.Wait.
func Kill(cmd *exec.Cmd) { signal(cmd, syscall.SIGKILL) }

// Freeze suspends a started command and its group until Thaw (SIGSTOP).
func Freeze(cmd *exec.Cmd) { signal(cmd, syscall.SIGSTOP) }

// Thaw resumes a frozen command and its group (SIGCONT).
func Thaw(cmd *exec.Cmd) { signal(cmd, syscall.SIGCONT) }

// Stop sends SIGTERM to a started command and its group.
func Stop(cmd *exec.Cmd) { signal(cmd, syscall.SIGTERM) }

func signal(cmd *exec.Cmd, s syscall.Signal) {
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, s)
	}
}
