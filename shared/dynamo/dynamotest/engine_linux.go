package dynamotest

import (
	"os/exec"
	"syscall"
)

// dieWithParent makes the kernel kill the engine when the test process ends,
// also if it is killed.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
