package pricing

import (
	"cmp"
	"slices"

	"regulars/shared/shop"
)

// Deal is one discount that the customer may have on this cart: an offer whose
// conditions about the customer hold. Exactly one of its effects is set.
type Deal struct {
	ID    shop.OfferID
	Rank  int    // deals of a lower rank are taken off first
	Class string // of stacking; see the package comment

	// On says which lines the deal is on; nil is all of them. It must depend on
	// the line alone.
	On func(Line) bool

	Percent  int     // basis points off, 1 to 10000
	Amount   int64   // off, at most what the lines are worth
	Tiers    []Tier  // by what the lines are worth; the highest that is reached counts
	Bundle   *Bundle // so many free with so many
	Unit     shop.ProductID
	Units    int   // so many units of Unit are free, the dearest first
	Shipping bool  // shipping is free
	Gift     *Gift // a product without spending

	// Tender says that the customer pays with something of their own, such as
	// points: the deal is taken after all others, on what they have left, and no
	// other is refused for it, not even one that goes alone.
	Tender bool

	Minimum int64 // what the lines have to be worth before any discount
	Most    int64 // the discount's ceiling; 0: none
	Margin  int   // basis points over their cost below which no line falls through this deal, or NoFloor
}

// NoFloor is the margin of a deal that keeps its word whatever the lines cost
// the shop: what was promised as free is free.
const NoFloor = -1

// Alone is the class of deals that go with no other.
const Alone = "alone"

// Tier is a step of a discount by spend. One of Percent and Amount is set.
type Tier struct {
	From    int64
	Percent int
	Amount  int64
}

// Bundle gives Get units free for every Buy units that are paid, as often as
// the units on the deal suffice; the cheapest units are the free ones. Percent
// says how much is off a free unit: 10000 is all of it.
type Bundle struct{ Buy, Get, Percent int }

// Gift is a product that comes with the cart; without a product it is something
// of the shop's own, such as points.
type Gift struct {
	Product shop.ProductID
	Worth   int64 // what it sells for; deals of one class are compared by it
}

// Refusal says why a deal gives nothing on this cart.
type Refusal string

const (
	Nothing  Refusal = "no-line"   // it is on none of the lines
	TooSmall Refusal = "minimum"   // the lines are worth less than its minimum
	TooFew   Refusal = "too-few"   // too few units for a free one
	NoTier   Refusal = "tier"      // less than its lowest tier
	AtFloor  Refusal = "floor"     // the lines cost no more than their floor
	Zero     Refusal = "zero"      // less than a minor unit
	Outbid   Refusal = "outbid"    // another deal of its class, or one that goes alone, is worth more
	NoGround Refusal = "no-charge" // shipping costs nothing anyway
)

// running is a cart on which some discounts were taken.
type running struct {
	lines    []Line  // sorted by content
	left     []int64 // what each line costs by now
	shipping int64
	taxAdded bool
}

// off is what one deal takes.
type off struct {
	deal     *Deal
	sum      int64          // off all lines
	lines    []int64        // off each; nil until [off.spread]
	fit      func() []int64 // works them out
	shipping int64
	gift     *Gift
}

// spread returns o with its shares of each line. They cost a sort, and most deals
// are only compared by what they are worth.
func (o off) spread() off {
	if o.fit != nil {
		o.lines, o.fit = o.fit(), nil
	}
	return o
}

// line is what is off one line.
func (o off) line(i int) int64 {
	if o.lines == nil {
		return 0
	}
	return o.lines[i]
}

// worth is what the customer has of it.
func (o off) worth() int64 {
	sum := o.sum + o.shipping
	if o.gift != nil {
		sum += o.gift.Worth
	}
	return sum
}

// take works out a deal on what the deals before it have left. It changes
// nothing.
func (r running) take(d *Deal) (off, Refusal) {
	on := r.on(d)
	var gross, left int64
	for _, i := range on {
		gross += r.lines[i].gross()
		left += r.left[i]
	}
	switch {
	case len(on) == 0:
		return off{}, Nothing
	case gross < d.Minimum:
		return off{}, TooSmall
	case d.Gift != nil:
		return off{deal: d, gift: d.Gift}, ""
	case d.Shipping:
		return r.shippingOff(d)
	}
	w, refused := r.wanted(d, on, gross, left)
	if refused != "" {
		return off{}, refused
	}
	if d.Most > 0 {
		w.sum = min(w.sum, d.Most)
	}
	if w.sum == 0 {
		return off{}, Zero
	}
	o := off{deal: d, sum: w.sum, fit: func() []int64 { return w.fit(r.weights(w, on), r.room(d, on)) }}
	if d.Margin == NoFloor { // there is room for all of it
		return o, ""
	}
	if o = o.spread(); sum(o.lines) == 0 {
		return off{}, AtFloor
	}
	o.sum = sum(o.lines)
	return o, ""
}

