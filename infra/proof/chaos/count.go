package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"regulars/infra/local/ses"
	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/coupon"
	"regulars/shared/dynamo"
	"regulars/shared/message"
	"regulars/shared/offer"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// count is the result of a trial: what was planned, what is stored, and what SES
// accepted, each from its own source.
type count struct {
	policy  shoppolicy.Policy
	planned map[shop.CampaignID]int // from the intents of orders, and from the runs' own count
	raised  []campaign.Intent       // by orders
	runs    []dynamo.Progress
	sends   map[shop.SendID]claim.Send
	mail    []ses.Summary                 // oldest first
	by      map[shop.SendID][]ses.Summary // by send
	coupons map[shop.SendID]coupon.Coupon // the stored coupons of sends
	printed map[string]shop.SendID        // hashes of the codes in accepted messages, with their sends
	stored  map[string]coupon.Coupon      // coupons of those codes
	left    map[shop.OfferID]int          // uses left in the budgets
	lost    []shop.OrderID                // orders that were played and are not stored
	optOuts map[string]time.Time          // see readers
	dead    map[string]int                // dead letters that are left after the redrive
	read    time.Time                     // in a calm trial, whose sends may wait on; else zero

	facts    []fact
	breaches []string
}

// fact is one line of the report.
type fact struct{ name, value string }

// tenant returns the template's Tenant, which is part of each send's ID.
func (h *system) tenant() string { return h.Template.Parameters["Tenant"] }

// count reads everything, without injected faults.
func (h *system) count(ctx context.Context, played story) (*count, error) {
	h.say("counting")
	_, packed, err := h.Store.Policy(ctx)
	if err != nil {
		return nil, err
	}
	c := &count{planned: map[shop.CampaignID]int{}, sends: map[shop.SendID]claim.Send{}, by: map[shop.SendID][]ses.Summary{}, dead: map[string]int{}}
	if c.policy, err = shoppolicy.Decode(packed, message.Renderer{}); err != nil {
		return nil, err
	}
	for _, read := range []func(context.Context, *count, story) error{h.readPlanned, h.readSends, h.readMail, h.readCoupons} {
		if err := read(ctx, c, played); err != nil {
			return nil, fmt.Errorf("count: %w", err)
		}
	}
	c.optOuts = h.readers.optOuts
	if h.trial.calm {
		c.read = time.Now()
	}
	for _, q := range h.Queues().Queues() {
		if n := q.Visible + q.InFlight + q.Delayed; n > 0 {
			c.dead[q.Name] = n
		}
	}
	h.facts(c, played)
	c.check(h.tenant())
	return c, nil
}

// readPlanned reads the intents of orders and the runs' counts.
func (h *system) readPlanned(ctx context.Context, c *count, played story) error {
	var mu sync.Mutex
	readers, reading := errgroup.WithContext(ctx)
	readers.SetLimit(8)
	for _, id := range played.orders {
		readers.Go(func() error {
			order, _, err := h.Store.Order(reading, id)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			if order.Placed == nil {
				c.lost = append(c.lost, id)
			}
			for _, intent := range order.Intents() {
				c.raised = append(c.raised, intent)
				c.planned[intent.Campaign]++
			}
			return nil
		})
	}
	if err := readers.Wait(); err != nil {
		return err
	}
	return h.Store.Runs(ctx, func(p dynamo.Progress) error {
		c.runs = append(c.runs, p)
		c.planned[p.Campaign] += p.Planned
		return nil
	})
}

func (h *system) readSends(ctx context.Context, c *count, _ story) error {
	for page := (dynamo.Page{}); page.After != dynamo.End; {
		next, err := h.Store.Sends(ctx, page, func(d claim.Send) error {
			c.sends[d.ID] = d
			return nil
		})
		if err != nil {
			return err
		}
		page.After = next
	}
	return nil
}

// readMail reads SES's mailbox.
func (h *system) readMail(_ context.Context, c *count, _ story) error {
	c.mail = h.Mail().Messages(ses.Filter{}).Items
	slices.SortStableFunc(c.mail, func(a, b ses.Summary) int { return a.At.Compare(b.At) })
	for _, m := range c.mail {
		id := shop.SendID(m.Tags["send_id"])
		c.by[id] = append(c.by[id], m)
	}
	return nil
}

// code matches a coupon's code in a message.
var code = regexp.MustCompile(`\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{5}\b`)

// readCoupons reads the coupons of sends and of messages, and the budgets.
func (h *system) readCoupons(ctx context.Context, c *count, _ story) error {
	c.coupons, c.printed, c.stored, c.left = map[shop.SendID]coupon.Coupon{}, map[string]shop.SendID{}, map[string]coupon.Coupon{}, map[shop.OfferID]int{}
	for _, m := range c.mail {
		message, _, err := h.Mail().Message(m.ID)
		if err != nil {
			return err
		}
		for _, found := range code.FindAllString(message.Text, -1) {
			c.printed[offer.Hash(found)] = shop.SendID(m.Tags["send_id"])
		}
	}
	read := func(hash string) (coupon.Coupon, error) {
		found, err := h.Store.Coupon(ctx, hash)
		if errors.Is(err, dynamo.ErrNotFound) {
			return coupon.Coupon{State: "missing"}, nil
		}
		return found, err
	}
	for hash := range c.printed {
		found, err := read(hash)
		if err != nil {
			return err
		}
		c.stored[hash] = found
	}
	for id, d := range c.sends {
		if d.Coupon == nil {
			continue
		}
		coupon, err := read(d.Coupon.Hash)
		if err != nil {
			return err
		}
		c.coupons[id] = coupon
	}
	for _, o := range c.policy.Offers {
		shards, err := h.Store.Budget(ctx, o.ID, o.Version)
		if err != nil {
			return err
		}
		for _, left := range shards {
			c.left[o.ID] += left
		}
	}
	return nil
}
