package pricing

import (
	"cmp"
	"slices"

	"regulars/shared/shop"
)

// Deal is one discount that the customer may have on the cart: an offer whose
// condition on the customer holds. Exactly one of its effects is set.
type Deal struct {
	ID    shop.OfferID `json:"id"`
	Rank  int          `json:"rank,omitempty"`  // deals of a lower rank are taken off first
	Class string       `json:"class,omitempty"` // of stacking; see the package comment

	// On reports whether the deal is on a line; nil means that it is on all lines.
	// The result must depend on the line alone.
	On func(Line) bool `json:"-"`

	Percent  int            `json:"percent,omitempty"` // basis points off, 1 to 10000
	Amount   int64          `json:"amount,omitempty"`  // off; if the lines cost less, then that
	Tiers    []Tier         `json:"tiers,omitempty"`   // by what the lines cost; the highest tier that is reached counts
	Bundle   *Bundle        `json:"bundle,omitempty"`  // units free with units that are paid
	Unit     shop.ProductID `json:"unit,omitempty"`
	Units    int            `json:"units,omitempty"`    // this number of units of Unit is free, the most expensive first
	Shipping bool           `json:"shipping,omitempty"` // shipping is free
	Gift     *Gift          `json:"gift,omitempty"`     // a product that comes with the cart

	// Tender says that the customer pays with this, for example with points: the
	// deal is taken after all others, on what they leave, and no other deal is
	// refused because of it, not even one of the class [Alone].
	Tender bool `json:"tender,omitempty"`

	Minimum int64 `json:"minimum,omitempty"` // what the lines have to cost before any discount
	Most    int64 `json:"most,omitempty"`    // the most that the discount takes off; 0: no limit
	Margin  int   `json:"margin,omitempty"`  // the deal lowers no line below its cost plus these basis points; or NoFloor
}

// NoFloor is the margin of a deal that is taken whatever the lines cost the
// shop: a unit that was promised free is free.
const NoFloor = -1

// Alone is the class of deals that cannot be combined with other deals.
const Alone = "alone"

// Tier is the discount for lines that cost From or more. One of Percent and
// Amount is set.
type Tier struct {
	From    int64 `json:"from"`
	Percent int   `json:"percent,omitempty"`
	Amount  int64 `json:"amount,omitempty"`
}

// Bundle gives Get units free for every Buy units that are paid, as often as
// there are enough units; the cheapest units are the free ones. Percent is what
// is off a free unit, in basis points: 10000 is all of it.
type Bundle struct {
	Buy     int `json:"buy"`
	Get     int `json:"get"`
	Percent int `json:"percent"`
}

// Gift is a product that comes with the cart; without a product it is something
// else that takes nothing off the price, such as points.
type Gift struct {
	Product shop.ProductID `json:"product,omitempty"`
	Worth   int64          `json:"worth,omitempty"` // its price; deals of one class are compared by it
}

// Refusal is the reason why a deal gives nothing on a cart.
type Refusal string

const (
	Nothing  Refusal = "no-line"   // the deal is on none of the lines
	TooSmall Refusal = "minimum"   // the lines cost less than its minimum
	TooFew   Refusal = "too-few"   // too few units for a free one
	NoTier   Refusal = "tier"      // the lines cost less than its lowest tier
	AtFloor  Refusal = "floor"     // no line costs more than its floor
	Zero     Refusal = "zero"      // the discount is less than a minor unit
	Outbid   Refusal = "outbid"    // another deal of its class, or a combination that excludes it, is worth more
	NoGround Refusal = "no-charge" // shipping costs nothing without the deal
)

// running is a cart with the discounts that were taken off it so far.
type running struct {
	lines    []Line  // sorted by content
	left     []int64 // what each line costs after these discounts
	shipping int64
	taxAdded bool
}

// off is what one deal takes off.
type off struct {
	deal     *Deal
	sum      int64          // off all lines
	lines    []int64        // off each line; nil until [off.spread]
	fit      func() []int64 // computes lines
	shipping int64
	gift     *Gift
}

// spread returns o with its share of each line. Computing the shares costs a
// sort, and for most deals only the sum is needed.
func (o off) spread() off {
	if o.fit != nil {
		o.lines, o.fit = o.fit(), nil
	}
	return o
}

// line returns what is off one line.
func (o off) line(i int) int64 {
	if o.lines == nil {
		return 0
	}
	return o.lines[i]
}

// worth returns what the deal is worth to the customer.
func (o off) worth() int64 {
	sum := o.sum + o.shipping
	if o.gift != nil {
		sum += o.gift.Worth
	}
	return sum
}

// take returns what a deal takes off what the deals before it have left, or why
// it takes nothing. It does not change r.
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
	if d.Margin == NoFloor { // no floor limits the discount
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

// room returns what can be taken off each line until it reaches its floor.
func (r running) room(d *Deal, on []int) []int64 {
	room := make([]int64, len(r.lines))
	for _, i := range on {
		room[i] = max(0, r.left[i]-r.lines[i].floor(d.Margin, r.taxAdded))
	}
	return room
}

// weights returns the weight of each line for a discount.
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

// wanted is a discount before the floors are applied.
type wanted struct {
	sum     int64
	weights []int64 // of the lines, sum or more in total; nil: what each line costs after the discounts so far
	amount  bool    // a fixed amount: what the floor of one line keeps is taken off the others
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

// share returns percent basis points of an amount, rounded down.
func share(amount int64, percent int) int64 {
	return amount/10_000*int64(percent) + amount%10_000*int64(percent)/10_000
}

// bundle returns the discount of a bundle: the cheapest units are free.
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

// unit returns the discount of free units of one product, the most expensive
// first.
func (r running) unit(d *Deal, on []int) (wanted, Refusal) {
	on = slices.DeleteFunc(slices.Clone(on), func(i int) bool { return r.lines[i].Product != d.Unit })
	if len(on) == 0 {
		return wanted{}, Nothing
	}
	return r.units(on, d.Units, 10_000, func(i, j int) int { return cmp.Compare(r.lines[j].Price, r.lines[i].Price) }), ""
}

// units returns the discount that takes percent basis points off n units, in
// the order of lines that first gives. A unit costs what its line costs after
// the discounts so far, divided by the units of the line.
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

// fit returns the discount spread over the lines by their weights, no line
// above its room.
func (w wanted) fit(all, room []int64) []int64 {
	shares := make([]int64, len(all))
	for left := w.sum; left > 0; {
		weights, sum := all, left // what a floor keeps of a percentage is not taken off the other lines
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
