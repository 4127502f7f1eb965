package dynamotest

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"regulars/shared/dynamo/localengine"
)

// running is the engine of this test binary, while at least one test uses it.
var running struct {
	sync.Mutex
	users    int
	endpoint string
	stop     func()
}

// engine returns the endpoint of an engine, which it starts for the first test
// and stops after the last.
func engine(t testing.TB) string {
	t.Helper()
	running.Lock()
	defer running.Unlock()
	if running.users == 0 {
		program, err := find()
		if err != nil {
			t.Fatal(err)
		}
		running.endpoint, running.stop, err = start(program)
		if err != nil {
			t.Fatalf("start %s: %v", program.Name, err)
		}
	}
	running.users++
	t.Cleanup(func() {
		running.Lock()
		defer running.Unlock()
		if running.users--; running.users == 0 {
			running.stop()
		}
	})
	return running.endpoint
}

// find returns the engine that DYNAMODB_ENGINE names, or this machine's.
func find() (localengine.Engine, error) {
	dir, err := os.Getwd()
	if err != nil {
		return localengine.Engine{}, err
	}
	for ; ; dir = filepath.Dir(dir) { // tests run in their package's folder, below go.mod
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			return localengine.Engine{}, errors.New("no go.mod above the test: cannot find node_modules")
		}
	}
	return localengine.Find(dir, os.Getenv("DYNAMODB_ENGINE")) //nolint:forbidigo // a setting of tests; no main imports this package
}

// start runs the engine on a free loopback port, with its database in a new
// folder, and returns when it answers.
func start(program localengine.Engine) (endpoint string, stop func(), err error) {
	dir, err := os.MkdirTemp("", "dynoxide-")
	if err != nil {
		return "", nil, err
	}
	for range 3 { // another program may take the port before the engine does
		var kill func()
		if endpoint, kill, err = startOnce(program, dir); err == nil {
			return endpoint, func() { kill(); _ = os.RemoveAll(dir) }, nil
		}
	}
	_ = os.RemoveAll(dir)
	return "", nil, err
}

func startOnce(program localengine.Engine, dir string) (endpoint string, stop func(), err error) {
	address, err := freeAddress()
	if err != nil {
		return "", nil, err
	}
	_, port, _ := net.SplitHostPort(address)
	var stderr strings.Builder
	cmd, err := program.Command(port, filepath.Join(dir, "db"), false)
	if err != nil {
		return "", nil, err
	}
	cmd.Stderr = &stderr
	dieWithParent(cmd)
	started, ended := make(chan error), make(chan struct{})
	go func() {
		runtime.LockOSThread() // the engine is killed when the thread that started it ends: keep the thread
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // it ends by a signal
		}
		close(ended)
	}()
	if err := <-started; err != nil {
		return "", nil, err
	}
	stop = func() {
		if program.Name == "container" { // the client of a container passes on this signal, not SIGKILL
			_ = cmd.Process.Signal(syscall.SIGTERM)
		} else {
			_ = cmd.Process.Kill()
		}
		<-ended
	}
	for deadline := time.Now().Add(program.Waits); ; {
		select {
		case <-ended:
			return "", nil, fmt.Errorf("%s ended at once: %s", program.Name, strings.TrimSpace(stderr.String()))
		case <-time.After(2 * time.Millisecond):
		}
		if answers("http://" + address) {
			return "http://" + address, stop, nil
		}
		if time.Now().After(deadline) {
			stop()
			return "", nil, fmt.Errorf("%s does not answer at %s: %s", program.Name, address, strings.TrimSpace(stderr.String()))
		}
	}
}

// answers reports whether the endpoint answers HTTP requests, with any status.
func answers(endpoint string) bool {
	client := http.Client{Timeout: time.Second}
	res, err := client.Get(endpoint)
	if err != nil {
		return false
	}
	return res.Body.Close() == nil
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
