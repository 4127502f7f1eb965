package shoppolicy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/content"
	"regulars/shared/inputfault"
	"regulars/shared/journey"
	"regulars/shared/shop"
)

// Earlier is an earlier version of a journey, under which the customers finish who
// entered it (on_change: finish).
type Earlier struct {
	Journey journey.Journey     `json:"journey"`
	Steps   []campaign.Campaign `json:"steps"` // the campaigns of its message steps
	Until   time.Time           `json:"until"` // a policy that is published later does not keep it
}

const (
	mostEarlier = 3                   // versions of one journey that a policy keeps
	keepLonger  = 30 * 24 * time.Hour // than the longest way through the journey, for pauses
)

// EnterWithin is how long after its event an entry counts: a customer whose entry
// is delivered later does not begin the journey.
const EnterWithin = 7 * 24 * time.Hour

// Keeping returns p with the earlier versions of its journeys that customers finish,
// for publishing it at now. before is the policy in force. A version is kept if the
// journey has on_change: finish and its version is higher than that in force. It is
// kept for the time of its longest way and [keepLonger], and at most mostEarlier of a
// journey are. The customers of a version that is not kept go on in the next one that is.
func (p Policy) Keeping(before Policy, now time.Time) (Policy, inputfault.InFiles) {
	p.Earlier = nil
	var advice inputfault.InFiles
	for _, j := range p.Journeys {
		if !j.Finish {
			continue
		}
		var kept []Earlier
		for _, e := range before.Earlier {
			if e.Journey.ID() == j.ID() && e.Until.After(now) && e.Journey.Entry.Version < j.Entry.Version {
				kept = append(kept, e)
			}
		}
		if old, known := before.Journey(j.ID()); known {
			e := Earlier{Journey: old, Steps: before.stepsOf(old.ID()), Until: shop.Millis(now).Add(old.Longest() + EnterWithin + keepLonger)}
			switch {
			case old.Entry.Version < j.Entry.Version:
				kept = append(kept, e)
			case !same(old.Steps, j.Steps):
				advice = append(advice, inputfault.InFile{
					File: FileOf(j.Entry), Text: "its steps have changed and its version has not: customers who are under way move to the new steps, in spite of on_change: finish",
					Hint: fmt.Sprintf("write version: %d to let them finish under the steps in force", old.Entry.Version+1),
				})
			}
		}
		if over := len(kept) - mostEarlier; over > 0 {
			advice = append(advice, inputfault.InFile{
				File: FileOf(j.Entry), Text: fmt.Sprintf("%d earlier versions of the journey are kept, the most that a policy can have: customers who entered version %d go on in version %d", mostEarlier, kept[over-1].Journey.Entry.Version, kept[over].Journey.Entry.Version),
				Hint: "publish fewer versions, or let customers move",
			})
			kept = kept[over:]
		}
		p.Earlier = append(p.Earlier, kept...)
	}
	for i := range p.Earlier {
		p.keepMessages(&p.Earlier[i], before.Messages)
	}
	return p, advice
}

// keepMessages adds the messages of an earlier version to those of p, unless they are
// the same there. A kept message has the journey and the version in its name.
func (p *Policy) keepMessages(e *Earlier, from content.Set) {
	e.Steps = slices.Clone(e.Steps)
	for i := range e.Steps {
		c := &e.Steps[i]
		old, known := from.Messages[c.Message]
		if now, still := p.Messages.Messages[c.Message]; !known || still && same(now, old) {
			continue
		}
		if !strings.Contains(string(c.Message), "@") {
			c.Message = shop.MessageID(fmt.Sprintf("%s@%s.%d", c.Message, c.Journey, c.Version))
		}
		p.Messages = p.Messages.With(c.Message, old)
	}
}

// same reports whether both are stored as the same bytes.
func same(a, b any) bool {
	one, err := json.Marshal(a)
	other, failed := json.Marshal(b)
	return err == nil && failed == nil && bytes.Equal(one, other)
}

// stepsOf returns the campaigns of the message steps of a journey.
func (p Policy) stepsOf(id shop.CampaignID) (steps []campaign.Campaign) {
	for _, c := range p.Campaigns {
		if c.Journey == id {
			steps = append(steps, c)
		}
	}
	return steps
}

// earlier returns the version of a journey under which the customers go on who entered
// it at that version: the lowest that is kept and not lower than theirs, or else that in
// force, for which ok is false.
func (p Policy) earlier(id shop.CampaignID, version int) (e Earlier, ok bool) {
	for _, e := range p.Earlier { // the lowest version first
		if e.Journey.ID() == id && e.Journey.Entry.Version >= version {
			return e, true
		}
	}
	return Earlier{}, false
}

// JourneyAt returns the journey as customers go through it who entered it at that
// version, and whether it is published.
func (p Policy) JourneyAt(id shop.CampaignID, version int) (journey.Journey, bool) {
	if e, kept := p.earlier(id, version); kept {
		return e.Journey, true
	}
	return p.Journey(id)
}

// CampaignOf returns the campaign of an intent, with all its variants, and whether it is
// published. Of a step of a journey it is the step as the intent's customer goes through
// the journey.
func (p Policy) CampaignOf(i campaign.Intent) (campaign.Campaign, bool) {
	if !i.Entered.IsZero() {
		for _, e := range p.Earlier { // the lowest version first
			if at := slices.IndexFunc(e.Steps, func(c campaign.Campaign) bool { return c.ID == i.Campaign }); at >= 0 && e.Journey.Entry.Version >= i.Version {
				return e.Steps[at], true
			}
		}
	}
	return p.Campaign(i.Campaign)
}
