package lambda

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"time"

	"regulars/infra/local/child"
)

// process is one running process of a function, with its Runtime API.
type process struct {
	f          *function
	cmd        *exec.Cmd
	server     *http.Server
	out        *output
	incoming   chan *call    // unbuffered; received when the process requests its next event
	began      chan struct{} // closed when cmd is started
	ready      chan struct{} // closed when it requests its first event
	exited     chan struct{} // closed when it has ended and its output is read
	exitStatus string        // after exited: "exit status 1", "signal: killed"
	initError  chan []byte   // the error it reported about its start; buffer of 1
	since      time.Time     // when it was started
	used       time.Time     // when it last answered
	calls      callBox
}

// call is one event that a process handles.
type call struct {
	request
	taken  chan time.Time // when the process received it; buffer of 1
	answer chan answer    // buffer of 1
}

// answer is the answer of a process to one event: a result, or an error.
type answer struct {
	payload     []byte
	failed      bool
	contentType string
}

// launch starts a process. The process accepts events when ready is closed.
func (f *function) launch() (*process, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("runtime API of %s: %w", f.Name, err)
	}
	p := &process{
		f: f, out: f.log.writer(), since: time.Now(),
		incoming: make(chan *call), began: make(chan struct{}), ready: make(chan struct{}), exited: make(chan struct{}), initError: make(chan []byte, 1),
	}
	p.server = &http.Server{Handler: p.api()}
	go func() { _ = p.server.Serve(listener) }()

	p.cmd = exec.Command(f.Binary)
	p.cmd.Env = f.environment(listener.Addr().String(), f.starts.Add(1))
	p.cmd.Dir = os.TempDir() // a function may write to /tmp only, and must not find the project's files
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	p.cmd.WaitDelay = time.Second
	if err := child.Start(p.cmd); err != nil {
		_ = p.server.Close()
		return nil, fmt.Errorf("start %s: %w", f.Name, err)
	}
	close(p.began)
	go func() {
		_ = p.cmd.Wait()
		p.exitStatus = p.cmd.ProcessState.String()
		p.out.flush()
		_ = p.server.Close()
		close(p.exited)
	}()
	return p, nil
}

// kill kills the process and waits until it has ended.
func (p *process) kill() {
	child.Kill(p.cmd)
	<-p.exited
}

// environment returns the environment of a process: the variables of Lambda,
// overridden by those of the template. It passes on nothing of this program's
// own environment, so that no setting or credential of the user leaks in.
func (f *function) environment(runtimeAPI string, stream int64) []string {
	vars := map[string]string{
		"PATH":                            "/usr/local/bin:/usr/bin:/bin",
		"LANG":                            "en_US.UTF-8",
		"TZ":                              ":UTC",
		"LAMBDA_TASK_ROOT":                "/var/task",
		"_HANDLER":                        f.Handler,
		"AWS_REGION":                      region,
		"AWS_DEFAULT_REGION":              region,
		"AWS_ACCESS_KEY_ID":               "local",
		"AWS_SECRET_ACCESS_KEY":           "local",
		"AWS_CONFIG_FILE":                 os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE":     os.DevNull,
		"AWS_EC2_METADATA_DISABLED":       "true",
		"AWS_ENDPOINT_URL":                f.host.options.Endpoint,
		"AWS_LAMBDA_RUNTIME_API":          runtimeAPI,
		"AWS_LAMBDA_FUNCTION_NAME":        f.Name,
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(f.MemoryMB),
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME":       "/aws/lambda/" + f.Name,
		"AWS_LAMBDA_LOG_STREAM_NAME":      fmt.Sprintf("%s/[$LATEST]%d", time.Now().UTC().Format("2006/01/02"), stream),
		"AWS_LAMBDA_LOG_FORMAT":           f.LogFormat,
	}
	if f.LogLevel != "" {
		vars["AWS_LAMBDA_LOG_LEVEL"] = f.LogLevel
	}
	if f.host.options.DynamoDB != "" {
		vars["AWS_ENDPOINT_URL_DYNAMODB"] = f.host.options.DynamoDB
	}
	for name, value := range f.Env {
		vars[name] = value
	}
	var out []string
	for name, value := range vars {
		out = append(out, name+"="+value)
	}
	return out
}
