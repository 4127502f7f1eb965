package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// cost sums the cost of a number of messages.
type cost struct {
	messages       int
	took           time.Duration
	sender         time.Duration // CPU of this process, user and system
	servers        time.Duration // CPU of the server processes; 0 if the machine does not report it
	mallocs, bytes uint64
}

// spend lets the workers send n messages, and adds their cost.
func (c *cost) spend(workers, n int, servers []int, do func(i int) error) error {
	runtime.GC() // earlier garbage must not count as the cost of these messages
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	theirs, mine, began := cpuOf(servers), cpuHere(), time.Now()

	var next atomic.Int64
	var working sync.WaitGroup
	failed := make([]error, workers)
	for w := range workers {
		working.Go(func() {
			for i := int(next.Add(1) - 1); i < n && failed[w] == nil; i = int(next.Add(1) - 1) {
				failed[w] = do(i)
			}
		})
	}
	working.Wait()

	c.took += time.Since(began)
	c.sender += cpuHere() - mine
	c.servers += cpuOf(servers) - theirs
	runtime.ReadMemStats(&after)
	c.mallocs += after.Mallocs - before.Mallocs
	c.bytes += after.TotalAlloc - before.TotalAlloc
	c.messages += n
	return errors.Join(failed...)
}

func (c *cost) rate() float64        { return float64(c.messages) / c.took.Seconds() }
func (c *cost) cpu() float64         { return c.each(c.sender) }
func (c *cost) allocations() float64 { return float64(c.mallocs) / float64(c.messages) }
func (c *cost) kilobytes() float64   { return float64(c.bytes) / 1024 / float64(c.messages) }

// cpuWithServers returns milliseconds for each message, "-" if they are unknown.
func (c *cost) cpuWithServers() string {
	if c.servers == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", c.each(c.sender+c.servers))
}

// each returns milliseconds for each message.
func (c *cost) each(d time.Duration) float64 {
	return float64(d) / float64(time.Millisecond) / float64(c.messages)
}

// cpuHere returns the CPU time of this process so far.
func cpuHere() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0 // it cannot fail for the own process
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// cpuOf returns the CPU time of other processes so far, to a hundredth of a second,
// from Linux's proc(5); on other systems 0.
func cpuOf(processes []int) (sum time.Duration) {
	const tick = 10 * time.Millisecond // USER_HZ is 100 on every platform of Go
	for _, id := range processes {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", id))
		if err != nil {
			return 0
		}
		fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:]) // after the name, which can contain any character
		for _, field := range fields[11:13] {                           // utime and stime
			n, _ := strconv.Atoi(string(field))
			sum += time.Duration(n) * tick
		}
	}
	return sum
}
