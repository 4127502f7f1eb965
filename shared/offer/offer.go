package offer

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"

	"regulars/shared/condition"
	"regulars/shared/shop"
)

// Offer is one discount of the shop with its conditions and limits: a file of
// infra/shop/offers.
type Offer struct {
	ID      shop.OfferID        `json:"id"`
	Version int                 `json:"version"`
	Title   string              `json:"title"`       // for the staff of the shop
	Rank    int                 `json:"rank"`        // of two that are worth the same, the lower is best; also the order in which discounts are taken off
	When    condition.Condition `json:"when"`        // over customer, order and campaign: who may have it
	On      condition.Condition `json:"on,omitzero"` // over line: which lines of a cart it is on
	Effect  Effect              `json:"effect"`

	// Named is the name in messages of the lines that it is on, by language. It is
	// empty without On.
	Named map[string]string `json:"named,omitempty"`

	Days        int        `json:"days,omitempty"`         // a coupon lasts to the end of this day after the one on which it is granted; 1 to 365
	Until       Date       `json:"until,omitempty"`        // a coupon does not last longer than this day; empty: no limit
	Automatic   bool       `json:"automatic,omitempty"`    // needs no code: every customer who meets When has it at the checkout
	Owed        bool       `json:"owed,omitempty"`         // see [Need]
	PerCustomer int        `json:"per_customer,omitempty"` // coupons (automatic: uses) of one customer in total; 0: no limit
	CoolDown    int        `json:"cool_down_days,omitempty"`
	Holdout     int        `json:"holdout,omitempty"` // basis points of the customers, who never get it
	Minimum     shop.Money `json:"minimum,omitzero"`  // of what the lines that it is on cost before discounts
	AtMost      shop.Money `json:"at_most,omitzero"`  // ceiling of the discount
	Margin      *int       `json:"margin,omitempty"`  // it lowers no line below its cost plus these basis points; nil: no floor
	Stacks      string     `json:"stacks,omitempty"`  // class: see package pricing
	Budget      Budget     `json:"budget"`

	// Brings is an estimate of what the points of its effect are worth, by the
	// shop's scheme. Offers are compared by it; customers do not see it.
	Brings shop.Money `json:"brings,omitzero"`
}

// Kind names an effect. It is also its key in an offer's file.
type Kind string

const (
	KindPercent  Kind = "percent"
	KindAmount   Kind = "amount"
	KindTiers    Kind = "tiers"
	KindBuyGet   Kind = "buy_get"
	KindNth      Kind = "nth_unit_free"
	KindGift     Kind = "gift"
	KindShipping Kind = "free_shipping"
	KindPoints   Kind = "points"
)

// Kinds lists every effect, in the order of docs/offers.md.
var Kinds = []Kind{KindPercent, KindAmount, KindTiers, KindBuyGet, KindNth, KindGift, KindShipping, KindPoints}

// Effect is what the customer gets. Only the field of its Kind is set; free
// shipping has none.
type Effect struct {
	Kind    Kind       `json:"kind"`
	Percent int        `json:"percent,omitempty"` // basis points, 1 to 10000
	Amount  shop.Money `json:"amount,omitzero"`
	Tiers   []Tier     `json:"tiers,omitempty"` // by From, ascending
	BuyGet  *BuyGet    `json:"buy_get,omitempty"`
	Nth     *Nth       `json:"nth,omitempty"`
	Gift    *Gift      `json:"gift,omitempty"`
	Points  *Points    `json:"points,omitempty"`
}

// Tier is what is off if the lines cost From or more before discounts. One of
// Percent and Amount is set.
type Tier struct {
	From    shop.Money `json:"from"`
	Percent int        `json:"percent,omitempty"` // basis points
	Amount  shop.Money `json:"amount,omitzero"`
}

// BuyGet takes Percent (basis points; 10000 is all) off Get units for every Buy
// units that are paid, as often as there are enough units; it is taken off the
// cheapest ones.
type BuyGet struct {
	Buy     int `json:"buy"`
	Get     int `json:"get"`
	Percent int `json:"percent"`
}

// Gift is a product that comes with the cart. Offers are compared by its Worth;
// customers do not see that.
type Gift struct {
	Product shop.ProductID `json:"product"`
	Worth   shop.Money     `json:"worth"`
}

// Points grants loyalty points when the order is redeemed. One of Grant and
// Times is set.
type Points struct {
	Grant int `json:"grant,omitempty"` // this number of points
	Times int `json:"times,omitempty"` // in total this many times the points that the lines that it is on earn; 2 or more
}

// Nth gives one unit free for every N that the customer keeps of one product,
// counted for each product by itself. A product qualifies if it or its category
// is listed; if both lists are empty, every product qualifies.
type Nth struct {
	N          int              `json:"n"` // 2 or more
	Products   []shop.ProductID `json:"products,omitempty"`
	Categories []string         `json:"categories,omitempty"` // lower case
}

// Ceiling returns the most that one use takes off; zero if there is no limit.
func (o Offer) Ceiling() (most shop.Money) {
	switch {
	case !o.AtMost.IsZero():
		return o.AtMost
	case o.Effect.Kind == KindAmount:
		return o.Effect.Amount
	case o.Effect.Gift != nil:
		return o.Effect.Gift.Worth
	}
	for _, t := range o.Effect.Tiers {
		if t.Amount.IsZero() {
			return shop.Money{}
		}
		if t.Amount.Minor > most.Minor {
			most = t.Amount
		}
	}
	return most
}

// Budget is the number of uses of an offer. It is divided into shards, so that
// many sends can debit it at the same time.
type Budget struct {
	Uses   int `json:"uses"`   // 1 or more
	Shards int `json:"shards"` // 1 to 64, at most Uses
}

// Share returns the uses with which a shard begins, and 0 if there is no such
// shard. The shares of all shards add up to Uses.
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

// Shard returns the shard that a send debits. It is always the same for a send,
// and sends are spread evenly over the shards.
func (b Budget) Shard(send shop.SendID) int {
	if b.Shards <= 1 {
		return 0
	}
	sum := sha256.Sum256([]byte("budget:" + send))
	return int(binary.BigEndian.Uint64(sum[:8]) % uint64(b.Shards))
}

// Earns reports whether the order of these facts has brought the customer's
// count of a qualifying product to another multiple of N. It does not check
// what may be granted: use it to start a campaign, and [Best] to grant.
func (n Nth) Earns(f condition.Facts) bool {
	for id, units := range f.Order.Lines {
		b, kept := f.Customer.Bought[id]
		if kept && n.counts(id, b) && b.Units/n.N > (b.Units-min(units, b.Units))/n.N {
			return true
		}
	}
	return false
}

// counts reports whether a product qualifies.
func (n Nth) counts(id shop.ProductID, b condition.Bought) bool {
	if len(n.Products) == 0 && len(n.Categories) == 0 {
		return true
	}
	return slices.Contains(n.Products, id) || slices.Contains(n.Categories, strings.ToLower(b.Category))
}
