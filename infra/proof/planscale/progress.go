package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// showProgress writes a line every five seconds until stop is called: how far the task
// is, its speed and the time left. done is called from another goroutine.
func showProgress(out io.Writer, task string, of int, done func() int) (stop func()) {
	began, quit := time.Now(), make(chan struct{})
	var writing sync.WaitGroup
	writing.Go(func() {
		tick := time.NewTicker(5 * time.Second)
		defer tick.Stop()
		for {
			select {
			case <-quit:
				return
			case <-tick.C:
				fmt.Fprintln(out, progressLine(task, done(), of, time.Since(began)))
			}
		}
	})
	return func() { close(quit); writing.Wait() }
}

// progressLine returns one line of the progress after that time. The time left is at the
// average speed so far; it is left out until something is done.
func progressLine(task string, done, of int, after time.Duration) string {
	line := fmt.Sprintf("%s: %d of %d", task, done, of)
	if done == 0 || after <= 0 {
		return line
	}
	speed := float64(done) / after.Seconds()
	left := time.Duration(float64(max(0, of-done)) / speed * float64(time.Second))
	return fmt.Sprintf("%s, %.0f a second, %s left", line, speed, left.Round(time.Second))
}
