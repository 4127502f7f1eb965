package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/decide"
	"regulars/shared/frequency"
	"regulars/shared/inputfault"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

const (
	daysPlayed = 60    // whose runs are played against the caps
	mostPlayed = 1_000 // customers for whom they are
)

// play is a policy's campaigns with runs, whose messages compete for the caps.
type play struct {
	policy    shoppolicy.Policy
	campaigns []campaign.Campaign
	from      time.Time
}

func newPlay(p shoppolicy.Policy, now time.Time) play {
	all := slices.DeleteFunc(slices.Clone(p.Campaigns), func(c campaign.Campaign) bool {
		return c.Schedule == "" && c.Date == "" || !p.Frequency.Classes[c.Class].Obeys
	})
	return play{p, all, now}
}

// raised is a run of a campaign that has planned the customer.
type raised struct {
	campaign campaign.Campaign
	at       time.Time // when it is tried next
	notAfter time.Time
}

// runs returns the runs of the next days by the clocks of a zone.
func (p play) runs(c campaign.Campaign, zone *time.Location) []campaign.Run {
	until := p.from.AddDate(0, 0, daysPlayed)
	return append(campaign.LeftOut(c, p.from, until, zone), campaign.Due(c, p.from, until, zone)...)
}

// outcome is what became of the messages of one campaign for one or more customers.
type outcome struct {
	alone, sent int
	before      map[shop.CampaignID]int // what was sent in place of it, by campaign
	reasons     map[string]int          // why the last of them were not sent
	customers   int
}

// send plays the messages of a customer in the order in which they are sent, and
// returns how many of each campaign are, and the code of the reason for the others.
// Each is tried until it expires. Of several that could be sent at one time, the best
// goes first, as in a decision.
func (p play) send(all []raised) (sent map[shop.CampaignID]int, reasons map[shop.CampaignID]string) {
	sent, reasons = map[shop.CampaignID]int{}, map[shop.CampaignID]string{}
	rest := map[shop.CampaignID]time.Time{}
	var contact frequency.Contact
	for waiting := slices.Clone(all); len(waiting) > 0; {
		slices.SortStableFunc(waiting, func(a, b raised) int {
			return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.campaign.Class.Rank(), b.campaign.Class.Rank()), cmp.Compare(b.campaign.Value, a.campaign.Value), a.notAfter.Compare(b.notAfter), cmp.Compare(a.campaign.ID, b.campaign.ID))
		})
		next := &waiting[0]
		c := next.campaign
		verdict := p.policy.Frequency.Check(next.at, []string{p.policy.Shop.Zone}, contact, c.Class, c.Tags)
		switch {
		case next.at.Before(rest[c.ID]): // it would have no coupon
		case verdict.Allowed:
			sent[c.ID]++
			rest[c.ID] = next.at.Add(p.coolDown(c))
			id := shop.SendID(fmt.Sprint(c.ID, len(all)-len(waiting)))
			contact = contact.With(frequency.Entry{Send: id, At: next.at, Class: c.Class, Tags: c.Tags}, next.at, p.policy.Frequency)
		case verdict.At.IsZero() || verdict.At.After(next.notAfter):
			reasons[c.ID] = verdict.Code
		default:
			next.at = verdict.At
			continue
		}
		waiting = waiting[1:]
	}
	return sent, reasons
}

// coolDown returns how long a customer gets no further message of a campaign that
// is not sent without a coupon.
func (p play) coolDown(c campaign.Campaign) (least time.Duration) {
	if !c.NeedsOffer {
		return 0
	}
	for i, o := range c.Allowed(p.policy.Offers) {
		if rest := time.Duration(o.CoolDown) * 24 * time.Hour; i == 0 || rest < least {
			least = rest
		}
	}
	return least
}

// outcomes plays the messages of one customer, and those of each campaign alone.
func (p play) outcomes(all []raised) map[shop.CampaignID]outcome {
	found := map[shop.CampaignID]outcome{}
	sent, reasons := p.send(all)
	for _, c := range p.campaigns {
		own := slices.DeleteFunc(slices.Clone(all), func(r raised) bool { return r.campaign.ID != c.ID })
		if len(own) == 0 {
			continue
		}
		alone, _ := p.send(own)
		of := outcome{alone: alone[c.ID], sent: sent[c.ID], customers: 1, before: map[shop.CampaignID]int{}, reasons: map[string]int{}}
		if of.sent < of.alone {
			maps.Copy(of.before, sent)
			delete(of.before, c.ID)
			of.reasons[reasons[c.ID]]++
		}
		found[c.ID] = of
	}
	return found
}

