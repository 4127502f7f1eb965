package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"
)

// processes is what the processes of a program used, as Linux's proc(5) says it; zero
// on other systems. It is complete after stop.
type processes struct {
	peak int           // the greatest peak memory of one of them, in KB
	cpu  time.Duration // of all of them, without the last moments of those that were killed
	stop func()
}

// watch looks at the processes of the program until stop is called.
func watch(ctx context.Context, binary string) *processes {
	program, _ := filepath.Abs(binary)
	ctx, cancel := context.WithCancel(ctx)
	p, used := &processes{}, map[string]time.Duration{}
	var watching sync.WaitGroup
	look := func() {
		links, _ := filepath.Glob("/proc/[0-9]*/exe")
		for _, link := range links {
			if at, err := os.Readlink(link); err == nil && at == program {
				dir := filepath.Dir(link)
				p.peak = max(p.peak, peakOf(filepath.Join(dir, "status")))
				used[dir] = max(used[dir], cpuOf(filepath.Join(dir, "stat")))
			}
		}
	}
	watching.Go(func() {
		for ctx.Err() == nil {
			look()
			time.Sleep(100 * time.Millisecond)
		}
		look()
	})
	p.stop = sync.OnceFunc(func() {
		cancel()
		watching.Wait()
		for _, cpu := range used {
			p.cpu += cpu
		}
	})
	return p
}

// cpuOf returns the CPU time of a process, from the fields utime and stime of its
// stat, which count hundredths of a second.
func cpuOf(file string) (sum time.Duration) {
	stat, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:]) // after the name, which can contain any character
	for _, field := range fields[11:13] {
		n, _ := strconv.Atoi(string(field))
		sum += time.Duration(n) * 10 * time.Millisecond
	}
	return sum
}

// peakOf returns the line VmHWM of a process's status, in KB.
func peakOf(file string) int {
	status, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(status) {
		if fields := bytes.Fields(line); len(fields) > 1 && string(fields[0]) == "VmHWM:" {
			n, _ := strconv.Atoi(string(fields[1]))
			return n
		}
	}
	return 0
}
