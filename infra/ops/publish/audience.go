package main

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/inputfault"
	"regulars/shared/offer"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// The limits of what publishing reads of the live tables.
const (
	mostRead     = 40_000 // items of the customers' table; a larger one is sampled
	mostDecided  = 2_000  // customers of one audience of whom the contact is read
	fewestAdvice = 10     // customers of an audience below which shares say nothing
	daysAhead    = 30     // on which an empty audience is looked at again
)

// tables is the live tables as publishing reads them; [dynamo.Store] is.
type tables interface {
	Profiles(ctx context.Context, page dynamo.Page, visit func(profile.Profile) error) (dynamo.Cursor, error)
	Snapshot(ctx context.Context, id shop.CustomerID) (dynamo.Snapshot, error)
	Items(ctx context.Context, as recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error)
}

// sample is customers of the live table: all of them, or a part.
type sample struct {
	profiles []profile.Profile
	of       int // sampled is one in this number; 1: all
}

// take reads the customers. Of a table with more than mostRead items it reads random
// segments of DynamoDB's scan, which divide the table by a hash of the key: each
// customer is as likely as any other.
func take(ctx context.Context, t tables, items int64) (s sample, err error) {
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

// adviseOnAudiences returns what the authors should think about, by the customers
// that the shop has: audiences that are empty or everybody, offers that the need rule
// withholds from most of an audience, and budgets that are too small for one.
func adviseOnAudiences(ctx context.Context, p shoppolicy.Policy, s sample, t tables, now time.Time) (all inputfault.InFiles, err error) {
	if len(s.profiles) == 0 {
		return nil, nil
	}
	for _, c := range p.Campaigns {
		if !c.Scheduled() || c.OwnDay() != "" {
			continue
		}
		file := "campaigns/" + string(c.ID) + ".yaml"
		in := s.audience(p, c, now)
		switch {
		case len(in) == 0 && !s.later(p, c, now):
			all = append(all, inputfault.InFile{
				File: file, Text: fmt.Sprintf("its audience is empty, today and on each of the next %d days: none of %s", daysAhead, s.name()),
				Hint: "widen the audience, unless it waits for customers whom the shop does not have yet",
			})
		case len(in) == len(s.profiles) && len(in) >= fewestAdvice:
			all = append(all, inputfault.InFile{
				File: file, Text: "everybody is in its audience: each of " + s.name(),
				Hint: "narrow the audience, unless it is meant for everybody",
			})
		}
		if len(c.Offers) == 0 || len(in) < fewestAdvice {
			continue
		}
		more, err := adviseOnOffers(ctx, p, c, s, in, t, now)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

// audience returns the customers of the sample who would get the campaign now.
func (s sample) audience(p shoppolicy.Policy, c campaign.Campaign, now time.Time) (in []profile.Profile) {
	for _, customer := range s.profiles {
		if len(decide.Planned(p, c, campaign.Run{At: now}, customer, nil)) > 0 {
			in = append(in, customer)
		}
	}
	return in
}

// later reports whether some customer would get the campaign on one of the next days.
func (s sample) later(p shoppolicy.Policy, c campaign.Campaign, now time.Time) bool {
	for day := range daysAhead {
		if len(s.audience(p, c, now.AddDate(0, 0, day+1))) > 0 {
			return true
		}
	}
	return false
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

// adviseOnOffers decides the campaign's offers for customers of its audience, with
// the code that decides a message.
func adviseOnOffers(ctx context.Context, p shoppolicy.Policy, c campaign.Campaign, s sample, in []profile.Profile, t tables, now time.Time) (all inputfault.InFiles, err error) {
	looked := in[:min(len(in), mostDecided)]
	items, err := itemsOf(ctx, t, looked)
	if err != nil {
		return nil, err
	}
	given, needless := map[shop.OfferID]int{}, 0
	for _, customer := range looked {
		known, err := t.Snapshot(ctx, customer.ID)
		if err != nil {
			return nil, fmt.Errorf("read a customer to check the offers of %s: %w", c.ID, err)
		}
		facts := decide.Facts(now, known.Profile, known.Contact, items, p, decide.Occasion{})
		facts.Campaign.ID, facts.Campaign.Run = c.ID, now
		best, refused := offer.Best(c.Allowed(p.Offers), offer.Case{
			Now: now, Customer: customer.ID, Zone: p.Shop.ZoneOf(customer.Zones()), Facts: facts, Granted: known.Contact.Granted, Need: p.Need,
		})
		switch anyway := func(r offer.Refusal) bool { return r.Code == offer.RefusedAnyway }; {
		case best != nil:
			given[best.Offer.ID]++
		case slices.ContainsFunc(refused, anyway):
			needless++
		}
	}
	size := len(s.profiles) * len(looked) / len(in) // of the sample from which looked were found
	file := "campaigns/" + string(c.ID) + ".yaml"
	if needless*2 > len(looked) {
		_, said := s.about(needless, size)
		_, audience := s.about(len(looked), size)
		gets := "get the message without a coupon"
		if c.NeedsOffer {
			gets = "get no message"
		}
		all = append(all, inputfault.InFile{
			File: file, Text: fmt.Sprintf("need.yaml takes most of its audience out: %s of %s customers buy anyway (%d orders in a row at full price, and on time), and %s", said, audience, p.Need.FullPrice, gets),
			Hint: "give them a gift, points or free_shipping, or write owed: true in the offer if it is meant for them, too",
		})
	}
	for _, id := range slices.Sorted(maps.Keys(given)) {
		o, _ := p.Offer(id)
		if least, said := s.about(given[id], size); least > o.Budget.Uses {
			all = append(all, inputfault.InFile{
				File: file, Text: fmt.Sprintf("the budget of offer %s has %d uses, and %s customers of the audience would get it", id, o.Budget.Uses, said),
				Hint: "raise uses and the offer's version, or narrow the audience; a customer who comes later gets no coupon",
			})
		}
	}
	return all, nil
}

// itemsOf returns the catalogue's rows of what the customers bought.
func itemsOf(ctx context.Context, t tables, customers []profile.Profile) (map[shop.ProductID]recommend.Item, error) {
	ids := map[shop.ProductID]bool{}
	for _, customer := range customers {
		_, bought := customer.All()
		for id := range bought {
			ids[id] = true
		}
	}
	items, err := t.Items(ctx, recommend.Model{}, slices.SortedFunc(maps.Keys(ids), func(a, b shop.ProductID) int { return strings.Compare(string(a), string(b)) }))
	if err != nil {
		return nil, fmt.Errorf("read the catalogue to check the offers: %w", err)
	}
	return items, nil
}
