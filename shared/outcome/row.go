package outcome

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"regulars/shared/claim"
	"regulars/shared/lift"
	"regulars/shared/shop"
	"regulars/shared/variant"
)

// By is what divides a campaign into rows.
type By string

// The divisions. Whole is the campaign itself.
const (
	Whole   By = ""
	Month   By = "month"   // in which the message was planned, or the unit entered, in UTC
	Segment By = "segment" // that the customer was in when they entered; a customer can be in several
	Offer   By = "offer"   // of which the message has a coupon; of the customers there are no arms
	Variant By = "variant" // that the customer gets; compared with all who are held out of the campaign, from the first message on that had a variant
)

// Key names a row. The row without a campaign is that of all campaigns: its held out
// are those of the global holdout.
type Key struct {
	Campaign shop.CampaignID `json:"campaign"`
	By       By              `json:"by,omitempty"`
	Name     string          `json:"name,omitempty"` // of the month, segment, offer or variant
}

// Compare orders keys by campaign, division and name.
func (k Key) Compare(l Key) int {
	return cmp.Or(cmp.Compare(k.Campaign, l.Campaign), cmp.Compare(k.By, l.By), cmp.Compare(k.Name, l.Name))
}

// Ending is the state of a send with the code of its reason.
type Ending struct {
	State claim.State
	Code  string // empty if it went without a hitch
}

// Row is a campaign, or a part of it.
type Row struct {
	Key
	Journey shop.CampaignID // of which it is a step, or that it is as a whole; empty: neither
	Class   shop.Class      // of the messages, as far as it is known
	Counts

	// Mailed and Held are the units of the comparison. Of the row of all campaigns a
	// unit is a customer who entered any promotion.
	Mailed, Held lift.Arm
	Open         int64 // units whose horizon is not over
	Cut          int64 // units that may lack orders: see the package comment

	// Strata are the units of a variant whose shares follow the better one, one for each
	// time in which the shares stayed the same. They are compared within themselves: if
	// they were added up, what the days do would be taken for what the variant does. With
	// fixed shares there is none.
	Strata []lift.Stratum

	drawnBy, heldBy map[int64]lift.Arm // units of a variant, and the held out of a campaign with variants, by since when the shares held by which they were assigned, in Unix milliseconds; 0: fixed shares, or not assigned yet
}

// IsJourney reports whether the row is of a journey as a whole: its messages are those of
// all steps, and its units enter with their first one.
func (r *Row) IsJourney() bool { return r.Campaign != "" && r.Journey == r.Campaign }

// Counts are sums over the messages of a row.
type Counts struct {
	Planned int64
	Ends    map[Ending]int64
	Mails   int64 // that SES took, or may have taken: they cost money

	Reached   int64 // customers to whom a message was delivered
	Clicks    Clicks
	After     Orders
	Coupons   Coupons
	Providers map[string]Mail // by the provider of the recipient's address: see [Provider]
}

// Clicks are the links to the shop that were followed, as package click tells people
// from programs. They judge nothing: who opens a shop has not bought anything.
type Clicks struct {
	Messages int64 // of which a person followed a link
	Links    int64 // that people followed: each link of a message counts once
	Machines int64 // links that only programs visited
}

// Orders are the orders that customers placed soon after a message.
type Orders struct {
	Orders   int64 // without cancelled ones
	Returned int64 // of these, orders of which something was given back
	Net      int64 // minor units, after discounts and returns
}

// Coupons are those that went with the messages.
type Coupons struct {
	Issued, Redeemed int64
	Discount         int64 // what the redeemed ones took off, in minor units
	Points           int64 // that they granted
}

// Mail is what SES reported of the messages to the addresses of one provider.
type Mail struct {
	Sent, Delivered, Bounced, Complained int64
}

// State returns how many messages are in a state.
func (c Counts) State(of ...claim.State) (n int64) {
	for e, count := range c.Ends {
		if slices.Contains(of, e.State) {
			n += count
		}
	}
	return n
}

// Delivered returns how many messages reached the recipient's server.
func (c Counts) Delivered() int64 { return c.State(claim.Delivered, claim.Complained) }

