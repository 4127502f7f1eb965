package dynamotest

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// running is the engine of this test binary, while at least one test uses it.
var running struct {
	sync.Mutex
	users    int
	endpoint string
	stop     func()
}

// engine returns the endpoint of dynoxide, which it starts for the first test
// and stops after the last.
func engine(t testing.TB) string {
	t.Helper()
	running.Lock()
	defer running.Unlock()
	if running.users == 0 {
		binary, err := find()
		if err != nil {
			t.Fatal(err)
		}
		running.endpoint, running.stop, err = start(binary)
		if err != nil {
			t.Fatalf("start dynoxide: %v", err)
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

// find returns the path of the binary that package-lock.json pins for this
// platform.
func find() (string, error) {
	platform := runtime.GOOS + "-" + strings.Replace(runtime.GOARCH, "amd64", "x64", 1)
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) { // tests run in their package's folder, below go.mod
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("no go.mod above the test: cannot find node_modules")
		}
	}
	binary := filepath.Join(dir, "node_modules", "@dynoxide", platform, "dynoxide")
	if _, err := os.Stat(binary); err != nil {
		return "", fmt.Errorf("%s is missing: run `npm ci --ignore-scripts` in %s, or set DYNAMODB_ENDPOINT", binary, dir)
	}
	return binary, nil
}

// start runs the engine on a free loopback port, with its database in a new
// folder, and returns when it answers.
func start(binary string) (endpoint string, stop func(), err error) {
	dir, err := os.MkdirTemp("", "dynoxide-")
	if err != nil {
		return "", nil, err
	}
	for range 3 { // another program may take the port before the engine does
		var kill func()
		if endpoint, kill, err = startOnce(binary, dir); err == nil {
			return endpoint, func() { kill(); _ = os.RemoveAll(dir) }, nil
		}
	}
	_ = os.RemoveAll(dir)
	return "", nil, err
}

func startOnce(binary, dir string) (endpoint string, stop func(), err error) {
	address, err := freeAddress()
	if err != nil {
		return "", nil, err
	}
	_, port, _ := net.SplitHostPort(address)
	var stderr strings.Builder
	cmd := exec.Command(binary, "--host", "127.0.0.1", "--port", port, "--db-path", filepath.Join(dir, "db"))
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
	stop = func() { _ = cmd.Process.Kill(); <-ended }
	for deadline := time.Now().Add(10 * time.Second); ; {
		select {
		case <-ended:
			return "", nil, fmt.Errorf("%s ended at once: %s", binary, strings.TrimSpace(stderr.String()))
		case <-time.After(2 * time.Millisecond):
		}
		if answers("http://" + address) {
			return "http://" + address, stop, nil
		}
		if time.Now().After(deadline) {
			stop()
			return "", nil, fmt.Errorf("%s does not answer at %s: %s", binary, address, strings.TrimSpace(stderr.String()))
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
