package decide

import (
	"fmt"
	"slices"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/condition"
	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// ownDay is a day of the customer's own, with what conditions, messages and the
// explanation say about it.
type ownDay struct {
	campaign.OwnDay
	facts condition.OwnDay
	why   string // the customer's own numbers
}

// calendar is what a customer's own days are computed from.
type calendar struct {
	campaign campaign.Campaign
	customer profile.Profile
	items    map[shop.ProductID]recommend.Item // rows of bought products, for those of replenishment
	policy   shoppolicy.Policy
	zone     *time.Location // whose calendar the days are of
}

func calendarOf(c campaign.Campaign, p profile.Profile, items map[shop.ProductID]recommend.Item, in shoppolicy.Policy) calendar {
	return calendar{c, p, items, in, ClockOf(in.Shop, c, p)}
}

// openDays returns the intents that a pass of a campaign on customers' own days raises
// for the customer: one for each day that is open at the time of the pass (see
// [campaign.Campaign.Open]) and for which the condition holds. Several passes
// return the same day, and its intents make one send. The caller fills in Planned.
func openDays(p shoppolicy.Policy, c campaign.Campaign, run campaign.Run, customer profile.Profile, items map[shop.ProductID]recommend.Item) (intents []campaign.Intent) {
	own := calendarOf(c, customer, items, p)
	for _, day := range own.around(run.At) {
		if c.Open(day.Date, run.At, own.zone) && own.holds(run.At, frequency.Contact{}, day) {
			intents = append(intents, c.OnDay(day.OwnDay, run, customer.ID, own.zone))
		}
	}
	return intents
}

// around returns the customer's own days whose messages can be open at a time, and
// others.
func (d calendar) around(at time.Time) []ownDay {
	switch d.campaign.OwnDay() {
	case shop.BirthdayComes:
		return d.birthdays(at)
	}
	return nil
}

// holds reports whether the campaign's condition holds for the customer and the
// day.
func (d calendar) holds(at time.Time, c frequency.Contact, day ownDay) bool {
	facts := Facts(at, d.customer, c, d.items, d.policy, Occasion{})
	facts.Campaign.ID, facts.OwnDay = d.campaign.ID, day.facts
	return d.campaign.If.Holds(facts)
}

// birthdays returns the birthdays of the years around a time.
func (d calendar) birthdays(at time.Time) (all []ownDay) {
	for _, date := range yearly(d.customer.Birthday.Value, at) {
		all = append(all, ownDay{
			OwnDay: campaign.OwnDay{Occasion: fmt.Sprintf("%s/%d", shop.BirthdayComes, date.Year()), Date: date},
			why:    "their birthday of " + date.Format(time.DateOnly),
		})
	}
	return all
}

// yearly returns the dates of a month and a day, such as "05-17", in last year, this
// year and the next; none if it is not known.
func yearly(day string, at time.Time) (dates []time.Time) {
	for _, year := range []int{at.Year() - 1, at.Year(), at.Year() + 1} {
		if date, known := shop.Birthday(day).On(year); known {
			dates = append(dates, date)
		}
	}
	return dates
}

// onTheirDay rejects an intent about a day of the customer's own that is not theirs
// any more, or for which the campaign's condition does not hold any more.
func (c *evaluation) onTheirDay() *rejection {
	own := calendarOf(c.campaign, c.Profile, c.Items, c.Policy)
	all := own.around(c.now)
	at := slices.IndexFunc(all, func(day ownDay) bool { return day.Occasion == c.intent.Occasion })
	if at < 0 {
		return end(claim.Expired, "day-over", "%s%s", notTheirs[c.campaign.OwnDay()], c.latePart())
	}
	c.day = &all[at]
	c.explained.OwnDay = c.day.why
	if !own.holds(c.now, c.Contact, *c.day) {
		return end(claim.Expired, "condition-over", "the campaign's condition does not hold for the customer any more: %s%s", oneLine(c.campaign.If), c.latePart())
	}
	return nil
}

// notTheirs says why a day of each kind is not the customer's any more.
var notTheirs = map[shop.OrderKind]string{
	shop.BirthdayComes: "the customer's birthday is not known any more",
}
