package recommend

import (
	"math"
	"slices"
	"time"
)

// FeatureNames returns the names of the features of [Ranked], in order. A
// re-ranker is trained for these names and must not be used if they differ.
// Features with the prefix bought_ are 0 for new items, those with new_ are 0
// for items that the customer bought. Each is finite. No feature depends on the
// number of a shop's customers alone, so that a sample of them has the same
// features. Decision 0041 says which ones were tried.
func FeatureNames() []string {
	names := append([]string{"blend", "bought"}, ownFeatures[:]...) // blend: the engine's own score; bought: 1 or 0
	for _, prefix := range [...]string{"bought_", "new_"} {
		for _, name := range productFeatures {
			names = append(names, prefix+name)
		}
	}
	return append(names, "new_upgrades", "new_goes_with") // 1 if the catalogue relates it to a bought item
}

// ownFeatures are those of an item that the customer bought before.
var ownFeatures = [...]string{
	"bought_repeat",       // log of the chance that their next order has it, drawn towards the item's
	"bought_often",        // log of the number of orders that had it
	"bought_share",        // these as a share of the customer's orders
	"bought_faded_90",     // their number, each weighing .9 for each order after it
	"bought_faded_75",     // .75
	"bought_faded_60",     // .6
	"bought_last",         // 1 if their last order had it
	"bought_since",        // log of 1 + the number of orders since
	"bought_gap",          // log of 1 + the mean number of orders from one with it to the next; 0 if only one had it
	"bought_due_orders",   // orders since, as a part of that mean, 3 at most
	"bought_due",          // elapsed part of the expected time to the next order with it, 3 at most; 0 if nothing is expected
	"bought_units",        // log of 1 + the units that they kept
	"bought_again",        // log of the item's own chance of a repeat
	"bought_orders",       // log of how many orders the customer placed
	"bought_items",        // log of how many different products they bought
	"bought_lines",        // log of how many products their orders had, all orders added up
	"bought_basket",       // log of the mean number of products in an order
	"bought_last_basket",  // log of 1 + the number of products in their last order
	"bought_repeat_share", // share of these products that they had bought before
}

// productFeatures are those of any item; the neighbour scores are what the
// customer's items give it.
var productFeatures = [...]string{
	"popular",   // log of its recent customers, as a part of those of the most popular product
	"customers", // log of all its customers, as a part of the same
	"trend",     // share of its customers who bought it recently
	"in_last",   // share of its customers whose last order had it
	"led",       // sum of the neighbour scores
	"led_log",   // log of that sum
	"led_most",  // the largest of them
	"led_last",  // sum over the items of the customer's last order
	"led_faded", // sum in which a score weighs .75 for each order after the item's
	"led_by",    // log of 1 + the number of items that give one
}

// features appends the values of the features that [FeatureNames] names.
func (k known) features(f []float64, now time.Time, c *candidate) []float64 {
	f = slices.Grow(f, len(featureNames))
	if c.own == nil {
		f = append(f, c.blend, 0)
		f = append(f, zeros[:len(ownFeatures)+len(productFeatures)]...)
		f = k.productFeatures(f, c)
		return append(f, flag(c.related == relatedUpgrade), flag(c.related == relatedGoesWith))
	}
	f = append(f, c.blend, 1)
	f = k.ownFeatures(f, now, c)
	f = k.productFeatures(f, c)
	return append(f, zeros[:len(productFeatures)+2]...)
}

var zeros [len(ownFeatures) + len(productFeatures)]float64

func (k known) ownFeatures(f []float64, now time.Time, c *candidate) []float64 {
	b, again := c.own, c.row.again()
	due := 0.0
	if after := expected(b.Bought, c.row); after > 0 && !now.IsZero() && !b.Last.IsZero() {
		due = max(0, min(3, float64(now.Sub(b.Last))/float64(after)))
	}
	gap, dueOrders := 0.0, 0.0
	if n := len(b.Places); n > 1 {
		mean := float64(max(b.Places[n-1]-b.Places[0], 1)) / float64(n-1)
		gap, dueOrders = math.Log1p(mean), min(3, float64(max(b.Since, 0)+1)/mean)
	}
	often := float64(max(b.Orders, 1))
	orders, lines, items := float64(max(k.orders, 1)), float64(max(k.lines, 1)), float64(max(len(k.bought), 1))
	return append(f,
		math.Log(k.repeat(b, again)), math.Log(often), min(1, often/orders),
		b.faded(0), b.faded(1), b.faded(2),
		flag(b.Since == 0), math.Log1p(float64(max(b.Since, 0))), gap, dueOrders, due,
		math.Log1p(float64(max(b.Units, 0))), math.Log(again+least),
		math.Log(orders), math.Log(items), math.Log(lines), math.Log(lines/orders), math.Log1p(float64(k.newest)), 1-min(1, items/lines),
	)
}

func (k known) productFeatures(f []float64, c *candidate) []float64 {
	customers, led := float64(max(c.row.Customers, 0)), min(c.led, mostLed)
	return append(f,
		math.Log(k.popular.share(c.recent)+least), math.Log(min(customers/float64(max(k.popular.most, 1)), 1/least)+least),
		min(1, float64(c.recent)/(customers+few)), min(1, float64(max(c.row.InLast, 0))/(customers+few)),
		led, math.Log(led+least), min(c.ledMost, mostLed), min(c.ledLast, mostLed), min(c.ledFaded, mostLed), math.Log1p(float64(c.ledBy)),
	)
}

const (
	least   = 1e-3 // added before a logarithm, so that 0 has one
	mostLed = 1e6  // bounds neighbour scores of a broken row
	few     = 5    // customers that are added to a product's own in a share, so that two of two are not certain
)

func flag(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// fadings are the weights of an order for each order after it.
var fadings = [...]float64{decay, .75, .6}

// faded75 is the place of .75 in fadings.
const faded75 = 1

// powers are the powers of each of the fadings.
var powers = func() (p [len(fadings)][longestPast + 1]float64) {
	for i, by := range fadings {
		for n := range p[i] {
			p[i][n] = math.Pow(by, float64(n))
		}
	}
	return p
}()

// power returns the weight of an order with that many orders after it.
func power(fading, since int) float64 { return powers[fading][max(0, min(since, longestPast))] }
