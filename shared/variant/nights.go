package variant

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"regulars/shared/lift"
	"regulars/shared/shop"
)

const (
	// Waves is over how many nights the customers are assigned who were there when the
	// experiment began: eight weeks, so that half of them come after the first customers'
	// horizon of 28 days.
	Waves = 56

	// holds is how long shares stay as they are: the customers of nights with the same
	// shares are one batch, and in small batches little can be compared.
	holds = 7 * 24 * time.Hour

	leastMove  = 100 // basis points; smaller changes are not worth a batch
	mostNights = 500 // of one experiment; after these the shares stay as they are
)

// AllocationsName is the name under which a night publishes the [Allocations].
const AllocationsName = "variant-shares"

// Allocations are the shares of the campaigns whose shares follow the better variant.
type Allocations map[shop.CampaignID]Allocation

// Allocation is an experiment whose shares follow the better variant. The shares of a
// night never change, so a customer who was assigned keeps their variant.
type Allocation struct {
	Names  []string `json:"names"` // of the variants; with other names another experiment begins
	Nights []Night  `json:"nights,omitempty"`
}

// Night has the shares of the customers who are assigned from a time until the next
// night, in basis points.
type Night struct {
	From   time.Time `json:"from"`
	Shares []int     `json:"shares"`
}

// Of returns the index of the customer's variant, and the night since which the shares
// hold by which they were assigned, which names their [Batch]; false if they are not
// assigned yet. since is when the customer placed their first order, zero if never.
//
// A customer who came after the experiment began is assigned by the night in which they
// placed their first order. The others are divided into [Waves] by a hash, and each night
// assigns one wave.
func (a Allocation) Of(campaign shop.CampaignID, customer shop.CustomerID, since time.Time) (index int, batch time.Time, assigned bool) {
	if len(a.Nights) == 0 {
		return 0, time.Time{}, false
	}
	at := wave(campaign, a.experiment(), customer)
	if since.After(a.Nights[0].From) {
		at, _ = slices.BinarySearchFunc(a.Nights, since, func(n Night, t time.Time) int { return n.From.Compare(t.Add(1)) })
		at--
	}
	if at >= len(a.Nights) {
		return 0, time.Time{}, false
	}
	shares := a.Nights[at].Shares
	return Of(campaign, a.experiment(), customer, shares), a.holdsSince(at), true
}

func (a Allocation) experiment() string { return strings.Join(a.Names, " ") }

func wave(campaign shop.CampaignID, experiment string, customer shop.CustomerID) int {
	sum := sha256.Sum256([]byte("wave\x00" + string(campaign) + "\x00" + experiment + "\x00" + string(customer)))
	return int(binary.BigEndian.Uint64(sum[:8]) % Waves)
}

// holdsSince returns since when the shares of a night hold.
func (a Allocation) holdsSince(at int) time.Time {
	for at > 0 && slices.Equal(a.Nights[at-1].Shares, a.Nights[at].Shares) {
		at--
	}
	return a.Nights[at].From
}

// Began returns when the experiment with these names began; zero if it has not.
func (a Allocation) Began(names []string) time.Time {
	if !slices.Equal(a.Names, names) || len(a.Nights) == 0 {
		return time.Time{}
	}
	return a.Nights[0].From
}

// Next returns the allocation with one more night, which assigns one more wave. Its
// shares follow what the customers who were assigned so far have ordered (see [Shares]);
// they move once a week at most, and by a percentage point at least. batches has these
// customers, with the variants in the order of names. If the names are others, a new
// experiment begins, with equal shares.
//
// As soon as all waves are assigned, a night is only added if the shares move.
func (a Allocation) Next(now time.Time, names []string, batches []Batch, floor int) Allocation {
	now = shop.Millis(now)
	n := len(a.Nights)
	if n == 0 || !slices.Equal(a.Names, names) {
		return Allocation{names, []Night{{now, Equal(len(names))}}}
	}
	last := a.Nights[n-1]
	shares := last.Shares
	if len(batches) > 0 && !now.Before(a.holdsSince(n-1).Add(holds)) {
		if next := Shares(batches, lift.Orders, floor); moved(shares, next) {
			shares = next
		}
	}
	if n >= mostNights || !now.After(last.From) || n >= Waves && slices.Equal(last.Shares, shares) {
		return a
	}
	a.Nights = append(slices.Clone(a.Nights), Night{now, shares})
	return a
}

// Equal returns equal shares of n variants.
func Equal(n int) []int { return divide(slices.Repeat([]float64{1 / float64(n)}, n), 0) }

func moved(from, to []int) bool {
	for i := range from {
		if max(from[i]-to[i], to[i]-from[i]) >= leastMove {
			return true
		}
	}
	return false
}