// merge adds another part of the same row.
func (r *Row) merge(o *Row) {
	r.Journey, r.Class = either(r.Journey, o.Journey), either(r.Class, o.Class)
	r.Planned += o.Planned
	r.Mails += o.Mails
	r.Reached += o.Reached
	r.Clicks.Messages += o.Clicks.Messages
	r.Clicks.Links += o.Clicks.Links
	r.Clicks.Machines += o.Clicks.Machines
	r.After.Orders += o.After.Orders
	r.After.Returned += o.After.Returned
	r.After.Net += o.After.Net
	r.Coupons.Issued += o.Coupons.Issued
	r.Coupons.Redeemed += o.Coupons.Redeemed
	r.Coupons.Discount += o.Coupons.Discount
	r.Coupons.Points += o.Coupons.Points
	for e, n := range o.Ends {
		r.Ends[e] += n
	}
	for name, d := range o.Providers {
		sum := r.Providers[name]
		sum.add(d)
		r.Providers[name] = sum
	}
	r.Mailed.Merge(o.Mailed)
	r.Held.Merge(o.Held)
	for since, arm := range o.drawnBy {
		r.drawnBy = adding(r.drawnBy, since, func(a *lift.Arm) { a.Merge(arm) })
	}
	for since, arm := range o.heldBy {
		r.heldBy = adding(r.heldBy, since, func(a *lift.Arm) { a.Merge(arm) })
	}
	r.Open += o.Open
	r.Cut += o.Cut
}

func (m *Mail) add(o Mail) {
	m.Sent += o.Sent
	m.Delivered += o.Delivered
	m.Bounced += o.Bounced
	m.Complained += o.Complained
}

// Report is the result of a question. Make one with [New]. Only one goroutine may use
// it.
type Report struct {
	Question
	rows map[Key]*Row
}

// New returns the empty report of a question.
func New(q Question) *Report {
	return &Report{Question: q.WithDefaults(), rows: map[Key]*Row{}}
}

// Merge adds the customers of another report of the same question.
func (r *Report) Merge(o *Report) {
	for key, row := range o.rows {
		r.row(key).merge(row)
	}
}

func (r *Report) row(key Key) *Row {
	row := r.rows[key]
	if row == nil {
		row = &Row{Key: key, Counts: Counts{Ends: map[Ending]int64{}, Providers: map[string]Mail{}}}
		r.rows[key] = row
	}
	return row
}

// Rows returns all rows, by campaign, then by division; first the row of all
// campaigns. They are not to be changed, and are those of now: adding customers changes
// them.
func (r *Report) Rows() []*Row {
	all := slices.SortedFunc(maps.Values(r.rows), func(a, b *Row) int { return a.Compare(b.Key) })
	for i, row := range all {
		if row.By == Variant {
			all[i] = r.variantRow(row)
		}
	}
	return all
}

// variantRow returns the row of a variant with its units, and with the held out of its
// campaign.
func (r *Report) variantRow(row *Row) *Row {
	v, held := *row, map[int64]lift.Arm{}
	if whole := r.rows[Key{Campaign: row.Campaign}]; whole != nil {
		held = whole.heldBy
	}
	for _, since := range r.draws(row.Campaign) {
		v.Mailed.Merge(row.drawnBy[since])
		v.Held.Merge(held[since])
		if since != 0 {
			v.Strata = append(v.Strata, lift.Stratum{Mailed: row.drawnBy[since], Held: held[since]})
		}
	}
	return &v
}

// draws returns since when the shares held by which the customers of a campaign's
// variants were assigned, in their order: 0 alone if the shares are fixed. If they follow
// the better variant, customers who are not assigned yet are left out.
func (r *Report) draws(campaign shop.CampaignID) (all []int64) {
	met := map[int64]bool{}
	for key, row := range r.rows {
		if key.Campaign == campaign && key.By == Variant {
			for since := range row.drawnBy {
				met[since] = true
			}
		}
	}
	if len(met) > 1 {
		delete(met, 0)
	}
	return slices.Sorted(maps.Keys(met))
}

// Batches returns the customers of a campaign's variants by the shares by which they
// were assigned, with the variants in the order of names. Those of shares from before
// began are left out: they belong to an earlier experiment.
func (r *Report) Batches(campaign shop.CampaignID, names []string, began time.Time) (all []variant.Batch) {
	for _, since := range r.draws(campaign) {
		if since == 0 || since < began.UnixMilli() {
			continue
		}
		batch := make(variant.Batch, len(names))
		for i, name := range names {
			if row := r.rows[Key{campaign, Variant, name}]; row != nil {
				batch[i] = row.drawnBy[since]
			}
		}
		all = append(all, batch)
	}
	return all
}

// Variants returns the variants of a campaign, by name, and what can be said of them by
// their customers' orders; nil if it has had none or one.
func (r *Report) Variants(campaign shop.CampaignID) ([]*Row, variant.Standing) {
	var rows []*Row
	for _, row := range r.Rows() {
		if row.Campaign == campaign && row.By == Variant {
			rows = append(rows, row)
		}
	}
	if len(rows) < 2 {
		return nil, variant.Standing{}
	}
	batches := make([]variant.Batch, max(1, len(rows[0].Strata)))
	for _, row := range rows {
		if len(row.Strata) == 0 {
			batches[0] = append(batches[0], row.Mailed)
		}
		for b, units := range row.Strata {
			batches[b] = append(batches[b], units.Mailed)
		}
	}
	return rows, variant.Judge(batches, lift.Orders, Alpha)
}
