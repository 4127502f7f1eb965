package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.etcd.io/bbolt"

	"regulars/infra/local/aws"
	"regulars/infra/local/child"
	"regulars/infra/local/secrets"
	"regulars/infra/local/template"
)

// cloud is what a function needs of AWS until its first event.
type cloud struct {
	address string
	next    chan struct{} // a function has asked for its first event
	db      *bbolt.DB
	server  *http.Server
}

// serve serves the Runtime API and the template's secrets on the loopback.
func serve(dir string, t *template.Template) (*cloud, error) {
	db, err := bbolt.Open(filepath.Join(dir, "secrets.db"), 0o600, nil)
	if err != nil {
		return nil, err
	}
	store, err := secrets.New(db, t.Secrets, time.Now())
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	c := &cloud{address: listener.Addr().String(), next: make(chan struct{}), db: db}
	mux := http.NewServeMux()
	mux.Handle("POST /{$}", store)
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", func(_ http.ResponseWriter, r *http.Request) {
		c.next <- struct{}{}
		<-r.Context().Done()
	})
	c.server = &http.Server{Handler: mux}
	go func() { _ = c.server.Serve(listener) }()
	return c, nil
}

func (c *cloud) close() {
	_ = c.server.Close()
	_ = c.db.Close()
}

// start starts the program once, and adds what that cost until its first GET of /next.
func (p *program) start(ctx context.Context, c *cloud) error {
	cmd := exec.Command(p.binary) //nolint:gosec // built by this command
	cmd.Env = p.environment(c)
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := child.Start(cmd); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-c.next:
	case err := <-ended:
		return fmt.Errorf("it ended before its first event: %w\n%s", cmp.Or(err, errors.New("exit status 0")), strings.TrimSpace(log.String()))
	case <-time.After(time.Minute):
		child.Kill(cmd)
		return errors.New("it asks for no event")
	case <-ctx.Done():
		child.Kill(cmd)
		return ctx.Err()
	}
	memory, measured := resident(cmd.Process.Pid)
	child.Kill(cmd)
	if err := <-ended; err == nil {
		return errors.New("it ended instead of waiting for its first event")
	}
	p.cpu = append(p.cpu, cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
	if measured {
		p.memory = append(p.memory, memory)
	}
	return nil
}

// environment returns what Lambda and template.yaml set for the function.
func (p *program) environment(c *cloud) []string {
	env := []string{
		"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=en_US.UTF-8", "TZ=:UTC", "LAMBDA_TASK_ROOT=/var/task", "_HANDLER=bootstrap",
		"AWS_REGION=" + aws.Region, "AWS_DEFAULT_REGION=" + aws.Region, "AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local", "AWS_SESSION_TOKEN=local",
		"AWS_ENDPOINT_URL=http://" + c.address, "AWS_LAMBDA_RUNTIME_API=" + c.address, "AWS_LAMBDA_FUNCTION_NAME=" + p.name,
		"AWS_LAMBDA_FUNCTION_VERSION=$LATEST", "AWS_LAMBDA_LOG_FORMAT=JSON", "AWS_LAMBDA_INITIALIZATION_TYPE=on-demand",
	}
	for name, value := range p.env {
		env = append(env, name+"="+value)
	}
	return env
}

// median returns the median of the values, which must not be empty.
func median[T cmp.Ordered](values []T) T {
	return slices.Sorted(slices.Values(values))[len(values)/2]
}
