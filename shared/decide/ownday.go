package decide

import (
	"fmt"
	"math"
	"net/url"
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
	facts   condition.OwnDay
	expires time.Time // of points: a time on the last day that the message names
	why     string    // the customer's own numbers
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
	switch d.campaign.Own() {
	case shop.BirthdayComes:
		return d.birthdays(at)
	case shop.AnniversaryComes:
		return d.anniversaries(at)
	case shop.CustomerLate:
		return d.late(at)
	case shop.PointsExpiring:
		return d.lapses(at)
	case shop.ReplenishmentDue:
		return d.replenishments(at)
	case shop.TierReached:
		return d.tiers(at)
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

// anniversaries returns those of the first order, in the years around a time.
func (d calendar) anniversaries(at time.Time) (all []ownDay) {
	totals, _ := d.customer.All()
	if totals.Orders == 0 {
		return nil
	}
	first := totals.First.In(d.zone)
	for _, date := range yearly(first.Format("01-02"), at) {
		if years := date.Year() - first.Year(); years > 0 {
			all = append(all, ownDay{
				OwnDay: campaign.OwnDay{Occasion: fmt.Sprintf("%s/%d", shop.AnniversaryComes, years), Date: date},
				facts:  condition.OwnDay{Years: years},
				why:    fmt.Sprintf("on %s it is %d years since the first order", date.Format(time.DateOnly), years),
			})
		}
	}
	return all
}

// lapses returns the last whole days of points that can be spent at a time. It is a
// day on which they are valid in every zone.
func (d calendar) lapses(at time.Time) (all []ownDay) {
	if !d.policy.Points.On() {
		return nil
	}
	for _, lapse := range d.customer.Points.Ledger.Lapses(at) {
		date := midnight(lapse.Until.UTC().AddDate(0, 0, -1))
		occasion := string(shop.PointsExpiring) + "/" + date.Format(time.DateOnly)
		if n := len(all); n == 0 || all[n-1].Occasion != occasion {
			in := int(date.Sub(midnight(at.In(d.zone))) / (24 * time.Hour))
			all = append(all, ownDay{OwnDay: campaign.OwnDay{Occasion: occasion, Date: date}, facts: condition.OwnDay{In: in}, expires: lapse.Until.AddDate(0, 0, -1)})
		}
		day := &all[len(all)-1]
		day.facts.Points += lapse.Points
		day.why = fmt.Sprintf("%d points can be spent until %s", day.facts.Points, date.Format(time.DateOnly))
	}
	return all
}

// late returns the day on which the customer became as late as the campaign says: the
// first pass since their last order that finds it; none if they are not. If it was
// longer ago than messages are open, the date is only early enough not to be open.
func (d calendar) late(at time.Time) []ownDay {
	last := d.last("")
	if last.Order == "" || last.At.After(at) { // a pass that comes late knows of later orders
		return nil
	}
	usual := func(now time.Time) float64 {
		return d.policy.CustomerValue.Outlook(now, d.customer, d.policy.Shop.Currency).Late
	}
	least, now := float64(d.campaign.Late)/100, usual(at)
	if now < least {
		return nil
	}
	date := midnight(at.In(d.zone))
	for pass := d.campaign.Due(date, d.zone); d.campaign.Open(date, at, d.zone) || pass.After(at); pass = d.campaign.Due(date, d.zone) {
		before := date.AddDate(0, 0, -1)
		if earlier := d.campaign.Due(before, d.zone); !earlier.After(last.At) || usual(earlier) < least {
			break
		}
		date = before
	}
	return []ownDay{{
		OwnDay: campaign.OwnDay{Occasion: string(shop.CustomerLate) + "/" + url.PathEscape(string(last.Order)), Date: date},
		why:    fmt.Sprintf("%s since the last order of %s: %.1f of their usual gaps; the campaign is from %.1f on", inDays(days(at.Sub(last.At))), last.At.In(d.zone).Format(time.DateOnly), now, least),
	}}
}

// replenishments returns the days on which what the customer bought of a product has
// usually been used up.
func (d calendar) replenishments(at time.Time) (all []ownDay) {
	for _, b := range History(d.customer).Items {
		lasts, own := b.Lasts(d.items[b.Product])
		last := d.last(b.Product)
		if lasts <= 0 || last.Order == "" {
			continue
		}
		every, since := int(math.Round(lasts.Hours()/24)), days(at.Sub(last.At))
		usually := "it usually lasts " + inDays(every)
		if own {
			usually = "usually every " + inDays(every)
		}
		all = append(all, ownDay{
			OwnDay: campaign.OwnDay{
				Occasion: replenishment(b.Product) + "/" + url.PathEscape(string(last.Order)),
				Date:     midnight(last.At.Add(lasts).In(d.zone)),
			},
			facts: condition.OwnDay{Product: b.Product, Every: every, Since: since},
			why:   fmt.Sprintf("product %s: %s; last bought %s ago, on %s", b.Product, usually, inDays(since), last.At.In(d.zone).Format(time.DateOnly)),
		})
	}
	return all
}

// tiers returns the customer's tier, as reached in the years around a time. It is
// no day of a pass: record raises its intents.
func (d calendar) tiers(at time.Time) (all []ownDay) {
	standing := d.policy.Points.StandingOf(d.customer.Points.Ledger, at)
	for year := at.UTC().Year() - 1; year <= at.UTC().Year(); year++ {
		all = append(all, ownDay{
			OwnDay: campaign.OwnDay{Occasion: fmt.Sprintf("%s/%s/%d", shop.TierReached, standing.Tier, year)},
			facts:  condition.OwnDay{Tier: standing.Tier},
			why:    fmt.Sprintf("tier %s with %d points", standing.Tier, standing.Worth),
		})
	}
	return all
}

// last returns the customer's last order, with the product if one is named, that was
// not cancelled; zero if the profile keeps none.
func (d calendar) last(product shop.ProductID) (last profile.Visit) {
	for _, v := range d.customer.Orders {
		if !v.Cancelled && (product == "" || slices.ContainsFunc(v.Lines, func(l profile.VisitProduct) bool { return l.Product == product })) {
			last = v
		}
	}
	return last
}

// midnight returns the date of a time, as midnight in UTC.
func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
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
		return end(claim.Expired, "day-over", "%s%s", notTheirs[c.campaign.Own()], c.latePart())
	}
	c.day = &all[at]
	c.explained.OwnDay = c.day.why
	if shown := c.shownSince(own); !shown.IsZero() {
		return end(claim.Suppressed, "already-shown", "a message of %s has shown the product since it was due", shown.Format(time.DateOnly))
	}
	if !own.holds(c.now, c.Contact, *c.day) {
		return end(claim.Expired, "condition-over", "the campaign's condition does not hold for the customer any more: %s%s", oneLine(c.campaign.If), c.latePart())
	}
	return nil
}

// shownSince returns when another message showed the product that is due, after its
// day; zero if none did. So of several products that are due together, which one
// message shows, the others start no message of their own.
func (c *evaluation) shownSince(own calendar) (at time.Time) {
	due := c.campaign.Due(c.day.Date, own.zone)
	for _, e := range c.Contact.Ledger {
		if e.Send != c.id && e.At.After(due) && c.day.facts.Product != "" && slices.Contains(e.Impressions, c.day.facts.Product) {
			at = e.At
		}
	}
	return at
}

// notTheirs says why a day of each kind is not the customer's any more.
var notTheirs = map[shop.OrderKind]string{
	shop.BirthdayComes:    "the customer's birthday is not known any more",
	shop.AnniversaryComes: "the customer's first order is another one now",
	shop.CustomerLate:     "the customer has ordered since, or is not as late any more",
	shop.PointsExpiring:   "the points were spent or taken back",
	shop.TierReached:      "the customer has another tier now",
	shop.ReplenishmentDue: "the customer has bought the product since, has returned it, or it is none to buy again",
}

// inDays writes a number of days: "1 day", "3 days".
func inDays(n int) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}
