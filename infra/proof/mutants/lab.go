package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// lab tries mutants.
type lab struct {
	root  string // of the module
	dir   string // for built files
	seeds int
	limit time.Duration
	sound string // the simulator without a fault
}

// newLab builds the simulator without a fault; dir is for it and for later files.
func newLab(ctx context.Context, dir string, seeds int, limit time.Duration) (*lab, error) {
	out, err := exec.CommandContext(ctx, "go", "env", "GOMOD").Output()
	if err != nil {
		return nil, fmt.Errorf("find the module's root with go list: %w", err)
	}
	l := &lab{root: filepath.Dir(strings.TrimSpace(string(out))), dir: dir, seeds: seeds, limit: limit, sound: filepath.Join(dir, "sound")}
	if err := l.build(ctx, l.sound); err != nil {
		return nil, fmt.Errorf("the code does not build as it is: %w", err)
	}
	return l, nil
}

func (l *lab) build(ctx context.Context, binary string, more ...string) error {
	args := append([]string{"build", "-ldflags=-s", "-o", binary}, more...)
	_, err := l.output(ctx, "go", append(args, "./infra/proof/simulate")...)
	return err
}

// output runs a program in the module's root, and returns its output.
func (l *lab) output(ctx context.Context, program string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir = l.root
	out, err := cmd.CombinedOutput()
	if err != nil && ctx.Err() == nil {
		err = fmt.Errorf("%w:\n%s", err, out)
	}
	return string(out), err
}

// trial is the result of trying one mutant.
type trial struct {
	mutant    mutant
	seed      uint64 // of the schedule that found it; 0: none did
	promise   string // that it broke there
	text      string // how, in a sentence
	hung      bool   // a schedule did not end
	failed    bool   // the test that has to find it failed
	schedules int    // number of schedules that were run
	took      time.Duration
}

func (t trial) caught() bool { return t.seed > 0 || t.hung || t.failed }

func (t trial) outcome() string {
	switch {
	case t.seed > 0:
		return fmt.Sprintf("seed %d breaks %q: %s", t.seed, t.promise, t.text)
	case t.hung:
		return "a schedule never ends"
	case t.failed:
		return t.mutant.seenBy.String() + " fails"
	case t.mutant.seenBy != nil:
		return "SURVIVES: " + t.mutant.seenBy.String() + " passes"
	}
	return fmt.Sprintf("SURVIVES %d schedules", t.schedules)
}

// try plants the mutant and looks for a schedule or test that finds it. It returns an
// error if the mutant does not fit the code or does not compile, or if the check fails
// without it too.
func (l *lab) try(ctx context.Context, m mutant, dir string) (t trial, err error) {
	start := time.Now()
	t.mutant = m
	overlay, err := m.plant(l.root, dir)
	if err != nil {
		return t, err
	}
	if m.seenBy != nil {
		err = l.test(ctx, overlay, &t)
	} else {
		err = l.simulate(ctx, overlay, filepath.Join(dir, "simulate"), &t)
	}
	t.took = time.Since(start)
	return t, err
}

// test runs the test that has to find the mutant.
func (l *lab) test(ctx context.Context, overlay string, t *trial) error {
	c := t.mutant.seenBy
	out, err := l.output(ctx, "go", "test", "-count=1", "-overlay", overlay, "-run", "^"+c.test+"$", c.pkg)
	switch {
	case strings.Contains(out, "--- FAIL: "+c.test):
		t.failed = true
		return nil
	case err == nil && strings.Contains(out, "no tests to run"):
		return fmt.Errorf("no test matches %s", c)
	}
	return err
}

// simulate runs schedules of the mutant until one breaks a promise.
func (l *lab) simulate(ctx context.Context, overlay, binary string, t *trial) error {
	if err := l.build(ctx, binary, "-overlay", overlay); err != nil {
		return err
	}
	within, cancel := context.WithTimeout(ctx, l.limit)
	defer cancel()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(within, binary, "-seeds", strconv.Itoa(l.seeds), "-stop-at-first", "-workers", "1")
	cmd.Stdout, cmd.Stderr = &out, &errs
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) } // it ends after the current schedule
	cmd.WaitDelay = 20 * time.Second
	err := cmd.Run()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	last := lines[len(lines)-1]
	switch _, broke := fmt.Sscanf(last, "violation seed=%d promise=%s", &t.seed, &t.promise); {
	case broke == nil:
		t.schedules = int(t.seed)
		t.text = textOf(lines, t.seed)
		return l.survive(ctx, t.seed)
	case errors.Is(err, exec.ErrWaitDelay):
		t.hung = true
		return nil
	case strings.HasPrefix(last, "ok "):
		t.schedules = l.seeds
		return nil
	}
	_, stopped, _ := strings.Cut(errs.String(), "simulate: ")
	if _, err := fmt.Sscanf(stopped, "stopped after %d of", &t.schedules); err == nil {
		return nil
	}
	return fmt.Errorf("the simulator reported neither a broken promise nor success (%w):\n%s\n%s", err, last, errs.String())
}

// textOf returns how the schedule broke its promise, from the simulator's output.
func textOf(lines []string, seed uint64) string {
	for _, line := range lines {
		if text, ok := strings.CutPrefix(line, fmt.Sprintf("broken: seed %d: ", seed)); ok {
			_, text, _ = strings.Cut(text, ": ")
			return text
		}
	}
	return ""
}

// survive returns an error if the schedule breaks a promise without a planted fault;
// then it proves nothing about a mutant.
func (l *lab) survive(ctx context.Context, seed uint64) error {
	out, err := l.output(ctx, l.sound, "-seed", strconv.FormatUint(seed, 10), "-quiet")
	if err != nil && strings.Contains(out, "violation ") {
		return fmt.Errorf("seed %d breaks a promise without the mutant as well; mend that first:\n%s", seed, out)
	}
	return err
}
