package dynamodb

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"time"

	"regulars/infra/local/child"
	"regulars/shared/dynamo/localengine"
)

// Engine is a running process of a local DynamoDB. It ends when this program ends, also if
// the program is killed.
type Engine struct {
	Endpoint string // such as "http://127.0.0.1:39121"
	program  localengine.Engine
	cmd      *exec.Cmd
	exited   chan struct{}
}

// Start starts an engine on a free loopback port, with its data in db and its
// output in the file log, and returns when it answers. root and name choose the
// engine, see [localengine.Find].
//
// It returns an error if this machine has no engine, if the engine ends, or if it
// does not answer in time; the error says what to do or names the log.
func Start(ctx context.Context, root, name, db, log string) (*Engine, error) {
	program, err := localengine.Find(root, name)
	if err != nil {
		return nil, err
	}
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, fmt.Errorf("open the log of %s: %w", program.Name, err)
	}
	defer func() { _ = out.Close() }() // the engine has its own descriptor
	port, err := freePort()
	if err != nil {
		return nil, fmt.Errorf("find a free port for %s: %w", program.Name, err)
	}
	e := &Engine{Endpoint: "http://127.0.0.1:" + port, program: program, exited: make(chan struct{})}
	if e.cmd, err = program.Command(port, db, true); err != nil {
		return nil, fmt.Errorf("start %s: %w", program.Name, err)
	}
	e.cmd.Stdout, e.cmd.Stderr = out, out
	if err := child.Start(e.cmd); err != nil {
		return nil, fmt.Errorf("start %s: %w", program.Name, err)
	}
	go func() { _ = e.cmd.Wait(); close(e.exited) }()
	if err := e.ready(ctx); err != nil {
		e.Stop()
		return nil, fmt.Errorf("%s: %w; its log is %s", program.Name, err, log)
	}
	return e, nil
}

// freePort returns a loopback port on which no program listens. If another
// program takes it before the engine does, the engine ends and Start returns an
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
	ctx, cancel := context.WithTimeout(ctx, e.program.Waits)
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
			return fmt.Errorf("it did not answer within %s", e.program.Waits)
		case <-tick.C:
		}
	}
}

// Name returns which engine it is.
func (e *Engine) Name() string { return e.program.Name }

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
