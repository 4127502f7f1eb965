package demo

import (
	"fmt"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
)

// Bar shows how far the demo is: a moving bar on a terminal, a plain line at
// every quarter elsewhere. A nil Bar shows nothing.
type Bar struct {
	out         *os.File
	moving      *progressbar.ProgressBar
	what        string
	done, total int
}

// NewBar returns a Bar that writes to out, which is os.Stderr as a rule.
func NewBar(out *os.File) *Bar { return &Bar{out: out} }

// Begin starts a stretch of total steps.
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

// Step tells that n more are done.
func (b *Bar) Step(n int) {
	if b == nil {
		return
	}
	quarter := b.done * 4 / max(b.total, 1)
	b.done += n
	switch {
	case b.moving != nil:
		_ = b.moving.Add(n) // only a display
	case b.done*4/max(b.total, 1) > quarter:
		fmt.Fprintf(b.out, "%s: %d of %d\n", b.what, b.done, b.total)
	}
}

// End leaves the bar where it is and begins a new line.
func (b *Bar) End() {
	if b != nil && b.moving != nil {
		fmt.Fprintln(b.out)
	}
}
