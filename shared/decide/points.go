package decide

import (
	"regulars/shared/content"
	"regulars/shared/shop"
)

// points returns what the message says about the customer's points, with tier
// names in the given language; nil if the shop has no points or the customer
// never had any.
func (c *evaluation) points(language string) *content.Points {
	scheme, ledger := c.Points, c.Profile.Points.Ledger
	if !scheme.On() || len(ledger) == 0 {
		return nil
	}
	b, at := ledger.At(c.now), scheme.StandingOf(ledger, c.now)
	p := &content.Points{
		Active: max(0, b.Active), Pending: b.Pending,
		Earned: ledger.Earned(c.intent.Order), Waiting: ledger.PendingOf(c.intent.Order, c.now), Needs: max(0, int(at.Needs-at.Later)),
	}
	if last := b.Expires.AddDate(0, 0, -1); last.After(c.now) { // the last day on which they are valid in every zone
		p.Expiring, p.Expires = b.Next, last
	}
	if c.day != nil && c.campaign.OwnDay() == shop.PointsExpiring { // those that the message is about
		p.Expiring, p.Expires = c.day.facts.Points, c.day.expires
	}
	if worth := scheme.Spend.WorthOf(b.Active); worth > 0 {
		p.Worth = shop.Money{Minor: worth, Currency: c.Shop.Currency}
	}
	for _, tier := range scheme.Tiers {
		switch tier.Name {
		case at.Tier:
			p.Tier = tier.Named[language]
		case at.Next:
			p.Next = tier.Named[language]
		}
	}
	return p
}
