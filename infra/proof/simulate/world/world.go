// Package world is a shop's cloud in one process and in virtual time, with
// everything at odds: it runs the production code of send and settle, over
// tables, a queue, SES and its events that fail in every way that the networks
// between them can.
//
// [Run] plays one schedule. What happens in it (who is asked to send what to
// whom, which faults hit, who dies when, whose clock is wrong, when new rules
// come into force or a customer says no) is drawn from its seed, and nothing
// else: the same seed gives the same steps, byte for byte. At the end all is
// healed, what waits is waited for, and the history goes to package judge.
//
// What is production code: dispatch (decide, claim, send), settlement, the store
// with its conditions, fences and read-backs, and the gate with the SDK's SES
// client and its parsing of errors. What is a model: the tables' engine
// (shared/dynamo/memory, held to DynamoDB's behaviour by a common suite), the
// SDK's repetitions of calls to DynamoDB, the queue, SES, its events, Lambda's
// processes and their time-outs, and the cache of the rules.
package world

import (
	"context"
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

// World is one schedule under way.
type World struct {
	Stats Stats

	clock   *clockwork.Clockwork
	random  *rand.Rand
	weather weather
	trace   trace
	swap    Swap

	engine *memory.Engine
	store  *dynamo.Store // as workers see it
	plain  *dynamo.Store // without faults, for the world itself

	sendQueue, settleQueue *queue
	account                account
	bounces, complaints    int // in per cent of what SES takes
	publications           []int
	skewed, healed, killed bool
	paced, braked          bool // the account's rate is shared; brakes and pauses are heeded
	born                   int  // workers

	due    map[string]due    // what stands in the index of what waits
	owners map[string]string // of the claims that were seen
	states map[string]claim.State

	campaigns map[shop.SendID]shop.CampaignID // of what is wanted
	tokens    map[string]made                 // of transactions, where the caller chose them
	ticks     time.Time                       // when the clock ticks next

	history judge.History
}

// Stats counts what happened in one schedule, or in many.
type Stats struct {
	Schedules, Intents, Points int // I/O points
	Accepted                   int // messages that SES took
	Lost, LostWent             int // sends that ended LOST, and those of them that SES took
	LostCoupons                int // coupons that LOST sends hold
	Service, ServiceTwice      int // service messages that went, and their duplicates
	NoKill                     int // schedules in which nobody died
	Faults                     [Faults]int
	Ends                       map[string]int
	Hours                      int // of virtual time
}

// Options change how a schedule is run.
type Options struct {
	Trace io.Writer // gets a line for each step
	Swap  Swap
}

// Result is what became of a schedule.
type Result struct {
	Seed       uint64
	Hash       uint64 // of the trace
	Stats      Stats
	Violations []judge.Violation
	History    judge.History
}

// mostPoints is after how many I/O points a schedule is taken for endless.
const mostPoints = 20_000

// Run plays the schedule of a seed.
func Run(seed uint64, o Options) Result {
	w := &World{
		random: rand.New(rand.NewPCG(seed, 0x5eed)), trace: trace{hash: fnvOffset, out: o.Trace}, swap: o.Swap,
		engine: memory.New(dynamotest.Definitions()...),
		due:    map[string]due{}, owners: map[string]string{}, states: map[string]claim.State{}, campaigns: map[shop.SendID]shop.CampaignID{}, tokens: map[string]made{},
	}
	var client dynamo.Client = front{w}
	if o.Swap.Client != nil {
		client = o.Swap.Client(client)
	}
	w.store, w.plain = dynamo.New(client, tables), dynamo.New(w.engine, tables)
	w.store.Pause = w.pause
	w.sendQueue = &queue{world: w, name: "send-queue", visibility: sendVisibility, batch: sendBatch}
	w.settleQueue = &queue{world: w, name: "settle-queue", visibility: settleVisibility, batch: settleBatch}
	w.prepare()
	w.play()
	w.close()
	w.Stats.Ends = map[string]int{}
	w.count()
	return Result{Seed: seed, Hash: w.trace.hash, Stats: w.Stats, Violations: judge.Judge(w.history), History: w.history}
}

// play lets everything happen, and then gives the dead letters their chance.
func (w *World) play() {
	for {
		for w.clock.Next() {
			if w.Stats.Points > mostPoints {
				w.history.Open = append(w.history.Open, "work after 20000 I/O points")
				return
			}
		}
		sends, events := w.sendQueue.redrive(), w.settleQueue.redrive()
		if !sends && !events {
			return
		}
	}
}

// issued reports whether the coupon of that code is stored as issued.
func (w *World) issued(code string) bool {
	coupon, err := w.plain.Coupon(context.Background(), offer.Hash(code))
	return err == nil && coupon.State == "issued"
}

// customers lists who there is.
func (w *World) customers() (all []shop.CustomerID) {
	for c := range w.history.Zones {
		all = append(all, c)
	}
	return all
}
