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

// TestMain lets the test binary act as a parent process: with PARENT set, it
// starts a child, prints the child's process ID and waits to be killed.
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

// SIGKILL leaves the parent no time to end its child, so the kernel must do it.
func TestChildEndsWhenItsParentIsKilled(t *testing.T) {
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
		t.Fatalf("the parent printed %q, want its child's process ID", line)
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

// runs reports whether the process exists and is not a zombie.
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
