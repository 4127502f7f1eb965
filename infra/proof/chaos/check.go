package main

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"regulars/infra/local/ses"
	"regulars/shared/claim"
	"regulars/shared/frequency"
	"regulars/shared/reconcile"
	"regulars/shared/shop"
)

// breach records that a promise was broken, with a few of the cases.
func (c *count) breach(promise string, cases []string) {
	if len(cases) == 0 {
		return
	}
	slices.Sort(cases)
	text := fmt.Sprintf("%s: %d", promise, len(cases))
	for _, one := range cases[:min(len(cases), 5)] {
		text += "\n    " + one
	}
	c.breaches = append(c.breaches, text)
}

// verdict adds a line to the report, and records a breach if there are cases.
func (c *count) verdict(name string, cases []string) {
	c.facts = append(c.facts, fact{name, fmt.Sprint(len(cases))})
	c.breach(name, cases)
}

// once reports whether messages of the class may be sent at most once: marketing
// is never sent twice, a transactional message can.
func once(class shop.Class) bool {
	return class.Marketing()
}

// check compares the counts with the promises.
func (c *count) check(tenant string) {
	c.checkPlanned(tenant)
	c.checkMail()
	c.checkCaps()
	c.checkOptOuts()
	c.checkCoupons()
	var left []string
	for name, n := range c.dead {
		left = append(left, fmt.Sprintf("%s: %d", name, n))
	}
	c.verdict("messages left on queues", left)
}

// checkPlanned checks that each intent has one send, and that it has ended.
func (c *count) checkPlanned(tenant string) {
	var missing, open []string
	waiting := 0 // for their own time
	for _, intent := range c.raised {
		if id := intent.SendID(tenant); c.sends[id].State == "" {
			missing = append(missing, fmt.Sprintf("%s of %s, order %s", id, intent.Campaign, intent.Order))
		}
	}
	byRun, byCampaign := map[string]int{}, map[shop.CampaignID]int{}
	for id, d := range c.sends {
		byCampaign[d.Intent.Campaign]++
		switch {
		case d.State.Ended():
		case !c.read.IsZero() && d.State == claim.Queued && d.Wake.After(c.read):
			waiting++
		default:
			open = append(open, fmt.Sprintf("%s of %s: %s since %s, attempt %d, wakes %s", id, d.Intent.Campaign, d.State, d.Changed.Format(time.TimeOnly), d.Attempt, d.Wake.Format(time.TimeOnly)))
		}
		if run := reconcile.RunOf(d.Intent); !run.IsZero() {
			byRun[fmt.Sprintf("%s@%d %s", d.Intent.Campaign, d.Intent.Version, run.UTC().Format(time.RFC3339))]++
		}
	}
	var orders, runs, unequal []string
	for id, planned := range c.planned {
		if byCampaign[id] != planned {
			unequal = append(unequal, fmt.Sprintf("%s: %d planned, %d sends", id, planned, byCampaign[id]))
		}
		delete(byCampaign, id)
	}
	for id, n := range byCampaign {
		unequal = append(unequal, fmt.Sprintf("%s: none planned, %d sends", id, n))
	}
	for _, id := range c.lost {
		orders = append(orders, string(id))
	}
	for _, p := range c.runs {
		name := fmt.Sprintf("%s@%d %s", p.Campaign, p.Version, p.At.UTC().Format(time.RFC3339))
		if byRun[name] != p.Planned || !p.Done() {
			runs = append(runs, fmt.Sprintf("%s: %d planned, %d sends, done: %v", name, p.Planned, byRun[name], p.Done()))
		}
		delete(byRun, name)
	}
	for name, n := range byRun {
		runs = append(runs, fmt.Sprintf("%s: never planned, %d sends", name, n))
	}
	c.verdict("orders that are not stored", orders)
	c.verdict("intents without an end", missing)
	c.verdict("campaigns whose planned are not the sum of the ends", unequal)
	c.verdict("runs whose intents and ends differ", runs)
	if !c.read.IsZero() {
		c.facts = append(c.facts, fact{"sends that wait for their time", fmt.Sprint(waiting)})
	}
	c.verdict("sends that are still open", open)
}

// checkMail checks that SES accepted exactly the messages that the table says it
// accepted, and no promotion twice.
func (c *count) checkMail() {
	var unknown, unsent, ended, twice []string
	arrived, again := 0, 0
	for id, messages := range c.by {
		d, ok := c.sends[id]
		name := fmt.Sprintf("%s of %s: %s, SES accepted %d", id, d.Intent.Campaign, d.State, len(messages))
		switch {
		case !ok:
			unknown = append(unknown, string(id))
			continue
		case d.State == claim.Lost:
			arrived++
		case !d.State.Sent():
			ended = append(ended, name)
		}
		if again += len(messages) - 1; len(messages) > 1 && once(d.Class) {
			twice = append(twice, name)
		}
	}
	sent, lost := 0, 0
	for id, d := range c.sends {
		if d.State == claim.Lost {
			lost++
		}
		if d.State.Sent() {
			sent++
			if len(c.by[id]) == 0 {
				unsent = append(unsent, fmt.Sprintf("%s of %s", id, d.Intent.Campaign))
			}
		}
	}
	c.facts = append(c.facts,
		fact{"SES took", fmt.Sprint(len(c.mail))},
		fact{"  of sends that are ACCEPTED or higher", fmt.Sprint(sent)},
		fact{"  of LOST sends, which arrived", fmt.Sprintf("%d of %d", arrived, lost)},
		fact{"  repeated transactional messages", fmt.Sprint(again - len(twice))},
		fact{"the price: LOST; once more", fmt.Sprintf("%.2f %%; %.2f %%", percent(lost, sent+lost), percent(again, sent+lost))},
	)
	if sent+arrived+again != len(c.mail) {
		c.breach("SES's count is not the sum of its parts", []string{fmt.Sprintf("%d + %d + %d, and SES accepted %d", sent, arrived, again, len(c.mail))})
	}
	c.verdict("marketing messages that arrived twice", twice)
	c.verdict("messages of unknown sends", unknown)
	c.verdict("messages of sends that ended without one", ended)
	c.verdict("sends that are stored as accepted, and SES did not accept them", unsent)
}

