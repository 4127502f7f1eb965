package judge_test

import (
	"slices"
	"testing"
	"time"

	"regulars/infra/proof/simulate/judge"
	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/coupon"
	"regulars/shared/frequency"
	"regulars/shared/shop"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

const ann = shop.CustomerID("c-1")

// story builds a history of messages that were planned, claimed, accepted by SES and
// ended correctly.
type story struct{ judge.History }

func newStory() *story {
	return &story{judge.History{
		Tenant: "test", Skew: 5 * time.Second, Stale: time.Minute,
		Campaigns: []campaign.Campaign{
			{ID: "plain", Class: shop.ClassPromotion, Tags: []string{"news"}}, {ID: "earned", Class: shop.ClassPromise}, {ID: "late", Class: shop.ClassService},
		},
		InForce: []judge.InForce{{From: noon.Add(-time.Hour), Caps: frequency.Policy{
			Zone: "Europe/London", Slack: time.Minute, Quiet: frequency.Quiet{From: 21 * 60, To: 8 * 60},
			Caps: []frequency.Cap{{Name: "promotions", Scope: frequency.ScopeClass, Class: shop.ClassPromotion, Max: 1, Window: frequency.Rolling(time.Hour)}},
			Classes: map[shop.Class]frequency.ClassPolicy{
				shop.ClassPromotion: {Obeys: true, Counts: true, Quiet: true}, shop.ClassPromise: {Counts: true}, shop.ClassService: {},
			},
		}}},
		Zones: map[shop.CustomerID]string{ann: ""}, Contacts: map[shop.CustomerID]frequency.Contact{ann: {}},
	}}
}

// message adds one message that went well, d after noon.
func (s *story) message(c shop.CampaignID, occasion string, d time.Duration) shop.SendID {
	i := campaign.Intent{Campaign: c, Version: 1, Customer: ann, Occasion: occasion, Order: shop.OrderID(occasion), NotAfter: noon.Add(24 * time.Hour)}
	id := i.SendID("test")
	s.Intents = append(s.Intents, i)
	s.Sends = append(s.Sends, claim.Send{ID: id, Intent: i, State: claim.Accepted, Attempt: 1})
	contact := s.Contacts[ann]
	contact.Ledger = append(contact.Ledger, frequency.Entry{Send: id})
	s.Contacts[ann] = contact
	s.attempt(id, c, 1, d)
	return id
}

// attempt adds a claim and, a second later, SES's acceptance.
func (s *story) attempt(id shop.SendID, c shop.CampaignID, nth int, d time.Duration) {
	s.Claims = append(s.Claims, judge.Claim{Send: id, Customer: ann, Campaign: c, Attempt: nth, At: noon.Add(d)})
	s.Accepted = append(s.Accepted, judge.Accepted{Send: id, Customer: ann, Campaign: c, Attempt: nth, At: noon.Add(d + time.Second), Funded: true})
}

// word adds a word of a person, d after noon, of a campaign in version 1.
func (s *story) word(c shop.CampaignID, word string, d time.Duration) {
	s.Effective = time.Minute
	s.Words = append(s.Words, judge.Word{Campaign: c, Word: word, Version: 1, Said: noon.Add(d), Answered: noon.Add(d)})
}

// planned sets when the last message was planned.
func (s *story) planned(d time.Duration) {
	s.Intents[len(s.Intents)-1].Planned = noon.Add(d)
	s.Sends[len(s.Sends)-1].Intent.Planned = noon.Add(d)
}

func (s *story) end(state claim.State, code string) {
	last := &s.Sends[len(s.Sends)-1]
	last.State, last.Reason.Code = state, code
}

const (
	code   = "ABCD-EFGH-JKMN-PQRS0"
	hashed = "6a1fc6ddab0b4a0d1b3e9eea4b1ad1ab64ae2f6ad9ab4f3e" // of another code
)

func TestJudge(t *testing.T) {
	for name, c := range map[string]struct {
		happens func(*story)
		breaks  []judge.Promise
	}{
		"all is well": {func(s *story) {
			s.message("plain", "a", 0)
			s.message("plain", "b", time.Hour+time.Minute)
			s.message("late", "c", 0)
		}, nil},
		"a message is claimed an hour before its time": {func(s *story) {
			s.message("plain", "a", 0)
			s.Claims[0].NotBefore = noon.Add(time.Hour)
		}, []judge.Promise{judge.AtItsTime}},
		"the time of a message moves after its claim": {func(s *story) {
			s.message("plain", "a", 0)
			s.Sends[0].Intent.NotBefore = noon.Add(time.Hour)
		}, nil},
		"SES accepts a promotion twice": {func(s *story) {
			id := s.message("plain", "a", 0)
			s.attempt(id, "plain", 2, 2*time.Hour)
		}, []judge.Promise{judge.Once}},
		"a service message is repeated after an unknown outcome": {func(s *story) {
			id := s.message("late", "a", 0)
			s.attempt(id, "late", 2, time.Hour)
		}, nil},
		"a service message is repeated after a known acceptance": {func(s *story) {
			id := s.message("late", "a", 0)
			s.Accepted[0].Acknowledged = true
			s.attempt(id, "late", 2, time.Hour)
		}, []judge.Promise{judge.Once}},
		"SES accepts a service message four times": {func(s *story) {
			id := s.message("late", "a", 0)
			for n := 2; n <= 4; n++ {
				s.attempt(id, "late", n, time.Duration(n)*time.Hour)
			}
		}, []judge.Promise{judge.Once}},
		"SES accepted a message without a claim": {func(s *story) {
			s.message("late", "a", 0)
			s.Claims = nil
		}, []judge.Promise{judge.Once}},
		"SES accepted a message that another one covers": {func(s *story) {
			s.message("plain", "a", 0)
			s.message("plain", "b", 2*time.Hour)
			s.Sends[1].Also = []shop.OrderID{"a"}
		}, []judge.Promise{judge.Once}},
		"a service message is given up after one attempt": {func(s *story) {
			s.message("late", "a", 0)
			s.end(claim.Lost, "unknown")
			s.Sends[0].Unconfirmed, s.Sends[0].Changed = 1, noon.Add(15*time.Minute)
		}, []judge.Promise{judge.Once}},
		"a service message is given up after three attempts": {func(s *story) {
			s.message("late", "a", 0)
			s.end(claim.Lost, "unknown")
			s.Sends[0].Attempt, s.Sends[0].Unconfirmed, s.Sends[0].Changed = 3, 3, noon.Add(time.Hour)
		}, nil},
		"SES accepted a message after it expired": {func(s *story) {
			s.message("late", "a", 0)
			s.Intents[0].NotAfter = noon.Add(-2 * time.Minute)
		}, []judge.Promise{judge.NothingLost}},
		"an end state is overwritten": {func(s *story) {
			s.Reopened = append(s.Reopened, judge.Reopened{Send: s.message("late", "a", 0), From: claim.Capped, To: claim.Accepted})
		}, []judge.Promise{judge.NothingLost}},
		"an SES event raises an end state": {func(s *story) {
			id := s.message("late", "a", 0)
			s.Reopened = append(s.Reopened, judge.Reopened{Send: id, From: claim.Lost, To: claim.Accepted}, judge.Reopened{Send: id, From: claim.Accepted, To: claim.Bounced})
		}, nil},
		"the state that SES reported is not stored": {func(s *story) {
			s.SESEvents = append(s.SESEvents, judge.SESEvent{Send: s.message("late", "a", 0), State: claim.Delivered})
		}, []judge.Promise{judge.NothingLost}},
		"a later SES event raised the state further": {func(s *story) {
			s.SESEvents = append(s.SESEvents, judge.SESEvent{Send: s.message("late", "a", 0), State: claim.Delivered})
			s.end(claim.Complained, "")
		}, nil},
		"SES accepted a message of a paused campaign": {func(s *story) {
			s.word("late", "pause", -time.Hour)
			s.message("late", "a", 0)
		}, []judge.Promise{judge.Stopped}},
		"SES accepted a message before the pause was in force": {func(s *story) {
			s.word("late", "pause", -time.Minute)
			s.message("late", "a", -time.Second)
		}, nil},
		"SES accepted a message after the resume": {func(s *story) {
			s.word("late", "pause", -time.Hour)
			s.word("late", "resume", -time.Minute)
			s.message("late", "a", 0)
		}, nil},
		"SES accepted a message of another campaign": {func(s *story) {
			s.word("plain", "pause", -time.Hour)
			s.message("late", "a", 0)
		}, nil},
		"SES accepted a message of a campaign that was paused again": {func(s *story) {
			s.word("late", "pause", -3*time.Hour)
			s.word("late", "resume", -2*time.Hour)
			s.word("late", "pause", -time.Hour)
			s.message("late", "a", 0)
		}, []judge.Promise{judge.Stopped}},
		"SES accepted what was planned before a cancelled campaign was resumed": {func(s *story) {
			s.word("late", "cancel", -time.Hour)
			s.word("late", "resume", -10*time.Minute)
			s.message("late", "a", 0)
			s.planned(-20 * time.Minute)
		}, []judge.Promise{judge.Stopped}},
		"SES accepted what was planned after a cancelled campaign was resumed": {func(s *story) {
			s.word("late", "cancel", -time.Hour)
			s.word("late", "resume", -10*time.Minute)
			s.message("late", "a", 0)
			s.planned(-5 * time.Minute)
		}, nil},
		"two promotions in a window": {func(s *story) {
			s.message("plain", "a", 0)
			s.message("plain", "b", 59*time.Minute)
		}, []judge.Promise{judge.Capped}},
		"two promotions exactly a window apart": {func(s *story) {
			s.message("plain", "a", 0)
			s.message("plain", "b", time.Hour)
		}, nil},
		"the second was claimed in time and accepted too soon": {func(s *story) {
			s.message("plain", "a", 0)
			s.message("plain", "b", time.Hour)
			s.Accepted[0].At = noon.Add(20 * time.Second)
		}, []judge.Promise{judge.Capped}},
		"the policy was loosened just before": {func(s *story) {
			s.message("plain", "a", 0)
			s.InForce = append(s.InForce, judge.InForce{From: noon.Add(9 * time.Minute)})
			s.message("plain", "b", 10*time.Minute)
		}, nil},
		"the policy was tightened just before": {func(s *story) {
			strict := s.InForce[0]
			s.InForce = []judge.InForce{{From: noon.Add(-time.Hour)}, {From: noon.Add(9*time.Minute + 30*time.Second), Caps: strict.Caps}}
			s.message("plain", "a", 0)
			s.message("plain", "b", 10*time.Minute)
		}, nil},
		"the policy was tightened long before": {func(s *story) {
			strict := s.InForce[0]
			s.InForce = []judge.InForce{{From: noon.Add(-time.Hour)}, {From: noon.Add(time.Minute), Caps: strict.Caps}}
			s.message("plain", "a", 0)
			s.message("plain", "b", 10*time.Minute)
		}, []judge.Promise{judge.Capped}},
		"a promise that counts came first": {func(s *story) {
			s.InForce[0].Caps.MinGap = time.Hour
			s.message("earned", "a", 0)
			s.message("plain", "b", 10*time.Minute)
		}, []judge.Promise{judge.Capped}},
		"a promise that does not obey came second": {func(s *story) {
			s.InForce[0].Caps.MinGap = time.Hour
			s.message("plain", "a", 0)
			s.message("earned", "b", 10*time.Minute)
		}, nil},
		"a promotion at night": {func(s *story) { s.message("plain", "a", 10*time.Hour) }, []judge.Promise{judge.Capped}},
		"claimed before the quiet hours, accepted in them": {func(s *story) {
			s.message("plain", "a", 8*time.Hour-10*time.Second) // 21:00 in London
			s.Accepted[0].At = noon.Add(8*time.Hour + 20*time.Second)
		}, nil},
		"an intent without a record": {func(s *story) {
			s.Intents = append(s.Intents, campaign.Intent{Campaign: "plain", Customer: ann, Occasion: "x"})
		}, []judge.Promise{judge.NothingLost}},
		"a record without an intent": {func(s *story) {
			s.message("late", "a", 0)
			s.Intents = nil
		}, []judge.Promise{judge.NothingLost}},
		"a send that still waits": {func(s *story) {
			s.message("plain", "a", 0)
			s.end(claim.Queued, "gap")
		}, []judge.Promise{judge.NothingLost, judge.Honoured}},
		"a sent message is stored as expired": {func(s *story) {
			s.message("plain", "a", 0)
			s.end(claim.Expired, "too-late")
		}, []judge.Promise{judge.NothingLost, judge.Honoured}},
		"an end without a reason": {func(s *story) {
			s.message("plain", "a", 0)
			s.end(claim.Lost, "")
		}, []judge.Promise{judge.NothingLost}},
		"a message is stored as accepted and was not": {func(s *story) {
			s.message("plain", "a", 0)
			s.Accepted = nil
		}, []judge.Promise{judge.NothingLost}},
		"claimed after an opt-out": {func(s *story) {
			s.Consents = []judge.ConsentChange{{Customer: ann, At: noon.Add(-time.Second)}}
			s.message("earned", "a", 0)
		}, []judge.Promise{judge.OptOut}},
		"claimed before an opt-out, after a new consent, and for service": {func(s *story) {
			s.message("plain", "a", 0)
			s.Consents = []judge.ConsentChange{{Customer: ann, At: noon.Add(time.Second)}, {Customer: ann, Given: true, Said: noon.Add(2 * time.Hour)}}
			s.message("plain", "b", 3*time.Hour)
			s.message("late", "c", time.Hour)
		}, nil},
		"a coupon that is not stored": {func(s *story) {
			s.message("plain", "a", 0)
			s.Accepted[0].Code = code
		}, []judge.Promise{judge.Honoured}},
		"a coupon without a message": {func(s *story) {
			s.Coupons = []coupon.Coupon{{Hash: hashed, Offer: "ten", Send: "unknown", State: coupon.Issued}}
			s.Budgets = []judge.Budget{{Offer: "ten", Uses: 3, Left: 2}}
		}, []judge.Promise{judge.Honoured}},
		"a budget that lost a use": {func(s *story) {
			s.Budgets = []judge.Budget{{Offer: "ten", Uses: 3, Left: 2}}
		}, []judge.Promise{judge.Honoured}},
		"a message without a reservation": {func(s *story) {
			s.message("plain", "a", 0)
			s.Contacts[ann] = frequency.Contact{}
		}, []judge.Promise{judge.Honoured}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStory()
			c.happens(s)
			found := judge.Judge(s.History)
			var broken []judge.Promise
			for _, v := range found {
				if !slices.Contains(broken, v.Promise) {
					broken = append(broken, v.Promise)
				}
			}
			if !slices.Equal(broken, c.breaks) {
				t.Errorf("Judge says that %q is broken, want %q: %v", broken, c.breaks, found)
			}
		})
	}
}