func sum(amounts []int64) (sum int64) {
	for _, x := range amounts {
		sum += x
	}
	return sum
}

// room is what can be taken off each line before it comes to its floor.
func (r running) room(d *Deal, on []int) []int64 {
	room := make([]int64, len(r.lines))
	for _, i := range on {
		room[i] = max(0, r.left[i]-r.lines[i].floor(d.Margin, r.taxAdded))
	}
	return room
}

// weights is how a discount weighs on each line.
func (r running) weights(w wanted, on []int) []int64 {
	if w.weights != nil {
		return w.weights
	}
	weights := make([]int64, len(r.lines))
	for _, i := range on {
		weights[i] = r.left[i]
	}
	return weights
}

func (r running) on(d *Deal) []int {
	on := make([]int, 0, len(r.lines))
	for i, l := range r.lines {
		if d.On == nil || d.On(l) {
			on = append(on, i)
		}
	}
	return on
}

func (r running) shippingOff(d *Deal) (off, Refusal) {
	free := r.shipping
	if d.Most > 0 {
		free = min(free, d.Most)
	}
	if free == 0 {
		return off{}, NoGround
	}
	return off{deal: d, shipping: free}, ""
}

// wanted is a discount before floors.
type wanted struct {
	sum     int64
	weights []int64 // how it weighs on the lines, at least sum in all; nil: by what they cost by now
	amount  bool    // a fixed amount: what one line has no room for is taken off the others
}

func (r running) wanted(d *Deal, on []int, gross, left int64) (wanted, Refusal) {
	percent, amount := d.Percent, d.Amount
	switch {
	case d.Bundle != nil:
		return r.bundle(*d.Bundle, on)
	case d.Unit != "":
		return r.unit(d, on)
	case len(d.Tiers) > 0:
		reached := Tier{From: -1}
		for _, t := range d.Tiers {
			if t.From <= gross && t.From > reached.From {
				reached = t
			}
		}
		if reached.From < 0 {
			return wanted{}, NoTier
		}
		percent, amount = reached.Percent, reached.Amount
	}
	if percent == 0 {
		return wanted{sum: min(amount, left), amount: true}, ""
	}
	return wanted{sum: share(left, percent)}, ""
}

// share returns so many basis points of an amount, rounded down.
func share(amount int64, percent int) int64 {
	return amount/10_000*int64(percent) + amount%10_000*int64(percent)/10_000
}

// bundle takes the cheapest units off.
func (r running) bundle(b Bundle, on []int) (wanted, Refusal) {
	units := 0
	for _, i := range on {
		units += r.lines[i].Units
	}
	free := units / (b.Buy + b.Get) * b.Get
	if free == 0 {
		return wanted{}, TooFew
	}
	return r.units(on, free, b.Percent, func(i, j int) int { return cmp.Compare(r.lines[i].Price, r.lines[j].Price) }), ""
}

// unit takes units of one product off, the dearest first.
func (r running) unit(d *Deal, on []int) (wanted, Refusal) {
	on = slices.DeleteFunc(slices.Clone(on), func(i int) bool { return r.lines[i].Product != d.Unit })
	if len(on) == 0 {
		return wanted{}, Nothing
	}
	return r.units(on, d.Units, 10_000, func(i, j int) int { return cmp.Compare(r.lines[j].Price, r.lines[i].Price) }), ""
}

// units takes basis points of so many units off, in the order of the lines that
// first says. A unit costs what its line costs by now, divided by its units.
func (r running) units(on []int, n, percent int, first func(i, j int) int) wanted {
	on = slices.Clone(on)
	slices.SortFunc(on, func(i, j int) int { return cmp.Or(first(i, j), cmp.Compare(i, j)) })
	w := wanted{weights: make([]int64, len(r.lines))}
	for _, i := range on {
		l := r.lines[i]
		free := min(n, l.Units)
		n -= free
		w.weights[i] = share(Refund(r.left[i], l.Units, 0, free), percent)
		w.sum += w.weights[i]
	}
	return w
}

// fit spreads the discount by weight over the lines, as far as they have room.
func (w wanted) fit(all, room []int64) []int64 {
	shares := make([]int64, len(all))
	for left := w.sum; left > 0; {
		weights, sum := all, left // what a floor keeps of a percentage is not taken off other lines
		if w.amount {
			weights, sum = make([]int64, len(all)), 0
			for i, weight := range all {
				if room[i] > shares[i] {
					weights[i] = weight
					sum += weight
				}
			}
		}
		placed := int64(0)
		for i, x := range spread(min(left, sum), weights, cmp.Compare[int]) { // lines are sorted by content
			x = min(x, room[i]-shares[i])
			shares[i] += x
			placed += x
		}
		if left -= placed; placed == 0 || !w.amount {
			break
		}
	}
	return shares
}
