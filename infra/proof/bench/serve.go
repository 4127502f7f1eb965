package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"go.etcd.io/bbolt"

	"regulars/infra/local/aws"
	"regulars/infra/local/child"
	"regulars/infra/local/ses"
	"regulars/infra/local/trail"
)

// server is a process of the bench: this program, started with -serve, so that its
// cost is not counted as the sender's.
type server struct {
	endpoint string
	cmd      *exec.Cmd
}

// start starts a server process and returns when it listens.
func start(what string, args ...string) (*server, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(program, append([]string{"-serve", what}, args...)...)
	cmd.Stderr = os.Stderr
	cmd.Env = withoutCollection()
	said, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := child.Start(cmd); err != nil {
		return nil, fmt.Errorf("start %s: %w", what, err)
	}
	line, err := bufio.NewReader(said).ReadString('\n')
	if err != nil {
		_ = cmd.Wait()
		return nil, fmt.Errorf("start %s: %w", what, err)
	}
	return &server{strings.TrimSpace(line), cmd}, nil
}

func (s *server) pid() int { return s.cmd.Process.Pid }

func (s *server) stop() {
	child.Kill(s.cmd)
	_ = s.cmd.Wait()
}

// serve runs a server process: it prints its address and answers until it is killed.
func serve(ctx context.Context, what string, args []string, out io.Writer) error {
	var handler http.Handler
	var err error
	switch what {
	case "ses":
		handler, err = localSES(args[0])
	case "floor":
		handler, err = canned(args[0])
	default:
		err = fmt.Errorf("-serve %s: unknown server", what)
	}
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "http://%s\n", listener.Addr())
	return (&http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}).Serve(listener)
}

// localSES returns the local cloud's SES without limits, whose events are discarded.
func localSES(file string) (http.Handler, error) {
	db, err := bbolt.Open(file, 0o600, &bbolt.Options{NoSync: true, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType}) // as the local cloud opens it
	if err != nil {
		return nil, err
	}
	return ses.New(db, nobody{}, nobody{}, ses.Config{
		MaxSendRate: 1e9, Max24HourSend: 1e12,
		Identities: []ses.Identity{{Name: "example.com"}},
		ConfigurationSets: []ses.ConfigurationSet{{Name: configurationSet, EventDestinations: []ses.EventDestination{
			{Name: "bus", Types: []string{"DELIVERY"}, Bus: "default"},
		}}},
	})
}

type nobody struct{}

func (nobody) Put(context.Context, string, aws.Event, string) error { return nil }
func (nobody) Record(trail.Step)                                    {}

// canned answers each operation with its recorded answers, in turn.
func canned(file string) (http.Handler, error) {
	written, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	recorded := map[string][]answer{}
	if err := json.Unmarshal(written, &recorded); err != nil {
		return nil, err
	}
	if len(recorded) == 0 {
		return nil, errors.New("nothing was recorded")
	}
	return newFloor(recorded), nil
}
