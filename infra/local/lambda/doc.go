// Package lambda runs the functions of the template as Lambda does: unmodified
// binaries that ask the Runtime API for events.
//
//   - Every process has a Runtime API of its own, on a loopback port, and works
//     on one event at a time. As many processes run as there are calls at work.
//   - A process that has answered stays warm and is the first to be used again;
//     one that was idle for some minutes is ended.
//   - A call that overruns the function's Timeout is ended by killing its
//     process, and so is what a crash leaves behind: the next call starts anew.
//   - Between calls a process is frozen: what it left running in the background
//     goes on in the next call, or never.
//   - The environment is the template's and the service's own, and nothing of
//     the person's who started the program.
//
// Not as on Lambda: memory is not limited, and where the machine has no room for
// another process, a call waits its turn. Only what the template reserves, and
// the account's 1,000, throttle.
//
// Sources: AWS Lambda Developer Guide, "Using the Lambda runtime API for custom
// runtimes", "Invoking a function asynchronously", "Request and response
// payloads" of function URLs.
package lambda
