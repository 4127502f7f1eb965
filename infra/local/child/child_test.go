package child_test

import (
	"bufio"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"regulars/infra/local/child"
)

// TestMain makes the test binary a parent of its own: with PARENT set it starts
// a child, tells its process ID, and waits to be killed.
func TestMain(m *testing.M) {
	if os.Getenv("PARENT") == "" {
		os.Exit(m.Run())
	}
	cmd := exec.Command("sleep", "60")
	if err := child.Start(cmd); err != nil {
		panic(err)
	}
	println(cmd.Process.Pid)
	time.Sleep(time.Minute)
}

// A child must not outlive its parent, even one that is killed by SIGKILL and
// has no time to do anything about it.
func TestChildDiesWithItsParent(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the kernel kills orphans on Linux only")
	}
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), "PARENT=1")
	out, err := parent.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatalf("the parent said %q, want its child's process ID", line)
	}
	if !runs(pid) {
		t.Fatalf("child %d does not run", pid)
	}
	_ = parent.Process.Kill()
	_ = parent.Wait()
	limit := time.After(5 * time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for runs(pid) {
		select {
		case <-tick.C:
		case <-limit:
			_ = syscall.Kill(pid, syscall.SIGKILL)
			t.Fatalf("child %d outlived its parent", pid)
		}
	}
}

// runs reports whether a process is there and no zombie.
func runs(pid int) bool {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	_, state, _ := strings.Cut(string(status), ") ")
	return !strings.HasPrefix(state, "Z")
}

func TestKillEndsTheWholeGroup(t *testing.T) {
	cmd := exec.Command("sh", "-c", "sleep 60 & wait")
	if err := child.Start(cmd); err != nil {
		t.Fatal(err)
	}
	child.Kill(cmd)
	if err := cmd.Wait(); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Errorf("Wait = %v, want killed", err)
	}
}
