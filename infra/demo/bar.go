package demo

import (
	"fmt"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
)

// Bar shows the progress of the demo: a progress bar on a terminal, otherwise
// one line at every quarter. A nil Bar shows nothing.
type Bar struct {
	out         *os.File
	moving      *progressbar.ProgressBar
	what        string
	done, total int
}

// NewBar returns a Bar that writes to out, usually os.Stderr.
func NewBar(out *os.File) *Bar { return &Bar{out: out} }

// Begin starts a task of total steps.
func (b *Bar) Begin(what string, total int) {
	if b == nil {
		return
	}
	b.what, b.done, b.total, b.moving = what, 0, total, nil
	if info, err := b.out.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		b.moving = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(b.out), progressbar.OptionSetDescription(what),
			progressbar.OptionShowCount(), progressbar.OptionSetWidth(30), progressbar.OptionThrottle(100*time.Millisecond))
	}
}

// Step adds n finished steps.
func (b *Bar) Step(n int) {
	if b == nil {
		return
	}
	quarter := b.done * 4 / max(b.total, 1)
	b.done += n
	switch {
	case b.moving != nil:
		_ = b.moving.Add(n) // an error of the display does not matter
	case b.done*4/max(b.total, 1) > quarter:
		fmt.Fprintf(b.out, "%s: %d of %d\n", b.what, b.done, b.total)
	}
}

// End ends the line of the bar.
func (b *Bar) End() {
	if b != nil && b.moving != nil {
		fmt.Fprintln(b.out)
	}
}
