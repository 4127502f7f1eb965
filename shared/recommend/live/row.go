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

// Bounds of what a row holds. It is cut after it has grown past the larger number,
// to the smaller one: a cut is a write.
const (
	MostPartners  = 64
	slackPartners = 32

	// Marks are for the minutes until a message comes again, and few where a product
	// is seldom bought: the newest 12, and those of the last 20 minutes, but no more
	// than 96 of these.
	fewMarks   = 12
	slackMarks = 12
	mostMarks  = 96
	fresh      = 20 * time.Minute
)

// Row is what is counted of one product.
type Row struct {
	Bought Tally
	With   map[shop.ProductID]Tally
	Marks  []string // of changes that it knows; the oldest sort first
}

// Tally is two counts in one number, so that one addition changes both: what is
// counted weighs, times 100,000, plus how many customers that is. Below 0 it counts
// nothing: something was taken back that had been cut.
type Tally int64

const customersIn = 100_000

// Customers returns how many customers were counted, modulo 100,000.
func (t Tally) Customers() int { return int(max(t, 0) % customersIn) }

// At returns what is counted as it weighs at a moment: a customer of that moment
// weighs 1, one of half a year before ½.
func (t Tally) At(now time.Time) float64 {
	return float64(max(t, 0)/customersIn) / (unit * math.Exp2(halvings(now)))
}

const (
	// halfLife is after how long a count weighs half.
	halfLife = 182 * 24 * time.Hour

	// unit is the weight of an order at the beginning of time, in fixed point.
	unit = 64
)

// epoch is from when on weights grow: orders before it weigh less, and at last 1/64.
// A product of 100,000 customers fits a Tally until 2037; before that, a new epoch
// and a new name for the counters begin them anew.
var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func halvings(at time.Time) float64 { return at.Sub(epoch).Hours() / halfLife.Hours() }

// tally returns what one customer of that moment adds, or takes back.
func tally(at time.Time, sign int) Tally {
	halvings := max(-10, min(halvings(at), 30)) // a wrong clock must not outweigh everybody for ever
	weight := max(1, math.Round(unit*math.Exp2(halvings)))
	return Tally(sign) * (Tally(weight)*customersIn + 1)
}

// bucket is how finely marks tell the time.
const bucket = 2 * time.Minute

const digits = "0123456789abcdefghijklmnopqrstuv" // of marks, in the order of ASCII

// latest returns when the row changed last, as its marks tell: the beginning of the
// bucket.
func (r Row) latest() time.Time {
	if len(r.Marks) == 0 {
		return epoch
	}
	return told(slices.Max(r.Marks))
}

// told returns when the step of a mark was taken up.
func told(mark string) time.Time {
	var name uint64
	for i := range len(mark) {
		name = name<<5 | uint64(max(0, strings.IndexByte(digits, mark[i])))
	}
	return epoch.Add(time.Duration(name>>markHash) * bucket)
}

// A mark is nine digits of 5 bits: 23 for the time, which lasts for 32 years, and 22
// for the order, so that one in 40,000 takes itself for another in a full row, and is
// not counted there.
const (
	markDigits = 9
	markHash   = 22
)

// Mark names one step of one order in a row. Marks of steps that were taken up
// earlier sort first; within two minutes they do not.
func Mark(order shop.OrderID, step int, told time.Time) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(order))
	_, _ = h.Write([]byte{0, byte(step), byte(step >> 8)})
	when := max(0, int64(told.Sub(epoch)/bucket)) & (1<<(5*markDigits-markHash) - 1)
	name := uint64(when)<<markHash | mixed(h.Sum64())>>(64-markHash)
	var out [markDigits]byte
	for i := range out {
		out[markDigits-1-i] = digits[name>>(5*i)&31]
	}
	return string(out[:])
}

// Cut returns which partners and marks are to be taken out of a row that has grown
// too large; none where it has not. What weighs least goes, ties by ID.
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

// stale returns the marks that nobody will ask for any more.
func (r Row) stale() []string {
	marks := slices.Sorted(slices.Values(r.Marks))
	since := r.latest().Add(-fresh)
	old := 0
	for old < len(marks)-fewMarks && told(marks[old]).Before(since) {
		old++
	}
	return marks[:max(old, len(marks)-mostMarks)]
}

// Sold says how many customers bought a product, as far as that is known.
type Sold struct {
	Most map[shop.ProductID]int // the most bought ones
	Rest float64                // about how many bought any other; 0 where nothing is known
}

// SoldOf returns what a night has learned of it: the others were bought by half as
// many as the least of these.
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
// beyond what their popularity explains, strongest first; ties by customers, then
// by ID. The score is the similarity of [recommend.Learner],
//
//	S(j,i) = c_ij / (√(n_i · n_j) + 5)
//
// of c_ij and n_j as they weighed when the row changed last. n_i is what sold says:
// what is everywhere is held back, and for that it is enough to know the hundred
// that most customers buy. Without it n_j stands for n_i. Work: the partners.
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
