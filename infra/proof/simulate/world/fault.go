package world

import (
	"math/rand/v2"
	"time"
)

// Fault is a kind of injected fault.
type Fault int

// The faults, by the component that suffers them.
const (
	NoFault Fault = iota

	StoreLostBefore // no answer, and the call had no effect
	StoreLostAfter  // no answer, and the call took effect
	StoreLate       // no answer, and the call takes effect later, after its caller gave up
	StoreThrottled
	StoreConflict // a rival transaction is in the way
	StoreBroken   // 500, and the call had no effect
	StoreBrokenAfter

	SESLostBefore
	SESLostAfter
	SESHungBefore // no answer within the caller's timeout
	SESHungAfter
	SESCut // accepted, and the answer breaks off
	SESBusy
	SESPaused
	SESRejected
	SESBroken
	SESBrokenAfter

	QueuePutLostBefore
	QueuePutLostAfter
	QueueDoubled // two workers get one message
	QueueAckLost // a processed message is delivered again
	QueueLate

	EventLost
	EventDoubled
	EventLate
	EventEarly // SES reports on a message before it answers

	TickLost
	TickDoubled

	KilledBefore  // a worker dies, and its last call has no effect
	KilledAfter   // a worker dies, and its last call took effect
	KilledBetween // a worker dies while its last call is on its way
	TimedOut      // a function ran too long and was stopped

	ClockSkewed // a worker whose clock is wrong
	Rival       // another writer changes the contact
	Published   // a policy is published while messages wait
	OptedOut    // a customer opts out
	Shared      // a customer whose address another one has as well
	Moved       // a customer's address changes
	Unnamed     // a customer whose profile was stored before it named a mailbox
	StampedLate // a consent with a later time than the true one

	Faults // number of kinds
)

var faultNames = [Faults]string{
	"", "store: lost before", "store: lost after", "store: late write", "store: throttled", "store: conflict", "store: 500", "store: 500 after",
	"ses: lost before", "ses: lost after", "ses: hung before", "ses: hung after", "ses: cut off", "ses: 429", "ses: paused", "ses: rejected", "ses: 500", "ses: 500 after",
	"queue: put lost before", "queue: put lost after", "queue: doubled", "queue: ack lost", "queue: late",
	"event: lost", "event: doubled", "event: late", "event: early", "tick: lost", "tick: doubled",
	"killed before", "killed after", "killed between", "timed out", "clock skewed", "rival writer", "policy published", "opt-out",
	"shared address", "address changed", "profile without mailbox", "consent stamped late",
}

func (f Fault) String() string { return faultNames[f] }

// Kill reports whether the fault ends a worker.
func (f Fault) Kill() bool { return f >= KilledBefore && f <= TimedOut }

// weather holds the probability of each fault in one schedule. Each schedule has its
// own: some kinds are off and others are frequent, which finds more than a low rate
// of every kind (Groce et al., "Swarm Testing", ISSTA 2012).
type weather struct {
	odds   [Faults]float64 // at each chance
	killAt map[int]bool    // I/O points at which a worker dies
	slow   bool            // everything takes longer
}

// families groups the faults that can hit the same I/O points.
var families = map[string][]Fault{
	"store": {StoreLostBefore, StoreLostAfter, StoreLate, StoreThrottled, StoreConflict, StoreBroken, StoreBrokenAfter},
	"ses":   {SESLostBefore, SESLostAfter, SESHungBefore, SESHungAfter, SESCut, SESBusy, SESPaused, SESRejected, SESBroken, SESBrokenAfter},
	"put":   {QueuePutLostBefore, QueuePutLostAfter},
	"post":  {QueueDoubled, QueueLate},
	"ack":   {QueueAckLost},
	"event": {EventLost, EventDoubled, EventLate, EventEarly},
	"tick":  {TickLost, TickDoubled},
}

// familyOrder fixes the order of drawing, so that a seed draws the same each time.
var familyOrder = []string{"store", "ses", "put", "post", "ack", "event", "tick"}

// usual is the probability of any fault of a family, before the schedule's own
// factor.
var usual = map[string]float64{"store": 0.08, "ses": 0.35, "put": 0.15, "post": 0.2, "ack": 0.1, "event": 0.4, "tick": 0.15}

func drawWeather(r *rand.Rand) weather {
	w := weather{killAt: map[int]bool{1 + r.IntN(12): true}, slow: r.IntN(8) == 0}
	for _, name := range familyOrder {
		factor := []float64{0.3, 1, 1, 2}[r.IntN(4)]
		var on []Fault
		for _, f := range families[name] {
			if r.IntN(2) == 0 {
				on = append(on, f)
			}
		}
		for _, f := range on {
			w.odds[f] = min(0.9, usual[name]*factor) / float64(len(on))
		}
	}
	for _, name := range []string{"ses", "event"} { // an outage: one fault hits nearly each time
		if r.IntN(8) > 0 {
			continue
		}
		for _, f := range families[name] {
			w.odds[f] = 0
		}
		w.odds[families[name][r.IntN(len(families[name]))]] = 0.9
	}
	for range r.IntN(5) {
		w.killAt[1+r.IntN(100)] = true
	}
	return w
}

// chance draws at most one fault of a family; none after [World.heal].
func (w *World) chance(family string) Fault {
	if w.healed {
		return NoFault
	}
	x := w.random.Float64()
	for _, f := range families[family] {
		if x -= w.weather.odds[f]; x < 0 {
			w.Stats.Faults[f]++
			return f
		}
	}
	return NoFault
}

// killing returns whether, and how, the worker dies at this I/O point. A worker dies
// in every schedule, even if that is after [World.heal].
func (w *World) killing() Fault {
	w.Stats.Points++
	if w.healed && w.killed || !w.weather.killAt[w.Stats.Points] {
		return NoFault
	}
	w.killed = true
	f := KilledBefore + Fault(w.random.IntN(3))
	w.Stats.Faults[f]++
	return f
}

// latency draws how long a call takes: mostly milliseconds, sometimes much more.
func (w *World) latency() time.Duration {
	if w.healed {
		return w.between(2*time.Millisecond, 10*time.Millisecond)
	}
	x := w.random.IntN(100)
	if w.weather.slow {
		x = 50 + x/2
	}
	switch {
	case x < 70:
		return w.between(time.Millisecond, 10*time.Millisecond)
	case x < 90:
		return w.between(10*time.Millisecond, 200*time.Millisecond)
	case x < 98:
		return w.between(200*time.Millisecond, 3*time.Second)
	}
	return w.between(3*time.Second, 9*time.Second)
}

func (w *World) between(from, to time.Duration) time.Duration {
	return from + time.Duration(w.random.Int64N(int64(to-from)))
}
