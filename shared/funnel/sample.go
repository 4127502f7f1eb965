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
// sample have it. It is exact if these are all customers; else it is an estimate with
// the interval of Wilson (1927), which also holds if n is 0 or size. At least n have it.
func (s Sample) About(n, size int) Number {
	if s.Of == 1 && size == len(s.Profiles) || size == 0 {
		return Number{n, n, n}
	}
	const z2 = 1.959964 * 1.959964
	share, count := float64(n)/float64(size), float64(size)
	middle := (share + z2/(2*count)) / (1 + z2/count)
	half := math.Sqrt(z2) / (1 + z2/count) * math.Sqrt(share*(1-share)/count+z2/(4*count*count))
	all := float64(s.Of) * float64(len(s.Profiles))
	return Number{
		About: int(math.Round(share * all)),
		Least: max(n, int(math.Round((middle-half)*all))), Most: min(int(math.Round((middle+half)*all)), int(all)),
	}
}

// Some returns at most most of all, drawn at random and in a random order. It is all of
// them, in a random order, if there are not more.
func Some[T any](all []T, most int) []T {
	some := slices.Clone(all)
	rand.Shuffle(len(some), func(i, j int) { some[i], some[j] = some[j], some[i] })
	return some[:min(len(some), most)]
}
