package outcome

import (
	"math"

	"regulars/shared/lift"
	"regulars/shared/shop"
)

// ValuesName is the name under which a night publishes its [Values].
const ValuesName = "campaign-values"

// Values are what one message of each campaign adds, in minor units of the shop's
// currency, by campaign: of those that compete with what was measured, as far as it is
// known.
type Values map[shop.CampaignID]int64

// usual is the lift in net revenue that campaigns usually have at most.
const usual = 0.1

// Value returns what one message adds, in minor units, for a campaign to compete with:
// what was measured, drawn towards what its file states. It is drawn the more the less
// exact the measurement is: to the middle if the standard error is a lift of 10 % of
// what held-out customers spend. That is the mean of the posterior of a normal prior
// around the stated value. It is never below 0.
//
// It is not known with fewer than [lift.Least] customers with an order in each arm.
func (r *Row) Value(stated int64) (value int64, known bool) {
	e := r.Lift(lift.Net)
	if e.Verdict == lift.TooFew || r.Mails == 0 || !(e.HeldMean > 0) {
		return 0, false
	}
	each := float64(e.Mailed) / float64(r.Mails)
	prior := usual * e.HeldMean
	weight := prior * prior / (prior*prior + e.StandardError*e.StandardError)
	return max(0, int64(math.Round(weight*e.Difference*each+(1-weight)*float64(stated)))), true
}

// Values returns the values of these campaigns, whose files state the given amounts.
func (r *Report) Values(stated map[shop.CampaignID]int64) Values {
	all := Values{}
	for _, row := range r.rows {
		amount, asked := stated[row.Campaign]
		if row.By != Whole || !asked {
			continue
		}
		if v, known := row.Value(amount); known {
			all[row.Campaign] = v
		}
	}
	return all
}
