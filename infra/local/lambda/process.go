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

// process is one running copy of a function, with the Runtime API that it asks.
type process struct {
	f      *function
	cmd    *exec.Cmd
	server *http.Server
	out    *output
	asks   chan *call    // handed over when the process asks for its next event
	began  chan struct{} // closed when cmd is started
	ready  chan struct{} // closed when it asks for the first time
	exited chan struct{} // closed when it has ended and its output is read
	how    string        // after exited: "exit status 1", "signal: killed"
	fault  chan []byte   // what it reported of a failed start
	since  time.Time
	used   time.Time // when it last answered
	calls  callBox
}

// call is one event on its way through a process.
type call struct {
	request
	taken  chan time.Time // when the process took it; room for one
	answer chan answer    // room for one
}

// answer is what a process gave back. Failed: as an error.
type answer struct {
	payload     []byte
	failed      bool
	contentType string
}

// launch starts a process. It is at work when ready is closed.
func (f *function) launch() (*process, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("runtime API of %s: %w", f.Name, err)
	}
	p := &process{
		f: f, out: f.log.writer(), since: time.Now(),
		asks: make(chan *call), began: make(chan struct{}), ready: make(chan struct{}), exited: make(chan struct{}), fault: make(chan []byte, 1),
	}
	p.server = &http.Server{Handler: p.api()}
	go func() { _ = p.server.Serve(listener) }()

	p.cmd = exec.Command(f.Binary)
	p.cmd.Env = f.environment(listener.Addr().String(), f.starts.Add(1))
	p.cmd.Dir = os.TempDir() // a function may write to /tmp only: let it not find the project
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	p.cmd.WaitDelay = time.Second
	if err := child.Start(p.cmd); err != nil {
		_ = p.server.Close()
		return nil, fmt.Errorf("start %s: %w", f.Name, err)
	}
	close(p.began)
	go func() {
		_ = p.cmd.Wait()
		p.how = p.cmd.ProcessState.String()
		p.out.flush()
		_ = p.server.Close()
		close(p.exited)
	}()
	return p, nil
}

// kill ends the process and waits until it is gone.
func (p *process) kill() {
	child.Kill(p.cmd)
	<-p.exited
}

// environment is what the process finds: the service's variables, and the
// template's above them. Nothing is handed on from this program's own, so that
// no setting or credential of the person's leaks in.
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
