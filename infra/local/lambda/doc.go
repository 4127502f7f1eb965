// Package lambda emulates AWS Lambda on one machine: it runs the functions of
// the template as unmodified binaries that get their events from a Runtime API.
//
//   - Every process has its own Runtime API, on a loopback port, and handles
//     one event at a time. Each call that runs has a process of its own.
//   - After its answer a process stays warm. The process used last is used
//     first again; a process that is idle for 5 minutes is ended.
//   - If a call takes longer than the function's Timeout, its process is
//     killed. After a timeout or a crash the next call starts a new process.
//   - Between calls a process is frozen: its background work continues in the
//     next call, or never.
//   - The environment has only the variables of the template and of Lambda, and
//     none of the environment in which this program was started.
//
// Differences from Lambda: memory is not limited, and a call waits if the
// function already runs as many processes as the machine allows. Calls are
// throttled only by the template's reserved concurrency and by the account's
// limit of 1,000.
//
// Sources: AWS Lambda Developer Guide, "Using the Lambda runtime API for custom
// runtimes", "Invoking a function asynchronously", "Request and response
// payloads" of function URLs.
package lambda
