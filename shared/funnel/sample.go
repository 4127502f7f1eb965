package funnel

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"golang.org/x/sync/errgroup"

	"regulars/shared/dynamo"
	"regulars/shared/profile"
)

const (
	mostRead = 40_000 // items of the customers' table that are read; of more, a sample of about as many
	drawn    = 20     // segments of a sample
	reading  = 8      // segments that are read at the same time
)

// Customers is the live table of customers; [dynamo.Store] is.
type Customers interface {
	Profiles(ctx context.Context, page dynamo.Page, visit func(profile.Profile) error) (dynamo.Cursor, error)
}

// Sample is customers of the live table: all of them, or a part that was drawn at
// random.
type Sample struct {
	Profiles []profile.Profile
	Of       int // the sample is one in this number of all customers; 1: all
}

// Take reads the customers of a table with about that number of items. Of a table with
// more than 40,000 it reads random segments of DynamoDB's scan, which divide the table by
// a hash of the key: each customer is as likely as any other.
func Take(ctx context.Context, from Customers, items int64) (Sample, error) {
	segments, which := 1, []int{0}
	if items > mostRead {
		segments = int((items+mostRead-1)/mostRead) * drawn
		which = rand.Perm(segments)[:drawn]
	}
	found := make([][]profile.Profile, len(which))
	reads, ctx := errgroup.WithContext(ctx)
	reads.SetLimit(reading)
	for i, segment := range which {
		reads.Go(func() (err error) {
			for page := (dynamo.Page{Segment: segment, Segments: segments}); page.After != dynamo.End; {
				page.After, err = from.Profiles(ctx, page, func(p profile.Profile) error {
					found[i] = append(found[i], p)
					return nil
				})
				if err != nil {
					return fmt.Errorf("read customers: %w", err)
				}
			}
			return nil
		})
	}
	err := reads.Wait()
	return Sample{Profiles: slices.Concat(found...), Of: segments / len(which)}, err
}

// Name says which customers the sample has. If none or each of n of them has
// something, with 95 % confidence at most 3/n of all customers differ.
func (s Sample) Name() string {
	if s.Of == 1 {
		return fmt.Sprintf("the %d customers", len(s.Profiles))
	}
	return fmt.Sprintf("%d customers, a random sample of about %d (so at most %.3f %% of all differ, with 95 %% confidence)", len(s.Profiles), len(s.Profiles)*s.Of, 300/float64(len(s.Profiles)))
}

// Number is a number of customers: exact, or estimated with its 95 % interval.
type Number struct {
	About int `json:"about"`
	Least int `json:"least"` // of an exact number, all three are the same
	Most  int `json:"most"`
}

func (n Number) String() string {
	if n.Least == n.Most {
		return fmt.Sprint(n.About)
	}
	return fmt.Sprintf("%d to %d", n.Least, n.Most)
}

// About returns how many of all customers have something, if n of size customers of the
// sample have it. It is exact if these are all customers; else it is an estimate.
func (s Sample) About(n, size int) Number {
	switch all := s.Of * len(s.Profiles); {
	case s.Of > 1:
		return s.estimate(n, size)
	case size == all:
		return exactly(n)
	default:
		return estimate(n, size, all)
	}
}

// estimate is [estimate] for a sample of a table of which it is not known how many
// customers it has: that is an estimate too, and the interval is for both.
func (s Sample) estimate(n, size int) Number {
	all := s.count(len(s.Profiles))
	share := estimate(n, size, all.About)
	down, up := float64(share.About-share.Least), float64(share.Most-share.About)
	total := float64(all.Most-all.About) * float64(share.About) / float64(max(all.About, 1))
	return Number{
		About: share.About,
		Least: max(n, int(math.Round(float64(share.About)-math.Hypot(down, total)))),
		Most:  int(math.Round(float64(share.About) + math.Hypot(up, total))),
	}
}

// part returns how many of all messages have something, if n of the decided ones have
// it, which were drawn from found, all messages to the customers of the sample.
func (s Sample) part(n, decided, found int) Number {
	switch {
	case s.Of > 1: // how many messages there are is an estimate too
		return s.About(n, max(decided, len(s.Profiles)*decided/max(found, 1)))
	case decided == found:
		return exactly(n)
	}
	return estimate(n, decided, found)
}

// count returns how many there are in all, if there are n in the sample: customers, or
// messages.
func (s Sample) count(n int) Number {
	if s.Of == 1 {
		return exactly(n)
	}
	// Each is in the sample with a chance of 1/Of, by itself.
	half := int(z95 * math.Sqrt(float64(n)*(1-1/float64(s.Of))) * float64(s.Of))
	return Number{About: n * s.Of, Least: max(n, n*s.Of-half), Most: n*s.Of + half}
}

func exactly(n int) Number { return Number{n, n, n} }

const z95 = 1.959964 // of the normal distribution, for 95 %

// estimate returns how many of all have something, if n of size that were drawn have it.
// The interval is that of Wilson (1927), which also holds if n is 0 or size.
func estimate(n, size, all int) Number {
	if size == 0 {
		return Number{Most: all}
	}
	const z2 = z95 * z95
	share, count, whole := min(float64(n)/float64(size), 1), float64(size), float64(all)
	middle := (share + z2/(2*count)) / (1 + z2/count)
	half := z95 / (1 + z2/count) * math.Sqrt(share*(1-share)/count+z2/(4*count*count))
	return Number{
		About: int(math.Round(share * whole)),
		Least: max(n, int(math.Round((middle-half)*whole))), Most: min(int(math.Round((middle+half)*whole)), all),
	}
}

// Some returns at most most of all, drawn at random and in a random order. It is all of
// them, in a random order, if there are not more.
func Some[T any](all []T, most int) []T {
	some := slices.Clone(all)
	rand.Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
	return some[:min(len(some), most)]
}
