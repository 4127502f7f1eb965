package main

import (
	"math"
	"math/rand/v2"

	"regulars/shared/lift"
)

const (
	alpha = 0.05
	fixed = 1.959963984540054 // standard errors of a 95 % interval for one look
)

// experiment is a kind of experiment that is repeated many times.
type experiment struct {
	Name      string
	Customers int     // drawn from the shop with replacement; 0: its own customers, each once
	Mailed    float64 // probability
	Lift      float64 // probability that a message doubles an order
	Trials    int
}

// method is a way to look at an experiment.
type method int

const (
	sequence method = iota // the interval of package lift, every day
	plain                  // the same without the correction by the time before
	daily                  // a t-test of the means, every day
	once                   // a t-test on one day that was chosen before, with the correction
	methods
)

// days counts the trials that had found a difference by each day. Of once it counts
// those that find one if this is the day.
type days [length]int

// outcome is what the trials of an experiment found, by measure and method.
type outcome struct {
	experiment
	Found  [3][methods]days
	Missed [3]int     // trials in which the sequence ever excluded the true difference
	Mean   [3]float64 // relative difference on the last day, mean over the trials
	Saved  [3]float64 // share of the variance that the time before explains on the last day
}

// run repeats the experiment. The same seed gives the same outcome. step is called
// after each trial.
func (e experiment) run(shop []history, seed uint64, step func()) outcome {
	o, truth := outcome{experiment: e}, e.truth(shop)
	for n := range e.Trials {
		t := newTrial(e, shop, rand.New(rand.NewPCG(seed, uint64(n))))
		var found [3][methods]bool
		var missed [3]bool
		for d := range length {
			t.live(d)
			for _, m := range measures {
				effect, now := t.look(m)
				for how, is := range now {
					if found[m][how] = is || found[m][how] && method(how) != once; found[m][how] {
						o.Found[m][how][d]++
					}
				}
				if in := effect.Interval; truth[m][d] < in.Low || truth[m][d] > in.High {
					missed[m] = true
				}
				if d == length-1 {
					o.Mean[m] += effect.Relative / float64(e.Trials)
					o.Saved[m] += effect.Saved / float64(e.Trials)
				}
			}
		}
		for m := range missed {
			if missed[m] {
				o.Missed[m]++
			}
		}
		step()
	}
	return o
}

// truth returns the true difference of each measure on each day: what a lift adds to
// the mean of all customers of the shop. A doubled order converts no one else.
func (e experiment) truth(shop []history) (truth [3][length]float64) {
	for _, h := range shop {
		for _, d := range h.days {
			for at := d.at; at < length; at++ {
				truth[lift.Orders][at] += e.Lift * float64(d.orders) / float64(len(shop))
				truth[lift.Net][at] += e.Lift * float64(d.net) / float64(len(shop))
			}
		}
	}
	return truth
}

var measures = []lift.Measure{lift.Orders, lift.Net, lift.Converted}

// trial is one experiment.
type trial struct {
	rng    *rand.Rand
	lift   float64
	arms   [2]lift.Arm // 1 is mailed
	bare   [2]lift.Arm // the same customers, without their past
	people []person
	byDay  [length][]int // who does something
}

type person struct {
	history
	arm, next int
	now       lift.Customer
}

func newTrial(e experiment, shop []history, rng *rand.Rand) *trial {
	t := &trial{rng: rng, lift: e.Lift, people: make([]person, max(e.Customers, 0))}
	if e.Customers == 0 {
		t.people = make([]person, len(shop))
	}
	for i := range t.people {
		p := &t.people[i]
		p.history = shop[i%len(shop)]
		if e.Customers > 0 {
			p.history = shop[rng.IntN(len(shop))]
		}
		if rng.Float64() < e.Mailed {
			p.arm = 1
		}
		p.now = p.before
		t.arms[p.arm].Add(p.now)
		t.bare[p.arm].Add(lift.Customer{})
		for k, d := range p.days {
			if k == 0 || p.days[k-1].at != d.at {
				t.byDay[d.at] = append(t.byDay[d.at], i)
			}
		}
	}
	return t
}

// live lets a day pass.
func (t *trial) live(d int) {
	for _, i := range t.byDay[d] {
		p := &t.people[i]
		was := p.now
		for ; p.next < len(p.days) && p.days[p.next].at == d; p.next++ {
			times := int64(1)
			if p.arm == 1 && t.rng.Float64() < t.lift {
				times = 2
			}
			p.now.Orders += times * p.days[p.next].orders
			p.now.Net += times * p.days[p.next].net
		}
		t.arms[p.arm].Replace(was, p.now)
		t.bare[p.arm].Replace(lift.Customer{Orders: was.Orders, Net: was.Net}, lift.Customer{Orders: p.now.Orders, Net: p.now.Net})
	}
}

// look returns today's effect, and which methods see a difference.
func (t *trial) look(m lift.Measure) (e lift.Effect, found [methods]bool) {
	e = lift.Compare(t.arms[1], t.arms[0], m, alpha)
	found[sequence] = e.Verdict.Decided()
	found[plain] = lift.Compare(t.bare[1], t.bare[0], m, alpha).Verdict.Decided()
	if e.Verdict != lift.TooFew {
		off := math.Hypot(t.arms[1].StandardError(m), t.arms[0].StandardError(m))
		found[daily] = math.Abs(e.MailedMean-e.HeldMean) > fixed*off
		found[once] = math.Abs(e.Difference) > fixed*e.StandardError
	}
	return e, found
}
