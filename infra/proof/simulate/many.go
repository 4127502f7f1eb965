package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/schollz/progressbar/v3"

	"regulars/infra/proof/simulate/judge"
	"regulars/infra/proof/simulate/world"
)

// batch is a run of many schedules.
type batch struct {
	from        uint64
	seeds       int
	workers     int
	stopAtFirst bool
}

// tally sums the results of the schedules.
type tally struct {
	stats      world.Stats
	violations map[judge.Promise]int // number of schedules that broke it
	broken     []broken              // the first of them, by seed
	took, cpu  time.Duration
}

type broken struct {
	seed       uint64
	violations []judge.Violation
}

// mostNamed is how many schedules with violations are named.
const mostNamed = 10

// many runs the schedules on several threads and prints one table. The result of a
// schedule does not depend on the thread.
func many(ctx context.Context, c batch, out, errs io.Writer) (held bool, err error) {
	bar := newBar(c.seeds, errs)
	t := tally{violations: map[judge.Promise]int{}}
	start, busy := time.Now(), cpuTime()
	var (
		mu   sync.Mutex
		next int
		over bool
		wait sync.WaitGroup
	)
	take := func() (uint64, bool) {
		mu.Lock()
		defer mu.Unlock()
		if over || next == c.seeds || ctx.Err() != nil {
			return 0, false
		}
		next++
		return c.from + uint64(next-1), true
	}
	for range c.workers {
		wait.Go(func() {
			for {
				seed, more := take()
				if !more {
					return
				}
				r := world.Run(seed, world.Options{})
				mu.Lock()
				t.add(r)
				over = over || c.stopAtFirst && len(r.Violations) > 0
				bar.add()
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	bar.finish()
	t.took, t.cpu = time.Since(start), cpuTime()-busy
	t.print(out)
	switch {
	case len(t.broken) > 0:
		fmt.Fprintf(out, "violation seed=%d promise=%s\n", t.broken[0].seed, t.broken[0].violations[0].Promise)
		return false, nil
	case ctx.Err() != nil:
		return false, fmt.Errorf("stopped after %d of %d schedules", t.stats.Schedules, c.seeds)
	}
	fmt.Fprintf(out, "ok seeds=%d\n", t.stats.Schedules)
	return true, nil
}

func (t *tally) add(r world.Result) {
	t.stats.Add(r.Stats)
	if len(r.Violations) == 0 {
		return
	}
	seen := map[judge.Promise]bool{}
	for _, v := range r.Violations {
		if !seen[v.Promise] {
			seen[v.Promise] = true
			t.violations[v.Promise]++
		}
	}
	t.broken = append(t.broken, broken{r.Seed, r.Violations})
	slices.SortFunc(t.broken, func(a, b broken) int { return int(int64(a.seed) - int64(b.seed)) })
	t.broken = t.broken[:min(len(t.broken), mostNamed)]
}

// cpuTime returns the CPU time of this process, on all threads.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// bar shows progress: a bar on a terminal, else a line every 15 seconds.
type bar struct {
	shown *progressbar.ProgressBar
	errs  io.Writer
	all   int
	done  int
	said  time.Time
}

func newBar(all int, errs io.Writer) *bar {
	b := &bar{errs: errs, all: all, said: time.Now()}
	if f, ok := errs.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			b.shown = progressbar.NewOptions(all, progressbar.OptionSetWriter(errs), progressbar.OptionSetDescription("schedules"),
				progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionThrottle(200*time.Millisecond), progressbar.OptionClearOnFinish())
		}
	}
	return b
}

func (b *bar) add() {
	b.done++
	if b.shown != nil {
		_ = b.shown.Add(1)
	} else if time.Since(b.said) > 15*time.Second {
		b.said = time.Now()
		fmt.Fprintf(b.errs, "%d of %d schedules\n", b.done, b.all)
	}
}

func (b *bar) finish() {
	if b.shown != nil {
		_ = b.shown.Finish()
	}
}
