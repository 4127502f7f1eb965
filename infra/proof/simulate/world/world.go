// Package world simulates a shop's cloud in one process and in virtual time, with
// injected faults: it runs the production code of send and settle over tables, a
// queue, SES and SES's events that fail in every way that a network can.
//
// [Run] plays one schedule. Its seed alone decides what happens in it: the intents,
// the faults, when workers die, whose clock is wrong, and when a policy is
// published or a customer opts out. The same seed gives the same steps, byte for
// byte. At the end all faults stop, everything that waits is waited for, and
// package judge gets the history.
//
// Production code: dispatch (decide, claim, send), outcome, the store with its
// conditions, fences and read-backs, and the SES adapter with the SDK's client and
// its parsing of errors. Models: the table engine (shared/dynamo/memory, which a
// common test suite holds to DynamoDB's behaviour), the SDK's retries of DynamoDB
// calls, the queue, SES and its events, Lambda's processes and their timeouts, and
// the policy cache.
package world

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"regulars/infra/proof/simulate/clockwork"
	"regulars/infra/proof/simulate/judge"
	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/dynamo/memory"
	"regulars/shared/offer"
	"regulars/shared/shop"
)

// World is one schedule while it runs.
type World struct {
	Stats Stats

	clock   *clockwork.Clockwork
	random  *rand.Rand
	weather weather
	trace   trace
	swap    Swap

	engine *memory.Engine
	store  *dynamo.Store // as workers see it
	plain  *dynamo.Store // without faults, for the simulator itself

	sendQueue, settleQueue *queue
	account                account
	bounces, complaints    int // per cent of the messages that SES accepts
	publications           []int
	skewed, healed, killed bool
	halting                *rand.Rand // draws what persons say about campaigns, so that it shifts no other draw
	halts                  bool       // persons stop campaigns
	paced, breakers        bool       // the send rate is shared; breakers and pauses are in use
	born                   int        // number of workers so far
	beside                 bool       // the messages of a batch are handled side by side

	walks  walks
	times  times
	due    map[string]due    // entries of the due index
	owners map[string]string // owners of the claims that were seen
	states map[string]claim.State

	campaigns map[shop.SendID]shop.CampaignID // campaign of each intent
	addresses map[shop.CustomerID]string      // that each customer had at first; empty if their profile named no mailbox
	tokens    map[string]made                 // transactions whose caller chose the token
	ticks     time.Time                       // the next tick of the settle function

	history judge.History
}

// Stats counts what happened in one schedule, or in many.
type Stats struct {
	Schedules, Intents, Points int // I/O points
	Ways, WholeWays            int // ways of customers through the journey, and those of which all steps were done
	Accepted                   int // messages that SES accepted
	Lost, LostWent             int // sends that ended LOST, and those of them that SES accepted
	LostCoupons                int // coupons of LOST sends
	Service, ServiceTwice      int // service messages that were accepted, and their duplicates
	NoKill                     int // schedules in which no worker died
	Faults                     [Faults]int
	Ends                       map[string]int
	Hours                      int // of virtual time
}

// Options change how a schedule is run.
type Options struct {
	Trace io.Writer // gets a line for each step
	Swap  Swap
}

// Result is the result of one schedule.
type Result struct {
	Seed       uint64
	Hash       uint64 // of the trace
	Stats      Stats
	Violations []judge.Violation
	History    judge.History
}

// mostPoints is the number of I/O points after which a schedule counts as
// endless. Messages that wait for a breaker until they expire are read every
// few minutes for up to three days: six of them take 22,816 points (seed
// 87968).
const mostPoints = 100_000

// Run plays the schedule of a seed.
func Run(seed uint64, o Options) Result {
	w := &World{
		random: rand.New(rand.NewPCG(seed, 0x5eed)), trace: trace{hash: fnvOffset, out: o.Trace}, swap: o.Swap,
		engine: memory.New(dynamotest.Definitions()...),
		due:    map[string]due{}, owners: map[string]string{}, states: map[string]claim.State{}, campaigns: map[shop.SendID]shop.CampaignID{}, addresses: map[shop.CustomerID]string{}, tokens: map[string]made{},
	}
	var client dynamo.Client = front{w}
	if o.Swap.Client != nil {
		client = o.Swap.Client(client)
	}
	w.store, w.plain = dynamo.New(client, tables), dynamo.New(w.engine, tables)
	w.store.Pause = w.pause
	w.sendQueue = &queue{world: w, name: "send-queue", visibility: sendVisibility, batch: 2}
	w.settleQueue = &queue{world: w, name: "settle-queue", visibility: settleVisibility, batch: 3}
	w.halting = rand.New(rand.NewPCG(seed, 0x4a17))
	w.halts = w.halting.IntN(100) < 15
	w.walks.random = rand.New(rand.NewPCG(seed, 0x3a1c))
	w.walks.on, w.walks.due = w.walks.random.IntN(100) < 20, map[string]time.Time{}
	w.walks.queue = &queue{world: w, name: "journey-queue", visibility: journeyVisibility, batch: journeyBatch}
	w.times.random = rand.New(rand.NewPCG(seed, 0x71e5))
	w.times.on = w.times.random.IntN(100) < 20
	if w.beside = rand.New(rand.NewPCG(seed, 0xbe51de)).IntN(100) < 50; w.beside { // a source of its own: it shifts no other draw
		w.sendQueue.batch, w.settleQueue.batch = sendBatch, settleBatch
	}
	w.prepare()
	w.play()
	w.close()
	w.closeWalks()
	w.Stats.Ends = map[string]int{}
	w.count()
	return Result{Seed: seed, Hash: w.trace.hash, Stats: w.Stats, Violations: judge.Judge(w.history), History: w.history}
}

// play runs all events, then redrives the dead letters, until nothing is left.
func (w *World) play() {
	for {
		for w.clock.Next() {
			if w.Stats.Points > mostPoints {
				w.history.Open = append(w.history.Open, fmt.Sprintf("work after %d I/O points", mostPoints))
				return
			}
		}
		sends, events, entries := w.sendQueue.redrive(), w.settleQueue.redrive(), w.walks.queue.redrive()
		if !sends && !events && !entries {
			return
		}
	}
}

// issued reports whether the coupon of that code is stored as issued.
func (w *World) issued(code string) bool {
	stored, err := w.plain.Coupon(context.Background(), offer.Hash(code))
	return err == nil && stored.State == "issued"
}

// customers returns the customers of the schedule.
func (w *World) customers() (all []shop.CustomerID) {
	for c := range w.history.Zones {
		all = append(all, c)
	}
	return all
}
