package world

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/claim"
	"regulars/shared/coupon"
	"regulars/shared/dynamo"
	"regulars/shared/shop"
)

type item = map[string]types.AttributeValue

// close reads the final content of the tables into the history.
func (w *World) close() {
	ctx := context.Background()
	h := &w.history
	if _, err := w.plain.Sends(ctx, dynamo.Page{}, func(d claim.Send) error {
		h.Sends = append(h.Sends, d)
		return nil
	}); err != nil {
		panic("world: " + err.Error())
	}
	for _, customer := range w.customers() {
		contact, _, err := w.plain.Contact(ctx, customer)
		if err != nil {
			panic("world: " + err.Error())
		}
		h.Contacts[customer] = contact
	}
	for i, b := range h.Budgets {
		left, err := w.plain.Budget(ctx, b.Offer, 1)
		if err != nil {
			panic("world: " + err.Error())
		}
		for _, n := range left {
			h.Budgets[i].Left += n
		}
	}
	out, err := w.engine.Scan(ctx, &dynamodb.ScanInput{TableName: &tables.Coupons})
	if err != nil {
		panic("world: " + err.Error())
	}
	for _, m := range out.Items {
		if hash := textOf(m, "hash"); hash != "" {
			h.Coupons = append(h.Coupons, coupon.Coupon{
				Hash: hash, Offer: shop.OfferID(textOf(m, "offer")), Customer: shop.CustomerID(textOf(m, "customer")),
				Send: shop.SendID(textOf(m, "send")), State: coupon.State(textOf(m, "state")),
			})
		}
	}
	for _, q := range []*queue{w.sendQueue, w.settleQueue, w.walks.queue} {
		if n := len(q.ready) + len(q.dead); n > 0 {
			h.Open = append(h.Open, fmt.Sprintf("%d messages on %s", n, q.name))
		}
	}
	slices.SortFunc(h.Sends, func(a, b claim.Send) int { return strings.Compare(string(a.ID), string(b.ID)) })
	for _, d := range h.Sends {
		w.step("end", string(d.State), string(d.Intent.Campaign)+"/"+short(string(d.ID)), NoFault, d.Reason.Code+" attempt "+strconv.Itoa(d.Attempt))
	}
}

// count fills in the statistics of the schedule.
func (w *World) count() {
	s, h := &w.Stats, &w.history
	s.Schedules, s.Intents, s.Accepted = 1, len(h.Intents), len(h.Accepted)
	s.Hours = int(w.clock.Passed() / time.Hour)
	for _, i := range h.Intents {
		switch i.Campaign {
		case "path_hello":
			s.Ways++
		case "path_bye":
			s.WholeWays++
		}
	}
	went := map[shop.SendID]int{}
	for _, a := range h.Accepted {
		went[a.Send]++
	}
	for _, d := range h.Sends {
		s.Ends[string(d.State)]++
		if transactional := d.Class == shop.ClassService || d.Class == shop.ClassRecovery || d.Class == shop.ClassSafety; transactional && went[d.ID] > 0 {
			s.Service++
			s.ServiceTwice += went[d.ID] - 1
		}
		if d.State != claim.Lost {
			continue
		}
		s.Lost++
		if went[d.ID] > 0 {
			s.LostWent++
		}
		if d.Coupon != nil {
			s.LostCoupons++
		}
	}
	kills := 0
	for f, n := range s.Faults {
		if Fault(f).Kill() {
			kills += n
		}
	}
	if kills == 0 {
		s.NoKill = 1
	}
}

// Add adds o to s.
func (s *Stats) Add(o Stats) {
	s.Schedules += o.Schedules
	s.Intents += o.Intents
	s.Ways += o.Ways
	s.WholeWays += o.WholeWays
	s.Points += o.Points
	s.Accepted += o.Accepted
	s.Lost += o.Lost
	s.LostWent += o.LostWent
	s.LostCoupons += o.LostCoupons
	s.Service += o.Service
	s.ServiceTwice += o.ServiceTwice
	s.NoKill += o.NoKill
	s.Hours += o.Hours
	for f, n := range o.Faults {
		s.Faults[f] += n
	}
	if s.Ends == nil {
		s.Ends = map[string]int{}
	}
	for state, n := range o.Ends {
		s.Ends[state] += n
	}
}
