package offer

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"regulars/shared/rule"
	"regulars/shared/shop"
)

// Offer is one rule of the shop about one discount: a file of infra/shop/offers.
type Offer struct {
	ID      shop.OfferID   `json:"id"`
	Version int            `json:"version"`
	Title   string         `json:"title"` // for the shop's own people
	Rank    int            `json:"rank"`  // of two that are worth the same, the lower goes first
	When    rule.Condition `json:"when"`  // over customer, order and campaign
	Effect  Effect         `json:"effect"`

	Days        int        `json:"days"`                   // a coupon lasts to the end of this day after its granting; 1 to 365
	PerCustomer int        `json:"per_customer,omitempty"` // coupons for one customer, ever; 0: no limit
	CoolDown    int        `json:"cool_down_days,omitempty"`
	Minimum     shop.Money `json:"minimum,omitzero"` // least basket
	Budget      Budget     `json:"budget"`
}

// Kind names an effect.
type Kind string

const (
	KindPercent Kind = "percent"
	KindAmount  Kind = "amount"
	KindNth     Kind = "nth_unit_free"
)

// Effect is what the customer gets. Only the field that belongs to Kind is set.
type Effect struct {
	Kind    Kind       `json:"kind"`
	Percent int        `json:"percent,omitempty"` // basis points, 1 to 10000
	Amount  shop.Money `json:"amount,omitzero"`
	Nth     *Nth       `json:"nth,omitempty"`
}

// Nth gives one unit free for every N that are kept of one product, counted for
// each product by itself. A product qualifies where it is listed, or its
// category is; two empty lists mean every product.
type Nth struct {
	N          int              `json:"n"` // 2 or more
	Products   []shop.ProductID `json:"products,omitempty"`
	Categories []string         `json:"categories,omitempty"` // lower case
}

// Budget bounds how many coupons the offer may have in the world. It is kept in
// shards, so that many sends can debit it at a time.
type Budget struct {
	Uses   int `json:"uses"`   // 1 or more
	Shards int `json:"shards"` // 1 to 64, at most Uses
}

// Share returns the uses that shard begins with, 0 for a shard that there is
// not. The shares of all shards add up to Uses.
func (b Budget) Share(shard int) int {
	if shard < 0 || shard >= b.Shards {
		return 0
	}
	share := b.Uses / b.Shards
	if shard < b.Uses%b.Shards {
		share++
	}
	return share
}

// Shard returns the shard that this send debits: always the same one, spread
// evenly over sends.
func (b Budget) Shard(send shop.SendID) int {
	if b.Shards <= 1 {
		return 0
	}
	sum := sha256.Sum256([]byte("budget:" + send))
	return int(binary.BigEndian.Uint64(sum[:8]) % uint64(b.Shards))
}

// Earns reports whether the order of these facts has brought the customer over
// a further n of some qualifying product. It asks what happened, not what may
// be granted: use it to start a campaign, and [Best] to grant.
func (n Nth) Earns(f rule.Facts) bool {
	for id, units := range f.Order.Lines {
		b, kept := f.Customer.Bought[id]
		if kept && n.counts(id, b) && b.Units/n.N > (b.Units-min(units, b.Units))/n.N {
			return true
		}
	}
	return false
}

func (n Nth) counts(id shop.ProductID, b rule.Bought) bool {
	if len(n.Products) == 0 && len(n.Categories) == 0 {
		return true
	}
	return slices.Contains(n.Products, id) || slices.Contains(n.Categories, strings.ToLower(b.Category))
}

// until returns the last millisecond of the day that is days after now's, in zone.
func until(now time.Time, days int, zone *time.Location) time.Time {
	y, m, d := now.In(zone).Date()
	return startOfDay(y, m, d+days+1, zone).Add(-time.Millisecond).UTC()
}

// startOfDay returns the first moment of a day. Where midnight is skipped, as
// in Cairo each April, the day begins an hour later.
func startOfDay(y int, m time.Month, d int, zone *time.Location) time.Time {
	noon := time.Date(y, m, d, 12, 0, 0, 0, zone)
	t := time.Date(y, m, d, 0, 0, 0, 0, zone)
	for t.Day() != noon.Day() { // Date answers with the evening before
		t = t.Add(15 * time.Minute)
	}
	return t
}
