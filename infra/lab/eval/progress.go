package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// every is the time between two lines about the progress.
const every = 4 * time.Second

// progress writes what is being done, and how far it is, as whole lines. It
// never writes to the table's output.
type progress struct {
	out   io.Writer
	clock func() time.Time

	one      sync.Mutex
	what     string
	done, of int
	began    time.Time
}

// report is a [trial.Progress].
func (p *progress) report(what string, done, of int) {
	p.one.Lock()
	defer p.one.Unlock()
	if what != p.what {
		p.what, p.began = what, p.clock()
	}
	p.done, p.of = done, of
}

// print writes one line, or nothing before the first report.
func (p *progress) print() {
	p.one.Lock()
	defer p.one.Unlock()
	if p.what == "" {
		return
	}
	far := ""
	switch {
	case p.of > 0:
		far = fmt.Sprintf(" %d of %d,", p.done, p.of)
	case p.done > 0:
		far = fmt.Sprintf(" %d so far,", p.done)
	}
	fmt.Fprintf(p.out, "eval: %s:%s %d s\n", p.what, far, int(p.clock().Sub(p.began).Seconds()))
}

// start prints a line at each tick until stop is called; after stop has
// returned, nothing more is written.
func (p *progress) start(ticks <-chan time.Time) (stop func()) {
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-ticks:
				p.print()
			case <-quit:
				return
			}
		}
	}()
	return func() {
		close(quit)
		<-ended
	}
}
