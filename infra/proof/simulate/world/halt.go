package world

import (
	"context"
	"fmt"
	"time"

	"regulars/infra/proof/simulate/judge"
	"regulars/shared/breaker"
	"regulars/shared/policycache"
	"regulars/shared/shop"
)

// effective is how long after the answer to a word a message of its campaign may
// still reach SES: as long as a function uses what it read when it cannot read again,
// then as long as it runs, and then as long as its call to SES is on its way.
const effective = policycache.StaleBreakers + sendLimit + hang + mostSkew

// sayWords draws what persons say about campaigns.
func (w *World) sayWords(span time.Duration) {
	between := func(d time.Duration) time.Duration { return time.Duration(w.halting.Int64N(int64(d))) }
	for range 1 + w.halting.IntN(2) {
		id := wanted[w.halting.IntN(len(wanted))]
		at := between(span)
		for range 1 + w.halting.IntN(2) {
			w.say(id, []string{"pause", "pause", "cancel"}[w.halting.IntN(3)], at)
			if at += time.Minute + between(span+time.Hour); w.halting.IntN(100) < 80 {
				w.say(id, "resume", at)
			}
			at += time.Minute + between(span)
		}
	}
}

// say has a person say one word about a campaign, each minute again until it is
// answered.
func (w *World) say(id shop.CampaignID, word string, at time.Duration) {
	w.clock.After(at, func() {
		n := len(w.history.Words)
		known, _ := policies()[w.publications[len(w.publications)-1]].Campaign(id)
		w.history.Words = append(w.history.Words, judge.Word{Campaign: id, Word: word, Version: known.Version, Said: w.clock.Now()})
		w.sayAgain(n, 5)
	})
}

func (w *World) sayAgain(n, tries int) {
	said := w.history.Words[n]
	t := w.newWorker("person", preferencesLimit)
	t.serve = func(ctx context.Context, _ []*queueMessage) {
		k := &breaker.Keeper{Store: w.store, Now: t.now}
		var err error
		switch said.Word {
		case "pause":
			_, err = k.PauseCampaign(ctx, said.Campaign, "ann", "")
		case "cancel":
			_, err = k.CancelCampaign(ctx, said.Campaign, said.Version, "ann", "")
		default:
			_, err = k.ResumeCampaign(ctx, said.Campaign, "ann", "")
		}
		t.Wait(w.latency())
		if err == nil {
			w.history.Words[n].Answered = w.clock.Now()
		}
		w.step(t.name, said.Word, string(said.Campaign), NoFault, fmt.Sprint(err == nil))
	}
	t.invoke(nil)
	w.clock.After(time.Minute, func() {
		if w.history.Words[n].Answered.IsZero() && tries > 1 {
			w.sayAgain(n, tries-1)
		}
	})
}
