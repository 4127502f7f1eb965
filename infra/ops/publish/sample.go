package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"regulars/shared/dynamo"
	"regulars/shared/profile"
)

// mostRead is how many items of the customers' table are read; a larger table is
// sampled.
const mostRead = 40_000

// customers is the live table of customers; [dynamo.Store] is.
type customers interface {
	Profiles(ctx context.Context, page dynamo.Page, visit func(profile.Profile) error) (dynamo.Cursor, error)
}

// sample is customers of the live table: all of them, or a part.
type sample struct {
	profiles []profile.Profile
	of       int // sampled is one in this number; 1: all
}

// take reads the customers. Of a table with more than mostRead items it reads random
// segments of DynamoDB's scan, which divide the table by a hash of the key: each
// customer is as likely as any other.
func take(ctx context.Context, t customers, items int64) (s sample, err error) {
	segments := int((items + mostRead - 1) / mostRead * 20)
	which := []int{0}
	if s.of = 1; items > mostRead {
		which = rand.Perm(segments)[:20]
		s.of = segments / 20
	} else {
		segments = 1
	}
	for _, segment := range which {
		for at := dynamo.Cursor(""); at != dynamo.End; {
			at, err = t.Profiles(ctx, dynamo.Page{Segment: segment, Segments: segments, After: at}, func(p profile.Profile) error {
				s.profiles = append(s.profiles, p)
				return nil
			})
			if err != nil {
				return s, fmt.Errorf("read the customers to check the audiences: %w", err)
			}
		}
	}
	return s, nil
}

// name says which customers were looked at. If none or each of n of them has
// something, with 95 % confidence at most 3/n of all customers differ.
func (s sample) name() string {
	if s.of == 1 {
		return fmt.Sprintf("the %d customers", len(s.profiles))
	}
	return fmt.Sprintf("%d customers, a random sample of about %d (so at most %.3f %% of all differ, with 95 %% confidence)", len(s.profiles), len(s.profiles)*s.of, 300/float64(len(s.profiles)))
}

// about returns the least number of all customers, of whom n of the sample's size
// customers were found, and how to say it: exact, or with its 95 % interval.
func (s sample) about(n, size int) (least int, said string) {
	if s.of == 1 && size == len(s.profiles) {
		return n, fmt.Sprint(n)
	}
	scale := float64(s.of) * float64(len(s.profiles)) / float64(size)
	share := float64(n) / float64(size)
	half := 1.96 * math.Sqrt(share*(1-share)*float64(size)) * scale
	least = max(n, int(float64(n)*scale-half))
	return least, fmt.Sprintf("%d to %d", least, int(float64(n)*scale+half))
}
