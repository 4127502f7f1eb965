package world

import (
	"math/rand/v2"
	"time"
)

// Fault is one thing that goes wrong.
type Fault int

// The faults, by who suffers them.
const (
	NoFault Fault = iota

	StoreLostBefore // no answer, and nothing was done
	StoreLostAfter  // no answer, and it was done
	StoreLate       // no answer, and it is done later, when its caller has long given up
	StoreThrottled
	StoreConflict // a rival transaction is in the way
	StoreBroken   // 500, and nothing was done
	StoreBrokenAfter

	SESLostBefore
	SESLostAfter
	SESHungBefore // no answer within the caller's patience
	SESHungAfter
	SESCut // accepted, and the answer breaks off
	SESBusy
	SESPaused
	SESRejected
	SESBroken
	SESBrokenAfter

	QueuePutLostBefore
	QueuePutLostAfter
	QueueDoubled // one message is given to two workers
	QueueAckLost // a message that is done with comes again
	QueueLate

	EventLost
	EventDoubled
	EventLate
	EventEarly // SES tells of a message before it answers

	TickLost
	TickDoubled

	KilledBefore  // a worker dies, and what it asked for last is not done
	KilledAfter   // a worker dies, and what it asked for last is done
	KilledBetween // a worker dies while what it asked for last is on its way
	TimedOut      // a function ran too long and was stopped

	ClockSkewed // a worker whose clock is wrong
	Rival       // another writer changes the contact
	Published   // new rules come into force while messages wait
	Refused     // a customer says no

	Faults // how many there are
)

var faultNames = [Faults]string{
	"", "store: lost before", "store: lost after", "store: late write", "store: throttled", "store: conflict", "store: 500", "store: 500 after",
	"ses: lost before", "ses: lost after", "ses: hung before", "ses: hung after", "ses: cut off", "ses: 429", "ses: paused", "ses: rejected", "ses: 500", "ses: 500 after",
	"queue: put lost before", "queue: put lost after", "queue: doubled", "queue: ack lost", "queue: late",
	"event: lost", "event: doubled", "event: late", "event: early", "tick: lost", "tick: doubled",
	"killed before", "killed after", "killed between", "timed out", "clock skewed", "rival writer", "rules published", "customer's no",
}

func (f Fault) String() string { return faultNames[f] }

// Kill reports whether the fault ends a worker.
func (f Fault) Kill() bool { return f >= KilledBefore && f <= TimedOut }

// weather is how likely each fault is in one schedule. Each schedule has its own:
// some kinds are off and others are frequent, which finds more than a little of
// everything each time (Groce et al., "Swarm Testing", ISSTA 2012).
type weather struct {
	odds   [Faults]float64 // at each chance
	killAt map[int]bool    // I/O points at which a worker dies
	slow   bool            // everything takes longer
}

// families of faults that have their chances at the same I/O points.
var families = map[string][]Fault{
	"store": {StoreLostBefore, StoreLostAfter, StoreLate, StoreThrottled, StoreConflict, StoreBroken, StoreBrokenAfter},
	"ses":   {SESLostBefore, SESLostAfter, SESHungBefore, SESHungAfter, SESCut, SESBusy, SESPaused, SESRejected, SESBroken, SESBrokenAfter},
	"put":   {QueuePutLostBefore, QueuePutLostAfter},
	"post":  {QueueDoubled, QueueLate},
	"ack":   {QueueAckLost},
	"event": {EventLost, EventDoubled, EventLate, EventEarly},
	"tick":  {TickLost, TickDoubled},
}

// order of the families, so that a seed draws the same each time.
var familyOrder = []string{"store", "ses", "put", "post", "ack", "event", "tick"}

// usual is how often anything of a family goes wrong, before the schedule's own
// temper.
var usual = map[string]float64{"store": 0.08, "ses": 0.35, "put": 0.15, "post": 0.2, "ack": 0.1, "event": 0.4, "tick": 0.15}

func drawWeather(r *rand.Rand) weather {
	w := weather{killAt: map[int]bool{1 + r.IntN(12): true}, slow: r.IntN(8) == 0}
	for _, name := range familyOrder {
		temper := []float64{0.3, 1, 1, 2}[r.IntN(4)]
		var on []Fault
		for _, f := range families[name] {
			if r.IntN(2) == 0 {
				on = append(on, f)
			}
		}
		for _, f := range on {
			w.odds[f] = min(0.9, usual[name]*temper) / float64(len(on))
		}
	}
	for _, name := range []string{"ses", "event"} { // an outage: one thing goes wrong nearly each time
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

// chance draws at most one fault of a family; none once all is healed.
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

// killing says whether, and how, the worker dies at this I/O point. Somebody dies
// in every schedule, even where that comes after all else is healed.
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

// Latencies: mostly some milliseconds, at times much more.
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