func percent(part, whole int) float64 { return 100 * float64(part) / float64(max(whole, 1)) }

// checkCaps checks that no rolling window of a mailbox or of a customer holds more
// messages than its cap, by the times at which SES accepted them.
func (c *count) checkCaps() {
	policy := c.policy.Frequency
	// A class that counts without obeying can come between a claim and its
	// message. The window's limit is certain only for classes that do both.
	held := func(class shop.Class) bool { return policy.Classes[class].Counts && policy.Classes[class].Obeys }
	by := map[string][]ses.Summary{}
	for _, m := range c.mail {
		for _, of := range names(m) {
			by[of] = append(by[of], m)
		}
	}
	var over []string
	windows := 0
	for of, messages := range by {
		for _, limit := range policy.Caps {
			at := taken(messages, func(class shop.Class) bool {
				return held(class) && (limit.Scope == frequency.ScopeAll || limit.Class == class)
			})
			windows += len(at)
			for i := limit.Max; i < len(at); i++ {
				if span := at[i].Sub(at[i-limit.Max]); span < limit.Window.Rolling {
					over = append(over, fmt.Sprintf("%s, cap %s: %d within %s, until %s", of, limit.Name, limit.Max+1, span, at[i].Format(time.TimeOnly)))
				}
			}
		}
		at := taken(messages, held)
		for i := 1; i < len(at); i++ {
			if gap := at[i].Sub(at[i-1]); gap < policy.MinGap {
				over = append(over, fmt.Sprintf("%s: %s between two messages", of, gap))
			}
		}
	}
	c.facts = append(c.facts, fact{"windows looked at, from SES's side", fmt.Sprint(windows)})
	c.verdict("windows over their cap", over)
}

// taken returns when SES accepted the messages of such a class.
func taken(messages []ses.Summary, such func(shop.Class) bool) (at []time.Time) {
	for _, m := range messages {
		if such(shop.Class(m.Tags["class"])) {
			at = append(at, m.At)
		}
	}
	return at
}

// checkOptOuts checks that no marketing was claimed after a customer's opt-out, and
// that none went to a mailbox after the opt-out of a message to it.
func (c *count) checkOptOuts() {
	var late []string
	for id, d := range c.sends {
		at, optedOut := c.optOuts[ofCustomer(d.Intent.Customer)]
		if optedOut && once(d.Class) && !d.Claimed.IsZero() && d.Claimed.After(at) {
			late = append(late, fmt.Sprintf("%s of %s to %s: claimed %s after the answer", id, d.Intent.Campaign, d.Intent.Customer, d.Claimed.Sub(at)))
		}
	}
	for _, m := range c.mail {
		for _, of := range names(m) {
			at, optedOut := c.optOuts[of]
			if optedOut && once(shop.Class(m.Tags["class"])) && m.At.Sub(at) > c.policy.Frequency.Slack {
				late = append(late, fmt.Sprintf("SES accepted %s %s after the answer", m.Tags["send_id"], m.At.Sub(at)))
				break
			}
		}
	}
	c.verdict("promotions claimed after an opt-out", late)
}

// checkCoupons checks that coupons in inboxes are issued, that those of unsent
// messages were voided, and that budgets add up.
func (c *count) checkCoupons() {
	var bad, kept, sums []string
	for hash, id := range c.printed {
		if coupon := c.stored[hash]; coupon.State != "issued" || coupon.Send != id {
			bad = append(bad, fmt.Sprintf("of send %s (%s): %s, of send %s", id, c.sends[id].State, coupon.State, coupon.Send))
		}
	}
	issued := map[shop.OfferID]int{}
	for id, coupon := range c.coupons {
		d := c.sends[id]
		if coupon.State == "issued" {
			issued[coupon.Offer]++
		}
		if went := d.State.Sent() || d.State == claim.Lost; went != (coupon.State == "issued") {
			kept = append(kept, fmt.Sprintf("send %s is %s, its coupon %s", id, d.State, coupon.State))
		}
	}
	total := 0
	for _, o := range c.policy.Offers {
		total += issued[o.ID]
		if o.Budget.Uses-c.left[o.ID] != issued[o.ID] {
			sums = append(sums, fmt.Sprintf("%s: %d uses less %d issued are not %d", o.ID, o.Budget.Uses, issued[o.ID], c.left[o.ID]))
		}
	}
	c.facts = append(c.facts, fact{"coupons issued; in the mailbox", fmt.Sprintf("%d; %d", total, len(slices.Collect(maps.Keys(c.printed))))})
	c.verdict("coupons in the mailbox that are not issued", bad)
	c.verdict("coupons whose send says otherwise", kept)
	c.verdict("budgets that do not add up", sums)
}
