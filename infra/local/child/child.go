// Package child starts processes that do not outlive this one, however it ends.
//
// Each child leads a process group of its own, so that Ctrl-C reaches this
// program only and whatever a child has started ends with it. On Linux the
// kernel kills a child when its parent dies, even by SIGKILL.
package child

import (
	"os/exec"
	"runtime"
	"sync"
	"syscall"
)

// The kernel ties a child to the thread that started it, and not to the
// process (prctl(2), PR_SET_PDEATHSIG): all are started on one thread, which
// is never given back.
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

// Start starts the command as cmd.Start does.
func Start(cmd *exec.Cmd) error {
	cmd.SysProcAttr = attributes()
	done := make(chan error)
	starts() <- func() { done <- cmd.Start() }
	return <-done
}

// Ended reports whether a started command's process is gone, which the kernel
// knows before whoever waits for the command has heard of it.
func Ended(cmd *exec.Cmd) bool { return cmd.Process.Signal(syscall.Signal(0)) != nil }

// Kill ends a started command and its group at once. The caller still waits.
func Kill(cmd *exec.Cmd) { signal(cmd, syscall.SIGKILL) }

// Freeze stops a started command's group where it is, until Thaw.
func Freeze(cmd *exec.Cmd) { signal(cmd, syscall.SIGSTOP) }

// Thaw lets a frozen command go on.
func Thaw(cmd *exec.Cmd) { signal(cmd, syscall.SIGCONT) }

// Stop asks a started command to end.
func Stop(cmd *exec.Cmd) { signal(cmd, syscall.SIGTERM) }

func signal(cmd *exec.Cmd, s syscall.Signal) {
	if cmd.Process != nil {
		_ = syscall.Kill(-cmd.Process.Pid, s)
	}
}
