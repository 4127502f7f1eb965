package lambda_test

import "syscall"

// nilSignal only checks whether a process exists.
const nilSignal = syscall.Signal(0)
