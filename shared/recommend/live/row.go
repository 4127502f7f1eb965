package live

import (
	"cmp"
	"hash/fnv"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// Bounds of a row. A row is cut when it has grown past the larger number, to
// the smaller one: a cut is a write.
const (
	MostPartners  = 40
	slackPartners = 32

	// Marks are needed until a message is delivered again, some minutes later. A
	// row keeps the newest 8 and those of the last 20 minutes, at most 96 of
	// these; so a product that is seldom bought keeps few.
	fewMarks   = 8
	slackMarks = 12
	mostMarks  = 96
	fresh      = 20 * time.Minute
)

// Row is the counts of one product.
type Row struct {
	Bought Tally
	With   map[shop.ProductID]Tally
	Marks  []string // of the changes in it; the oldest sort first
}

// Tally is two counts in one number, so that one addition changes both: the
// weight times 100,000, plus the number of customers. Below 0 it counts
// nothing: a change was taken back that a cut had removed.
type Tally int64

const customersIn = 100_000

// Customers returns how many customers were counted, modulo 100,000.
func (t Tally) Customers() int { return int(max(t, 0) % customersIn) }

// At returns the weight of the count at the time now: a customer counted then
// weighs 1, one counted half a year before ½.
func (t Tally) At(now time.Time) float64 {
	return float64(max(t, 0)/customersIn) / (unit * math.Exp2(halvings(now)))
}

const (
	// halfLife is the time after which a count weighs half.
	halfLife = 182 * 24 * time.Hour

	// unit is the weight of an order at the epoch, in fixed point.
	unit = 64
)

// epoch is the time from which weights grow: older orders weigh less, down to
// 1/64. A product of 100,000 customers fits a Tally until 2037. Before that,
// set a new epoch and give the counters a new name, so that they start from
// zero.
var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func halvings(at time.Time) float64 { return at.Sub(epoch).Hours() / halfLife.Hours() }

// tally returns what one customer with an order at that time adds (sign 1) or
// takes back (sign -1).
func tally(at time.Time, sign int) Tally {
	halvings := max(-10, min(halvings(at), 30)) // an order with a wrong clock must not outweigh all others for ever
	weight := max(1, math.Round(unit*math.Exp2(halvings)))
	return Tally(sign) * (Tally(weight)*customersIn + 1)
}

// bucket is the resolution of the time in a mark.
const bucket = 2 * time.Minute

const digits = "0123456789abcdefghijklmnopqrstuv" // of marks, in ASCII order

// latest returns when the row changed last, from its marks: the beginning of
// the bucket; the epoch if it has none.
func (r Row) latest() time.Time {
	if len(r.Marks) == 0 {
		return epoch
	}
	return recordedAt(slices.Max(r.Marks))
}

// recordedAt returns when the step of a mark was recorded, to the bucket.
func recordedAt(mark string) time.Time {
	var name uint64
	for i := range len(mark) {
		name = name<<5 | uint64(max(0, strings.IndexByte(digits, mark[i])))
	}
	return epoch.Add(time.Duration(name>>markHash) * bucket)
}

// A mark is nine digits of 5 bits: 23 bits for the time, which last for 32
// years, and 22 for the order. In a full row one order in 40,000 has the mark
// of another order by chance, and is not counted there.
const (
	markDigits = 9
	markHash   = 22
)

// Mark names one step of one order in a row. Marks sort by the time at which
// the step was recorded, but not within two minutes.
func Mark(order shop.OrderID, step int, recorded time.Time) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(order))
	_, _ = h.Write([]byte{0, byte(step), byte(step >> 8)})
	when := max(0, int64(recorded.Sub(epoch)/bucket)) & (1<<(5*markDigits-markHash) - 1)
	name := uint64(when)<<markHash | mixed(h.Sum64())>>(64-markHash)
	var out [markDigits]byte
	for i := range out {
		out[markDigits-1-i] = digits[name>>(5*i)&31]
	}
	return string(out[:])
}

// Cut returns the partners and marks to remove from a row that has grown too
// large; none if it has not. It removes those that weigh least; ties are
// decided by ID.
func (r Row) Cut() (partners []shop.ProductID, marks []string) {
	marks = r.stale()
	if len(r.With) <= MostPartners+slackPartners && len(marks) <= slackMarks {
		return nil, nil
	}
	partners = slices.SortedFunc(maps.Keys(r.With), func(a, b shop.ProductID) int {
		return cmp.Or(cmp.Compare(r.With[b], r.With[a]), cmp.Compare(a, b))
	})
	keep := min(len(partners), MostPartners)
	for keep > 0 && r.With[partners[keep-1]] <= 0 {
		keep--
	}
	return partners[keep:], marks
}

// stale returns the marks that are no longer needed.
func (r Row) stale() []string {
	marks := slices.Sorted(slices.Values(r.Marks))
	since := r.latest().Add(-fresh)
	old := 0
	for old < len(marks)-fewMarks && recordedAt(marks[old]).Before(since) {
		old++
	}
	return marks[:max(old, len(marks)-mostMarks)]
}

// Sold says how many customers bought a product, as far as it is known.
type Sold struct {
	Most map[shop.ProductID]int // customers of the products with the most
	Rest float64                // estimate for every other product; 0 if nothing is known
}

// SoldOf returns Sold from what a night published. For the other products it
// assumes half of the smallest of these numbers.
func SoldOf(most map[shop.ProductID]int) Sold {
	s := Sold{Most: most}
	for _, n := range most {
		if s.Rest == 0 || float64(n)/2 < s.Rest {
			s.Rest = float64(n) / 2
		}
	}
	return s
}

const (
	neighbours = 20
	shrink     = 5
)

// Neighbours returns the 20 partners that the product's customers bought most
// often compared with their popularity, strongest first; ties are decided by
// customers, then by ID. The score is the similarity of learning.Learner
// without the trend,
//
//	S(j,i) = c_ij / (√(n_i · n_j) + 5)
//
// with c_ij and n_j as they weighed when the row changed last, and n_i from
// sold. n_i lowers partners that most customers buy, and for that the hundred
// most bought products are enough. If sold is empty, n_j is used for n_i. The
// work grows with the number of partners.
func (r Row) Neighbours(sold Sold) []recommend.Neighbour {
	now := r.latest()
	own := max(r.Bought.At(now), 1)
	out := make([]recommend.Neighbour, 0, len(r.With))
	for p, t := range r.With {
		if t <= 0 || t.Customers() == 0 {
			continue
		}
		other := sold.Rest
		if n, known := sold.Most[p]; known {
			other = float64(n)
		}
		if other <= 0 {
			other = own
		}
		out = append(out, recommend.Neighbour{Product: p, Score: min(t.At(now)/(math.Sqrt(own*max(other, 1))+shrink), 1), Customers: t.Customers()})
	}
	if len(out) == 0 {
		return nil
	}
	slices.SortFunc(out, func(a, b recommend.Neighbour) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(b.Customers, a.Customers), cmp.Compare(a.Product, b.Product))
	})
	return out[:min(len(out), neighbours)]
}
