package main

import (
	"flag"
	"math/rand/v2"
	"sync"
	"time"
)

// kind is one kind of injected fault and its rate.
type kind struct {
	name string // service and fault; also the flag that sets the rate
	rate float64
	what string
}

// kinds returns all kinds with their default rates.
func kinds() []*kind {
	return []*kind{
		{"dynamodb.lost-before", .004, "a call does not arrive"},
		{"dynamodb.lost-after", .006, "a call is done, its answer does not arrive"},
		{"dynamodb.throttle", .010, "a call is throttled"},
		{"dynamodb.conflict", .020, "a write meets another's transaction"},
		{"dynamodb.500", .004, "a call fails, and is not done"},
		{"dynamodb.500-after", .002, "a call is done, and answered with a failure"},
		{"dynamodb.hang", .0005, "a call takes 2 to 12 s, and is done at the end or never"},
		{"ses.lost-before", .010, "a message does not arrive at SES"},
		{"ses.lost-after", .020, "SES takes a message, its answer does not arrive"},
		{"ses.throttle", .020, "SES asks to wait (429)"},
		{"ses.refuse", .003, "SES refuses a message for good (400)"},
		{"ses.500", .005, "SES fails, and does not take the message"},
		{"ses.500-after", .005, "SES takes the message, and answers with a failure"},
		{"ses.hang", .002, "SES takes 9 to 13 s, and takes the message at the end or never"},
		{"sqs.lost-before", .003, "messages do not arrive at the queue"},
		{"sqs.lost-after", .006, "messages are on the queue, the answer does not arrive"},
		{"sqs.twice", .010, "messages are put on the queue twice"},
		{"sqs.500", .003, "the queue fails"},
		{"sqs.again", .010, "a message that was acknowledged is delivered again"},
		{"events.lost", .030, "an event of SES is lost"},
		{"events.silent", .030, "SES publishes no event about a message"},
		{"events.twice", .030, "an event of SES comes twice, the second up to 20 s later"},
		{"events.late", .030, "an event of SES comes up to 30 s late"},
	}
}

// faults draws the injected faults. It is safe for concurrent use.
//
// The sequence of draws depends on the seed alone, but real processes decide which
// call gets which draw. So two trials of one seed are similar, not equal.
type faults struct {
	kinds []*kind

	mu    sync.Mutex
	dice  *rand.Rand
	off   bool // no faults
	count map[string]int
}

func newFaults() *faults {
	return &faults{kinds: kinds(), off: true, count: map[string]int{}}
}

func (f *faults) seed(seed uint64) { f.dice = rand.New(rand.NewPCG(seed, 1)) }

// flags adds a flag for each rate, such as -ses.lost-after 0.1.
func (f *faults) flags(set *flag.FlagSet) {
	for _, k := range f.kinds {
		set.Float64Var(&k.rate, k.name, k.rate, "how often "+k.what)
	}
}

// draw returns the kind that hits now, or "" for none.
func (f *faults) draw(among ...string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.off {
		return ""
	}
	lot := f.dice.Float64()
	for _, name := range among {
		for _, k := range f.kinds {
			if k.name != name {
				continue
			}
			if lot -= k.rate; lot < 0 {
				f.count[name]++
				return name
			}
		}
	}
	return ""
}

// between draws a duration, and below a whole number.
func (f *faults) between(least, most time.Duration) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return least + time.Duration(f.dice.Int64N(int64(most-least)))
}

func (f *faults) below(n int) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.dice.IntN(n)
}

// heal turns all faults off, and resume turns them on.
func (f *faults) heal()   { f.turn(true) }
func (f *faults) resume() { f.turn(false) }

func (f *faults) turn(off bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.off = off
}

// counts returns the number of injected faults so far, by kind and in all.
func (f *faults) counts() (by map[string]int, all int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	by = map[string]int{}
	for name, n := range f.count {
		by[name] = n
		all += n
	}
	return by, all
}

// chosen reports whether the kind hits the thing with this lot number.
func (f *faults) chosen(name string, lot uint64) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, k := range f.kinds {
		if k.name == name && !f.off && rand.New(rand.NewPCG(lot, lot)).Float64() < k.rate {
			f.count[name]++
			return true
		}
	}
	return false
}
