package decide

import (
	"strings"
	"time"

	"regulars/shared/condition"
	"regulars/shared/frequency"
	"regulars/shared/policy"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// Occasion is the order that conditions may ask about, and what happened to it.
type Occasion struct {
	Order shop.OrderID
	Event shop.OrderKind
	Cause shop.Cause // of the event, where it told one; else it is that of the latest trouble
}

// Facts returns what conditions can ask about one customer at now. Items give
// bought products their titles, categories and prices; a product that is not
// among them counts, but belongs to no category. Amounts are in the shop's
// currency; orders in another are counted and not summed. Of the rules it takes
// that currency, and what was learned of customers as a whole.
func Facts(now time.Time, p profile.Profile, c frequency.Contact, items map[shop.ProductID]recommend.Item, rules policy.Policy, o Occasion) condition.Facts {
	currency := rules.Shop.Currency
	totals, bought := p.All()
	f := condition.Facts{Customer: condition.Customer{
		Orders:   totals.Orders,
		Spent:    shop.Money{Minor: totals.Net[currency], Currency: currency},
		Average:  shop.Money{Currency: currency},
		Country:  p.Country.Value,
		Language: p.Locale.Value,
		Guest:    strings.HasPrefix(string(p.ID), "guest:"),
		Bought:   make(map[shop.ProductID]condition.Bought, len(bought)),
	}}
	if totals.Orders > 0 {
		f.Customer.Average.Minor = totals.Net[currency] / int64(totals.Orders)
		f.Customer.SinceOne = days(now.Sub(totals.First))
		f.Customer.SinceLast = f.Customer.SinceOne
	}
	for _, visit := range p.Orders {
		if !visit.Cancelled {
			f.Customer.SinceLast = days(now.Sub(visit.At)) // oldest first: the last one stays
		}
	}
	for _, issueName := range p.ServiceIssues {
		if issueName.Returned != nil {
			f.Customer.Returns++
		}
	}
	if c.Consented(shop.TopicPromotions, orderConsent(p)) {
		f.Customer.Consents = []shop.Topic{shop.TopicPromotions}
	}
	for id, units := range bought {
		if kept := units.Units - units.Returned; kept > 0 {
			item := items[id]
			f.Customer.Bought[id] = condition.Bought{Units: kept, Title: item.Title, Category: item.Category, Price: item.Price}
		}
	}
	f.Customer.Birthday, f.Customer.Born = shop.Birthday(p.Birthday.Value).In(now.In(rules.Shop.ZoneOf(p.Zone.Value)))
	habits(now, p, c, &f.Customer)
	outlook := rules.Lifetime.Outlook(now, p, currency)
	f.Customer.Alive, f.Customer.Late = outlook.Alive, outlook.Late
	f.Customer.Expected, f.Customer.Worth = outlook.Quarter, outlook.Year
	if rules.Points.On() {
		balance := p.Points.Ledger.At(now)
		f.Customer.Points, f.Customer.ExpireIn = max(0, balance.Active), days(balance.Expires.Sub(now))
		f.Customer.Tier = rules.Points.Stands(p.Points.Ledger, now).Tier
	}
	f.Order = order(p, o, currency)
	return f
}

func order(p profile.Profile, o Occasion, currency shop.Currency) condition.Order {
	if o.Order == "" {
		return condition.Order{}
	}
	facts := condition.Order{Event: o.Event, Cause: o.Cause, Total: shop.Money{Currency: currency}, Lines: map[shop.ProductID]int{}}
	if wrong := latest(p.ServiceIssues[o.Order]); o.Cause == "" && wrong != nil {
		facts.Cause = wrong.Cause
	}
	for i, visit := range p.Orders {
		if visit.Order != o.Order {
			continue
		}
		if visit.Net.Currency == currency {
			facts.Total = visit.Net
		}
		facts.First = i == 0 && p.Earlier.Orders+p.Earlier.Cancelled == 0
		for _, line := range visit.Lines {
			facts.Lines[line.Product] = line.Units
		}
	}
	return facts
}

// latest returns what went wrong with an order last, or nil.
func latest(t profile.ServiceIssue) (last *profile.Issue) {
	for _, wrong := range []*profile.Issue{t.Cancelled, t.Returned, t.Delayed} {
		if wrong != nil && (last == nil || wrong.Since.After(last.Since)) {
			last = wrong
		}
	}
	return last
}

func orderConsent(p profile.Profile) *bool {
	if p.Consent.Value == "" {
		return nil
	}
	yes := p.Consent.Value == "yes"
	return &yes
}

func days(d time.Duration) int { return max(0, int(d/(24*time.Hour))) }
