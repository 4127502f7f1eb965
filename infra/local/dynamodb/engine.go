package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"regulars/infra/local/child"
)

// Binary returns the path at which npm installs dynoxide for this platform,
// below the project's root.
func Binary(root string) string {
	arch := map[string]string{"amd64": "x64"}[runtime.GOARCH]
	if arch == "" {
		arch = runtime.GOARCH
	}
	return filepath.Join(root, "node_modules", "@dynoxide", runtime.GOOS+"-"+arch, "dynoxide")
}

// Engine is a running dynoxide process. It ends when this program ends, also if
// the program is killed.
type Engine struct {
	Endpoint string // such as "http://127.0.0.1:39121"
	cmd      *exec.Cmd
	exited   chan struct{}
}

// Start starts the engine on a free loopback port, with its data in the file
// db and its output in the file log, and returns when it answers.
//
// It returns an error if the binary is missing, if the engine ends, or if it
// does not answer within 10 seconds; the error says what to do or names the
// log.
func Start(ctx context.Context, binary, db, log string) (*Engine, error) {
	if _, err := os.Stat(binary); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is missing: run `npm ci --ignore-scripts`, or set DYNAMODB_ENDPOINT to another DynamoDB (dynoxide comes for linux-x64)", binary)
	}
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open the log of dynoxide: %w", err)
	}
	defer func() { _ = out.Close() }() // dynoxide has its own descriptor
	port, err := freePort()
	if err != nil {
		return nil, fmt.Errorf("find a free port for dynoxide: %w", err)
	}
	e := &Engine{Endpoint: "http://127.0.0.1:" + port, exited: make(chan struct{})}
	e.cmd = exec.Command(binary, "--host", "127.0.0.1", "--port", port, "--db-path", db)
	e.cmd.Stdout, e.cmd.Stderr = out, out
	e.cmd.Env = []string{"HOME=" + os.TempDir()}
	if err := child.Start(e.cmd); err != nil {
		return nil, fmt.Errorf("start dynoxide: %w", err)
	}
	go func() { _ = e.cmd.Wait(); close(e.exited) }()
	if err := e.ready(ctx); err != nil {
		e.Stop()
		return nil, fmt.Errorf("dynoxide: %w; its log is %s", err, log)
	}
	return e, nil
}

// freePort returns a loopback port on which no program listens. If another
// program takes it before dynoxide does, dynoxide ends and Start returns an
// error.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer func() { _ = l.Close() }()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// ready waits until the engine answers an HTTP request, with any status.
func (e *Engine) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, e.Endpoint, nil)
		if err != nil {
			return err
		}
		if response, err := http.DefaultClient.Do(request); err == nil {
			return response.Body.Close()
		}
		select {
		case <-e.exited:
			return fmt.Errorf("it ended at its start: %s", e.cmd.ProcessState)
		case <-ctx.Done():
			return errors.New("it did not answer within 10 s")
		case <-tick.C:
		}
	}
}

// PID returns the process ID of the engine.
func (e *Engine) PID() int { return e.cmd.Process.Pid }

// Exited returns a channel that is closed when the engine has ended, by Stop or
// by itself.
func (e *Engine) Exited() <-chan struct{} { return e.exited }

// Stop ends the engine: it asks the process to stop, and kills it after two
// seconds. The data survives both.
func (e *Engine) Stop() {
	child.Stop(e.cmd)
	select {
	case <-e.exited:
	case <-time.After(2 * time.Second):
		child.Kill(e.cmd)
		<-e.exited
	}
}
