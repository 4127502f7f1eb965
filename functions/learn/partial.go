package main

import (
	"time"

	"regulars/shared/cohortretention"
	"regulars/shared/customervalue/fitting"
	"regulars/shared/outcome"
	"regulars/shared/profile"
	"regulars/shared/recommend/learning"
	"regulars/shared/recommend/training"
)

// partial is what a night knows of a part of the customers. Partials of all parts, merged
// in any order, are what it knows of all customers: the same bytes as if they had been
// counted in one pass. Its memory is bounded, whatever the number of customers.
type partial struct {
	Products *learning.Counts         `json:"products"`
	Training *training.Sample         `json:"training"`
	Value    *fitting.Learner         `json:"value"`
	Cohorts  *cohortretention.Counter `json:"cohorts"`

	// Campaigns is what campaigns did by the sends of a segment; nil if it was not
	// counted.
	Campaigns *outcome.Report `json:"campaigns"`
}

// newPartial returns what is known of no customers. zoneOf says whose clock a customer's
// orders are counted by; nil: by none.
func newPartial(night time.Time, zoneOf func(profile.Profile) *time.Location) *partial {
	p := &partial{
		learning.NewCounts(night.Add(-learning.RecentWindow), learning.MostHistories), &training.Sample{},
		fitting.NewLearner(night), cohortretention.NewCounter(night), nil,
	}
	p.Value.ByClocks(zoneOf)
	return p
}

// add counts a customer.
func (p *partial) add(c profile.Profile) {
	if buyer := customer(c); len(buyer.Purchases()) > 0 {
		p.Products.Add(buyer.ID, buyer.Purchases())
		p.Training.Add(buyer.ID, func() training.Customer { return buyer })
	}
	p.Value.Add(c)
	p.Cohorts.Add(c)
}

// merge adds what is known of other customers. The other partial must not be used
// afterwards.
func (p *partial) merge(other *partial) {
	p.Products.Merge(other.Products)
	p.Training.Merge(other.Training)
	p.Value.Merge(other.Value)
	p.Cohorts.Merge(other.Cohorts)
	if p.Campaigns == nil || other.Campaigns == nil { // a policy was published while the segments were counted
		p.Campaigns = nil
		return
	}
	p.Campaigns.Merge(other.Campaigns)
}
