package pricing

import (
	"cmp"
	"slices"
	"strings"

	"regulars/shared/shop"
)

// Quote is a cart with its discounts. The sums are exact: a line's Net is its
// Gross less its Offs; Total is the sum of all Nets, of shipping less
// ShippingOff, and of Tax if it is added to prices; Tax is that of all lines
// and of shipping.
type Quote struct {
	Lines       []PricedLine     `json:"lines"`              // in the cart's order
	Shipping    int64            `json:"shipping,omitempty"` // before discounts
	ShippingOff int64            `json:"shipping_off,omitempty"`
	Gifts       []shop.ProductID `json:"gifts,omitempty"`
	Off         int64            `json:"off"`   // all discounts, without gifts
	Total       int64            `json:"total"` // what the customer pays

	Tax         int64    `json:"tax,omitempty"` // of all lines and of shipping
	ShippingTax int64    `json:"shipping_tax,omitempty"`
	Taxes       []TaxSum `json:"taxes,omitempty"` // one for each rate, ascending; lines without a rate are in none of them
	TaxAdded    bool     `json:"tax_added,omitempty"`

	Taken   []Taken                  `json:"taken,omitempty"` // in the order in which the deals were taken off
	Refused map[shop.OfferID]Refusal `json:"-"`               // the reasons of all other deals
}

// PricedLine is one line with its discounts.
type PricedLine struct {
	Line
	Gross int64   `json:"gross"`
	Net   int64   `json:"net"`
	Tax   int64   `json:"tax,omitempty"` // of Net: in it, or added to it if the quote has TaxAdded
	Offs  []Share `json:"offs,omitempty"`
}

// Share is what one deal takes off one line; above 0.
type Share struct {
	Deal shop.OfferID `json:"deal"`
	Off  int64        `json:"off"`
}

// Taken is what one deal takes off the cart.
type Taken struct {
	Deal shop.OfferID   `json:"deal"`
	Off  int64          `json:"off"` // without its gift
	Gift shop.ProductID `json:"gift,omitempty"`
}

// Price returns the cart with the combination of deals that is worth most to
// the customer (see the package comment), and a refusal for each of the other
// deals. A deal that gives nothing is not taken, so that its offer is not used
// up.
//
// [Cart.Check] must find no fault in the cart. Cost: deals × lines, and a sort.
func Price(cart Cart, deals []Deal) Quote {
	r := open(cart)
	refused := map[shop.OfferID]Refusal{}
	best := map[string]off{} // by class
	var tenders []off
	for i := range deals {
		d := &deals[i]
		if d.Tender {
			tenders = append(tenders, off{deal: d})
			continue
		}
		o, why := r.take(d)
		if why != "" {
			refused[d.ID] = why
			continue
		}
		was, there := best[d.Class]
		if there && !better(o, was) {
			refused[d.ID] = Outbid
			continue
		}
		if there {
			refused[was.deal.ID] = Outbid
		}
		best[d.Class] = o
	}
	alone, hasAlone := best[Alone]
	delete(best, Alone)
	together := r.stack(best, refused)
	offs := together
	if hasAlone {
		var sum int64
		for _, o := range together {
			sum += o.worth()
		}
		if alone.worth() > sum {
			offs = []off{alone.spread()}
			for _, o := range together {
				refused[o.deal.ID] = Outbid
			}
		} else {
			refused[alone.deal.ID] = Outbid
		}
	}
	return r.quote(cart, r.tender(offs, tenders, refused), refused)
}

// tender adds to the discounts what the customer pays with.
func (r running) tender(offs, tenders []off, refused map[shop.OfferID]Refusal) []off {
	if len(tenders) == 0 {
		return offs
	}
	for _, o := range offs {
		for i := range r.left {
			r.left[i] -= o.line(i)
		}
	}
	slices.SortFunc(tenders, byRank)
	for _, t := range tenders {
		o, why := r.take(t.deal)
		if why != "" {
			refused[t.deal.ID] = why
			continue
		}
		o = o.spread()
		for i := range r.left {
			r.left[i] -= o.line(i)
		}
		offs = append(offs, o)
	}
	return offs
}

func byRank(a, b off) int {
	return cmp.Or(cmp.Compare(a.deal.Rank, b.deal.Rank), strings.Compare(string(a.deal.ID), string(b.deal.ID)))
}

// better reports whether a is taken rather than b of the same class.
func better(a, b off) bool {
	return cmp.Or(cmp.Compare(b.worth(), a.worth()), cmp.Compare(a.deal.Rank, b.deal.Rank), strings.Compare(string(a.deal.ID), string(b.deal.ID))) < 0
}

// open returns the cart before any discount.
func open(cart Cart) running {
	r := running{lines: slices.Clone(cart.Lines), shipping: cart.Shipping, taxAdded: cart.TaxAdded}
	slices.SortFunc(r.lines, byContent)
	for _, l := range r.lines {
		r.left = append(r.left, l.gross())
	}
	return r
}

// byContent compares lines by their content, and last by their IDs, so that
// equal carts get equal discounts, whatever the IDs of their lines.
func byContent(a, b Line) int {
	return cmp.Or(
		strings.Compare(string(a.Product), string(b.Product)), cmp.Compare(a.Price, b.Price), cmp.Compare(a.Units, b.Units),
		cmp.Compare(a.Cost, b.Cost), cmp.Compare(a.TaxRate, b.TaxRate), strings.Compare(a.Category, b.Category), strings.Compare(a.ID, b.ID),
	)
}

// stack takes the best deal of each class off, in the order of their ranks. It
// adds a refusal for each that finds nothing left.
func (r running) stack(best map[string]off, refused map[shop.OfferID]Refusal) (offs []off) {
	for _, o := range best {
		offs = append(offs, o)
	}
	slices.SortFunc(offs, byRank)
	r.left = slices.Clone(r.left)
	taken := offs[:0]
	for _, o := range offs {
		again, why := r.take(o.deal) // on what the deals before it leave
		if why != "" {
			refused[o.deal.ID] = why
			continue
		}
		again = again.spread()
		for i := range r.left {
			r.left[i] -= again.line(i)
		}
		r.shipping -= again.shipping
		taken = append(taken, again)
	}
	return taken
}

// quote returns the cart with the discounts that were taken off, and its taxes.
func (r running) quote(cart Cart, offs []off, refused map[shop.OfferID]Refusal) Quote {
	q := Quote{Shipping: cart.Shipping, Refused: refused}
	priced := make(map[string]PricedLine, len(r.lines))
	for i, l := range r.lines {
		p := PricedLine{Line: l, Gross: l.gross(), Net: l.gross()}
		for _, o := range offs {
			if x := o.line(i); x > 0 {
				p.Offs = append(p.Offs, Share{o.deal.ID, x})
				p.Net -= x
			}
		}
		q.Total += p.Net
		priced[l.ID] = p
	}
	for _, l := range cart.Lines {
		q.Lines = append(q.Lines, priced[l.ID])
	}
	for _, o := range offs {
		t := Taken{Deal: o.deal.ID, Off: o.worth()}
		if o.gift != nil {
			t.Off, t.Gift = 0, o.gift.Product
		}
		if t.Gift != "" {
			q.Gifts = append(q.Gifts, t.Gift)
		}
		q.Off += t.Off
		q.ShippingOff += o.shipping
		q.Taken = append(q.Taken, t)
	}
	q.Total += q.Shipping - q.ShippingOff
	q.tax(cart)
	return q
}
