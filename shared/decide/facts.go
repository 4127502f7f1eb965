package decide

import (
	"slices"
	"strings"
	"time"

	"regulars/shared/condition"
	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// Occasion is the order that conditions can refer to, and the event that happened
// to it.
type Occasion struct {
	Order shop.OrderID
	Event shop.OrderKind
	Cause shop.Cause // of the event; if empty, the cause of the order's latest service issue
}

// Facts returns the values that conditions can refer to, for one customer at now.
//
// Items give bought products their titles, categories and prices; a product
// without an item is counted, but has no category. Amounts are in the shop's
// currency; orders in another currency are counted and not summed. From the
// policy it takes the currency, the zone, the points scheme and the customer
// value model.
func Facts(now time.Time, p profile.Profile, c frequency.Contact, items map[shop.ProductID]recommend.Item, in shoppolicy.Policy, o Occasion) condition.Facts {
	currency := in.Shop.Currency
	totals, bought := p.All()
	f := condition.Facts{Customer: condition.Customer{
		Orders:   totals.Orders,
		Spent:    shop.Money{Minor: totals.Net[currency], Currency: currency},
		Average:  shop.Money{Currency: currency},
		Returns:  p.Returns(),
		Country:  p.Country.Value,
		Language: Locale(p, c),
		Guest:    p.ID.IsGuest(),
		Bought:   make(map[shop.ProductID]condition.Bought, len(bought)),
	}}
	if totals.Orders > 0 {
		f.Customer.Average.Minor = totals.Net[currency] / int64(totals.Orders)
		f.Customer.SinceOne = days(now.Sub(totals.First))
		f.Customer.SinceLast = f.Customer.SinceOne
	}
	zone := in.Shop.ZoneOf(p.Zones())
	f.Customer.First, f.Customer.Last = totals.First.In(zone), totals.First.In(zone)
	for _, visit := range p.Orders {
		if !visit.Cancelled { // visits are oldest first, so the newest sets these last
			f.Customer.SinceLast, f.Customer.Last = days(now.Sub(visit.At)), visit.At.In(zone)
			f.Customer.Placed = append(f.Customer.Placed, condition.Placed{Days: f.Customer.SinceLast, Net: visit.Net})
		}
	}
	if strings.HasPrefix(p.Province.Value, p.Country.Value+"-") { // else it is of a country before
		f.Customer.Province = p.Province.Value
	}
	consents(p, c, in.Shop, &f.Customer)
	for id, units := range bought {
		if kept := units.Units - units.Returned; kept > 0 {
			item := items[id]
			f.Customer.Bought[id] = condition.Bought{Units: kept, Title: item.Title, Category: item.Category, Price: item.Price}
		}
	}
	f.Customer.Birthday, f.Customer.Born = shop.Birthday(p.Birthday.Value).In(now.In(zone))
	habits(now, p, c, &f.Customer)
	outlook := in.CustomerValue.Outlook(now, p, currency)
	f.Customer.Alive, f.Customer.Late = outlook.Alive, outlook.Late
	f.Customer.Expected, f.Customer.Worth = outlook.Quarter, outlook.Year
	if in.Points.On() {
		balance := p.Points.Ledger.At(now)
		f.Customer.Points, f.Customer.ExpireIn = max(0, balance.Active), days(balance.Expires.Sub(now))
		f.Customer.Tier = in.Points.StandingOf(p.Points.Ledger, now).Tier
	}
	f.Order = order(p, o, currency)
	return f
}

// consents fills in the topics to which the customer agreed, and how.
func consents(p profile.Profile, c frequency.Contact, in shoppolicy.Shop, to *condition.Customer) {
	box := orderConsent(p)
	for _, topic := range in.TopicNames() {
		if !c.Allows(topic, box) {
			continue
		}
		to.Consents = append(to.Consents, topic)
		if said, ok := c.Said(topic, p); ok && said.Source != "" {
			if to.Sources == nil {
				to.Sources = map[shop.Topic]shop.ConsentSource{}
			}
			to.Sources[topic] = said.Source
		}
	}
}

func order(p profile.Profile, o Occasion, currency shop.Currency) condition.Order {
	if o.Order == "" {
		return condition.Order{}
	}
	facts := condition.Order{Event: o.Event, Cause: o.Cause, Total: shop.Money{Currency: currency}, Lines: map[shop.ProductID]int{}}
	if issue := latest(p.ServiceIssues[o.Order]); o.Cause == "" && issue != nil {
		facts.Cause = issue.Cause
	}
	for i, visit := range p.Orders {
		if visit.Order != o.Order {
			continue
		}
		if visit.Net.Currency == currency {
			facts.Total = visit.Net
		}
		facts.First = i == 0 && p.Earlier.Orders+p.Earlier.Cancelled == 0
		facts.Last = !slices.ContainsFunc(p.Orders[i+1:], func(v profile.Visit) bool { return !v.Cancelled })
		facts.Back = p.ServiceIssues[o.Order].Returned != nil
		for _, line := range visit.Lines {
			facts.Lines[line.Product] = line.Units
			facts.Back = facts.Back || line.Returned > 0
		}
	}
	return facts
}

// latest returns the issue of an order that began last, or nil.
func latest(s profile.ServiceIssue) (last *profile.Issue) {
	for _, issue := range []*profile.Issue{s.Cancelled, s.Returned, s.Delayed} {
		if issue != nil && (last == nil || issue.Since.After(last.Since)) {
			last = issue
		}
	}
	return last
}

func days(d time.Duration) int { return max(0, int(d/(24*time.Hour))) }
