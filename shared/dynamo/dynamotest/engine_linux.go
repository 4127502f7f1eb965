package dynamotest

import (
	"os/exec"
	"syscall"
)

// dieWithParent has the kernel kill the engine when the tests die, however they
// do.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
