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

var killedPath = flag.String("killed", "", "file of TestKillKeepsWhatWasAccepted's child")

// TestKillKeepsWhatWasAccepted kills a process, which sends as fast as it can
// and prints the ID of each message that was accepted, and then looks for all
// that it printed.
func TestKillKeepsWhatWasAccepted(t *testing.T) {
	if *killedPath != "" {
		sendForEver(t, *killedPath)
		return
	}
	path := filepath.Join(t.TempDir(), "queues")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestKillKeepsWhatWasAccepted$", "-killed="+path)
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
			_ = child.Process.Kill() // SIGKILL; what it printed before is read on
		}
	}
	_ = child.Wait()
	if len(accepted) < 300 {
		t.Fatalf("the child ended after %d messages", len(accepted))
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
		t.Errorf("%d accepted messages are lost, %d are there", len(accepted), len(messages))
	}
}

func sendForEver(t *testing.T, path string) {
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
