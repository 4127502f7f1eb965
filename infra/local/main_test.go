package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/infra/local/cloud"
	"regulars/infra/local/cloud/cloudtest"
)

// program is a local cloud of the project's own template.
type program struct {
	endpoint, dir string
	env           map[string]string
	out           *output
	stop          func() error
}

type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// start runs the program and returns when it is ready.
func start(t *testing.T, env map[string]string) *program {
	t.Helper()
	cloudtest.Sources(t, ".")
	p := &program{endpoint: "http://127.0.0.1:" + env["PORT"], dir: env["VAR"], env: env, out: &output{}}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- realMain(ctx, func(name string) string { return env[name] }, p.out) }()
	p.stop = sync.OnceValue(func() error { cancel(); return <-ended })
	t.Cleanup(func() { _ = p.stop() })
	limit := time.After(5 * time.Minute) // a first build on a busy machine
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if response, err := http.Get(p.endpoint + "/healthz"); err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return p
			}
		}
		select {
		case err := <-ended:
			t.Fatalf("the program ended: %v\n%s", err, p.out)
		case <-limit:
			t.Fatalf("the program is not ready:\n%s", p.out)
		case <-tick.C:
		}
	}
}

// settingsFor returns the settings of a program on a free port with its own
// data folder.
func settingsFor(t *testing.T) map[string]string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return map[string]string{"PORT": port, "DEMO": "off", "VAR": t.TempDir()}
}

// putOrder puts the order of the program's welcome text on the bus and returns
// the customer's address.
func (p *program) putOrder(t *testing.T) (customer string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, "try", "order.json"))
	if err != nil {
		t.Fatal(err)
	}
	request, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, p.endpoint, strings.NewReader(`{"Entries":`+string(text)+`}`))
	request.Header.Set("X-Amz-Target", "AWSEvents.PutEvents")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, _ := io.ReadAll(response.Body); !bytes.Contains(body, []byte(`"FailedEntryCount":0`)) {
		t.Fatalf("PutEvents = %s", body)
	}
	var entries []struct{ Detail string }
	var detail struct{ Customer struct{ Email string } }
	if json.Unmarshal(text, &entries) != nil || json.Unmarshal([]byte(entries[0].Detail), &detail) != nil {
		t.Fatalf("order.json cannot be read back: %s", text)
	}
	return detail.Customer.Email
}

// messages returns the subjects of a customer's messages, and the link that
// unsubscribes them from promotions.
func (p *program) messages(t *testing.T, to string) (subjects []string, unsubscribe string) {
	t.Helper()
	response, err := http.Get(p.endpoint + "/mailbox/messages?to=" + to)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var messages []struct {
		Subject string
		Headers map[string]string
	}
	if err := json.NewDecoder(response.Body).Decode(&messages); err != nil {
		t.Fatal(err)
	}
	for _, m := range messages {
		subjects = append(subjects, m.Subject)
		unsubscribe = strings.Trim(m.Headers["List-Unsubscribe"], "<>")
	}
	return subjects, unsubscribe
}

// The test runs the project's own template: an order and its payment lead to two
// messages, the thanks and the coupon; the same events again lead to no further
// message, also after a restart; the messages' unsubscribe link works.
func TestOrderAndItsPaymentLeadToOneMessageEach(t *testing.T) {
	if testing.Short() {
		t.Skip("builds every function")
	}
	t.Chdir("../..")
	env := settingsFor(t)
	p := start(t, env)
	customer := p.putOrder(t)
	limit := time.Now().Add(30 * time.Second)
	var subjects []string
	var unsubscribe string
	for len(subjects) < 2 && time.Now().Before(limit) {
		subjects, unsubscribe = p.messages(t, customer)
	}
	if len(subjects) != 2 {
		t.Fatalf("messages to %s = %q, want the thanks and the coupon; the program printed\n%s", customer, subjects, p.out)
	}
	response, err := http.Post(unsubscribe, "application/x-www-form-urlencoded", strings.NewReader("List-Unsubscribe=One-Click"))
	if err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("POST %s = %v, %v, want 200", unsubscribe, response, err)
	} else {
		response.Body.Close()
	}
	if err := p.stop(); err != nil {
		t.Errorf("the program ended with %v, want no error", err)
	}

	order, err := os.ReadFile(filepath.Join(p.dir, "try", "order.json"))
	if err != nil {
		t.Fatal(err)
	}
	p = start(t, env)
	if err := os.WriteFile(filepath.Join(p.dir, "try", "order.json"), order, 0o600); err != nil {
		t.Fatal(err)
	}
	p.putOrder(t)
	p.idle(t)
	if again, _ := p.messages(t, customer); len(again) != 2 {
		t.Errorf("messages after the same order again = %q, want two as before", again)
	}
}

// idle waits until functions were called and, three times in a row, none of
// them is busy.
func (p *program) idle(t *testing.T) {
	t.Helper()
	tick, limit := time.NewTicker(100*time.Millisecond), time.After(30*time.Second)
	defer tick.Stop()
	for quiet := 0; quiet < 3; {
		busy, calls := 0, 0
		for _, f := range p.functions(t) {
			busy += f.Busy
			calls += f.Calls
		}
		quiet++
		if busy > 0 || calls == 0 {
			quiet = 0
		}
		select {
		case <-tick.C:
		case <-limit:
			t.Fatalf("functions are still busy:\n%s", p.out)
		}
	}
}

func (p *program) functions(t *testing.T) (list []struct{ Busy, Calls int }) {
	t.Helper()
	response, err := http.Get(p.endpoint + "/local/functions")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&list); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestStartFailsWithOneLineThatSaysWhatToDo(t *testing.T) {
	t.Chdir("../..")
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	_, port, _ := net.SplitHostPort(taken.Addr().String())
	locked := t.TempDir()
	release, err := cloud.Lock(locked)
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	tests := map[string]struct {
		env  map[string]string
		want string
	}{
		"port in use":   {map[string]string{"PORT": port, "VAR": t.TempDir()}, "port " + port + " is in use: stop the program that listens there, or choose another port, such as PORT="},
		"folder in use": {map[string]string{"PORT": port, "VAR": locked}, fmt.Sprintf("%s is in use by process %d: stop it, or set VAR", locked, os.Getpid())},
		"bad setting":   {map[string]string{"PORT": "x"}, "PORT=x"},
	}
	for name, test := range tests {
		err := realMain(t.Context(), func(name string) string { return test.env[name] }, io.Discard)
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: realMain = %v, want one line with %q", name, err, test.want)
		}
	}
	t.Chdir(t.TempDir())
	if err := realMain(t.Context(), func(string) string { return "" }, io.Discard); err == nil || !strings.Contains(err.Error(), "start this program in the project's folder") {
		t.Errorf("outside the project's folder: realMain = %v, want an error that names it", err)
	}
}

// Functions that the first build leaves out would be built after it, one program after
// another.
func TestTheFirstBuildHasTheFunctionsOfTheFirstMessages(t *testing.T) {
	script, err := os.ReadFile("../first-build.sh")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range needed {
		if !strings.Contains(string(script), " ./"+folder) {
			t.Errorf("infra/first-build.sh does not build %s", folder)
		}
	}
}
