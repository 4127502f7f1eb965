package queue

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

var killedPath = flag.String("killed", "", "database of the child process of TestKillLosesNoAcceptedMessage")

// TestKillLosesNoAcceptedMessage starts a process that sends as fast as it can
// and prints the ID of each accepted message, kills it with SIGKILL, and checks
// that every printed message is in the database.
func TestKillLosesNoAcceptedMessage(t *testing.T) {
	if *killedPath != "" {
		sendUntilKilled(t, *killedPath)
		return
	}
	path := filepath.Join(t.TempDir(), "queues")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestKillLosesNoAcceptedMessage$", "-killed="+path)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	accepted := map[string]bool{}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		accepted[lines.Text()] = true
		if len(accepted) == 300 {
			_ = child.Process.Kill() // SIGKILL; the loop goes on to read what it printed before
		}
	}
	_ = child.Wait()
	if len(accepted) < 300 {
		t.Fatalf("the child ended after %d messages, want at least 300", len(accepted))
	}

	s, done := open(t, path, &steps{}, orders()...)
	defer done()
	messages, err := s.Peek("Orders", 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range messages {
		delete(accepted, m.ID)
	}
	if len(accepted) > 0 {
		t.Errorf("%d accepted messages are lost; the queue has %d", len(accepted), len(messages))
	}
}

func sendUntilKilled(t *testing.T, path string) {
	s, _ := open(t, path, &steps{}, orders()...)
	for range 4 {
		go func() {
			for {
				id, err := s.Send(context.Background(), "Orders", Outgoing{Body: "a"})
				if err != nil {
					return
				}
				_, _ = fmt.Fprintf(os.Stdout, "%s\n", id)
			}
		}()
	}
	time.Sleep(15 * time.Second) // the parent kills it long before
}