// plus returns the sum of two outcomes of a campaign.
func (o outcome) plus(more outcome) outcome {
	sum := outcome{alone: o.alone + more.alone, sent: o.sent + more.sent, customers: o.customers + more.customers, before: map[shop.CampaignID]int{}, reasons: map[string]int{}}
	for _, part := range []outcome{o, more} {
		for id, n := range part.before {
			sum.before[id] += n
		}
		for code, n := range part.reasons {
			sum.reasons[code] += n
		}
	}
	return sum
}

// collides reports whether most of a campaign's messages are not sent because of
// other campaigns.
func (o outcome) collides() bool { return o.sent*2 < o.alone && len(o.before) > 0 }

// advice is the advice about a campaign that collides with others.
func (o outcome) advice(c campaign.Campaign, who string) inputfault.InFile {
	var first []string
	for _, id := range slices.SortedFunc(maps.Keys(o.before), func(a, b shop.CampaignID) int {
		return cmp.Or(cmp.Compare(o.before[b], o.before[a]), cmp.Compare(a, b))
	}) {
		first = append(first, string(id))
	}
	var code string
	for reason, n := range o.reasons {
		if n > o.reasons[code] || n == o.reasons[code] && reason < code {
			code = reason
		}
	}
	others := strings.Join(first, ", ")
	why := "the quiet hours and minimum gap of caps.yaml leave no time for it"
	if name, ok := strings.CutPrefix(code, frequency.CodeCap); ok {
		why = fmt.Sprintf("the cap %s of caps.yaml is full", name)
	}
	return inputfault.InFile{
		File: shoppolicy.FileOf(c), Text: fmt.Sprintf("in the next %d days it can send %d of %d messages%s: %s, after %s was sent", daysPlayed, o.sent, o.alone, who, why, others),
		Hint: fmt.Sprintf("take the audience of %s out of its own, run them at different times, or write a higher value if this message is worth more", others),
	}
}

// collisions plays the runs of the next days for customers of the sample, with the
// audiences as they will be if no customer orders, and returns an advice for each
// campaign of which most messages cannot be sent because of others.
func (t trial) collisions() (all inputfault.InFiles) {
	p := newPlay(t.policy, t.now)
	if len(p.campaigns) < 2 {
		return nil
	}
	total := map[shop.CampaignID]outcome{}
	played := map[string]map[shop.CampaignID]outcome{} // by the runs that plan a customer, which many share
	customers := t.sample.Profiles[:min(len(t.sample.Profiles), mostPlayed)]
	for _, customer := range customers {
		var planned []raised
		var key strings.Builder
		for _, c := range p.campaigns {
			for i, run := range p.runs(c, decide.ClockOf(t.policy.Shop, c, customer)) {
				if t.plans(c, run, customer) {
					planned = append(planned, raised{variantOf(c, reached{customer: customer}), run.At, run.At.Add(c.NotAfter)})
					fmt.Fprint(&key, c.ID, planned[len(planned)-1].campaign.Variant, i, ",")
				}
			}
		}
		if _, ok := played[key.String()]; !ok {
			played[key.String()] = p.outcomes(planned)
		}
		for id, one := range played[key.String()] {
			total[id] = total[id].plus(one)
		}
	}
	for _, c := range p.campaigns {
		if o := total[c.ID]; o.collides() && o.customers >= fewestAdvice {
			all = append(all, o.advice(c, fmt.Sprintf(" to %d of %d customers, who are in its audience then", o.customers, len(customers))))
		}
	}
	return all
}

// sureCollisions returns an advice for each campaign of which a customer who stays in
// its audience gets less than half, because of campaigns with the same audience. That
// is so whatever customers the shop has.
func sureCollisions(policy shoppolicy.Policy, now time.Time) (all inputfault.InFiles) {
	p := newPlay(policy, now)
	for _, c := range p.campaigns {
		var planned []raised
		for _, other := range p.campaigns {
			if other.Audience.Text() != c.Audience.Text() {
				continue
			}
			for _, run := range p.runs(other, policy.Shop.Location()) {
				planned = append(planned, raised{other, run.At, run.At.Add(other.NotAfter)})
			}
		}
		if o := p.outcomes(planned)[c.ID]; o.collides() {
			all = append(all, o.advice(c, " to a customer who stays in its audience"))
		}
	}
	return all
}
