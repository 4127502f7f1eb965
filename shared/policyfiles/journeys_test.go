//go:build !race

package policyfiles_test

import (
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/infra/ops/publish/markdown"
	"regulars/shared/campaign"
	"regulars/shared/conditioncheck"
	"regulars/shared/journey"
	"regulars/shared/message"
	"regulars/shared/policyfiles"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

const aJourney = `
version: 2
on: [order.delivered]
if: order.first
until: journey.ordered
unless: journey.returned || journey.opted_out
reentry: 90d
steps:
  - wait: 3d
  - name: after
    message: thanks
    not_after: 48h
    picks: 2
  - condition: customer.orders == 1
  - name: taste
    branch:
      - if: customer.country == "GB"
        steps:
          - name: gb
            message: thanks
            not_after: 24h
      - steps:
          - wait: 1d
  - split:
      - share: 50
        steps:
          - message: picks
            not_after: 36h
            picks: 3
  - name: last
    message: thanks
    not_after: 12h
`

func withJourney(t *testing.T, text string) (shoppolicy.Policy, error) {
	t.Helper()
	all := files(t, "")
	all["journeys/welcome.yaml"] = &fstest.MapFile{Data: []byte(text)}
	return policyfiles.Load(all, conditioncheck.Compile, asIs, markdown.Parse)
}

// A journey is read with its steps in the order of the file, each with the step
// after it, and each message step is a campaign.
func TestLoadReadsAJourney(t *testing.T) {
	p, err := withJourney(t, aJourney)
	if err != nil {
		t.Fatal(err)
	}
	day := 24 * time.Hour
	want := []journey.Journey{{
		Entry:   campaign.Campaign{ID: "welcome", Journey: "welcome", Version: 2, On: []shop.OrderKind{shop.OrderDelivered}, Class: shop.ClassService, Rank: 100, NotAfter: 7 * day},
		Reentry: journey.Reentry{Days: 90},
		Steps: []journey.Step{
			{Name: "wait-1", Wait: 3 * day, Next: "after"},
			{Name: "after", Message: "welcome_after", Next: "condition-3"},
			{Name: "condition-3", Next: "taste"},
			{Name: "taste", Ways: []journey.Way{{Next: "gb"}, {Next: "wait-4-2-1"}}, Next: "split-5"},
			{Name: "gb", Message: "welcome_gb", Next: "split-5"},
			{Name: "wait-4-2-1", Wait: day, Next: "split-5"},
			{Name: "split-5", Ways: []journey.Way{{Share: 5000, Next: "picks"}}, Next: "last"},
			{Name: "picks", Message: "welcome_picks", Next: "last"},
			{Name: "last", Message: "welcome_last"},
		},
	}}
	if diff := cmp.Diff(want, p.Journeys, ignoreConditions); diff != "" {
		t.Errorf("journeys (-want +got):\n%s", diff)
	}
	after, ok := p.Campaign("welcome_after")
	if want := (campaign.Campaign{ID: "welcome_after", Journey: "welcome", Version: 2, Message: "thanks", Class: shop.ClassService, NotAfter: 2 * day, Picks: 2}); !ok || cmp.Diff(want, after, ignoreConditions) != "" {
		t.Errorf("the campaign of a step (-want +got):\n%s", cmp.Diff(want, after, ignoreConditions))
	}
	packed, err := shoppolicy.Encode(p)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := shoppolicy.Decode(packed, message.Renderer{})
	if err != nil || decoded.Journeys[0].Until.Text() != "journey.ordered" || decoded.Journeys[0].Until.Names() == nil {
		t.Errorf("Decode(Encode) = %v, with until %q, want it compiled", err, decoded.Journeys[0].Until.Text())
	}
}

const sendsThanks = `
steps:
  - wait: 1d
  - message: picks
    not_after: 24h
    picks: 3
`

// A journey begins with a schedule, a date or a day of the customers' own as well.
func TestLoadReadsHowAJourneyBegins(t *testing.T) {
	for text, want := range map[string]campaign.Campaign{
		"schedule: \"0 10 * * 6\"\nclock: customer\naudience: customer.orders >= 1":  {Schedule: "0 10 * * 6", Clock: campaign.ByCustomer},
		"date: 2026-12-05 10:00\naudience: customer.orders >= 1":                     {Date: "2026-12-05 10:00"},
		"on: [customer.late]\nlate: 1.5\nat: \"11:00\"\nunless: customer.orders > 9": {On: []shop.OrderKind{shop.CustomerLate}, Hour: "11:00", Late: 150},
		"on: [birthday]\ndays_before: 7\nat: \"09:00\"\nif: customer.orders >= 1":    {On: []shop.OrderKind{shop.BirthdayComes}, Hour: "09:00", Before: 7},
	} {
		p, err := withJourney(t, text+sendsThanks)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		want.ID, want.Journey, want.Version, want.Class, want.Rank, want.NotAfter = "welcome", "welcome", 1, shop.ClassPromotion, 100, 48*time.Hour
		if diff := cmp.Diff(want, p.Journeys[0].Entry, ignoreConditions); diff != "" {
			t.Errorf("%s: the entry (-want +got):\n%s", text, diff)
		}
		if started := p.Started(); !started[len(started)-1].Scheduled() {
			t.Errorf("%s: the entry has no runs", text)
		}
	}
}

func TestLoadRefusesJourneys(t *testing.T) {
	for text, want := range map[string]string{
		"audience: customer.orders >= 1":                                                   "a journey begins with either on, schedule or date",
		"on: [birthday]\nschedule: \"0 10 * * 6\"":                                         "a journey begins with either on, schedule or date",
		"on: [birthday]":                                                                   "at is missing",
		"on: [birthday, order.paid]\nat: \"09:00\"":                                        "birthday starts a campaign of its own",
		"on: [replenishment.due]\nat: \"09:00\"":                                           "replenishment.due does not begin a journey",
		"on: [order.paid]\nat: \"09:00\"":                                                  "at is for campaigns on a day of the customer's own",
		"on: [order.paid]\naudience: customer.orders >= 1":                                 "audience is not for what starts on an event",
		"schedule: \"0 10 * * 6\"":                                                         "audience is missing",
		"schedule: \"0 10 * * 6\"\naudience: order.first":                                  "order.first is not known here",
		"schedule: \"0 10 * * 6\"\naudience: customer.orders > 1\nif: customer.orders > 1": "if is not for what starts on a schedule or a date",
		"date: 2026-12-05 10:00\naudience: customer.orders > 1\nunless: order.returned":    "order.returned is not known here",
	} {
		if _, err := withJourney(t, text+sendsThanks); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// A step's message has no order if customers enter by a run.
func TestLoadRefusesAMessageAboutAnOrderThatIsNone(t *testing.T) {
	all := files(t, "")
	all["journeys/welcome.yaml"] = &fstest.MapFile{Data: []byte("schedule: \"0 10 * * 6\"\naudience: customer.orders >= 1\nsteps:\n  - message: thanks\n    not_after: 24h\n")}
	_, err := policyfiles.Load(all, conditioncheck.Compile, asIs, markdown.Parse)
	if want := "the message thanks needs order"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}

// dead returns a journey that begins with a message, and goes on with other steps.
func dead(entry, steps string) string {
	return entry + "\nsteps:\n  - name: hello\n    message: picks\n    not_after: 24h\n    picks: 3\n" + steps
}

const (
	ordered = "on: [order.delivered]\nif: customer.orders >= 2"
	bye     = "  - name: bye\n    message: picks\n    not_after: 24h\n    picks: 3\n"
)

func TestLoadRefusesDeadEnds(t *testing.T) {
	for name, c := range map[string]struct{ entry, steps, want string }{
		"a goal that all have reached":           {ordered + "\nuntil: customer.orders >= 1", bye, "until holds for every customer who enters"},
		"an exit at once":                        {ordered + "\nunless: \"!journey.ordered\"", bye, "unless holds for every customer who enters"},
		"a condition against the entry":          {ordered, "  - condition: customer.orders < 2\n" + bye, "no customer meets this condition here"},
		"a condition against the one before":     {ordered, "  - wait: 1d\n  - condition: customer.orders > 5\n  - condition: customer.orders <= 5\n" + bye, "no customer meets this condition here"},
		"a condition that only the goal gives":   {ordered + "\nuntil: journey.ordered", "  - wait: 1d\n  - condition: journey.ordered\n" + bye, "no customer meets this condition here"},
		"a wait longer than the exit lets":       {ordered + "\nunless: journey.days >= 14", "  - wait: 20d\n  - condition: journey.days < 30\n" + bye, "no customer meets this condition here"},
		"a way that the one before takes":        {ordered, "  - branch:\n      - if: customer.orders > 3\n        steps:\n          - wait: 1d\n      - if: customer.orders > 5\n        steps:\n          - wait: 2d\n" + bye, "no customer takes this way"},
		"a way for the others, of whom are none": {ordered, "  - branch:\n      - if: customer.orders > 1\n        steps:\n          - wait: 1d\n      - steps:\n          - wait: 2d\n" + bye, "no customer takes this way"},
	} {
		if _, err := withJourney(t, dead(c.entry, c.steps)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		} else if n := strings.Count(err.Error(), "\n"); n > 0 {
			t.Errorf("%s: more than one fault: %v", name, err)
		}
	}
}

// What can happen is no dead end: facts change while a customer waits.
func TestLoadTakesJourneysWithoutDeadEnds(t *testing.T) {
	for name, c := range map[string]struct{ entry, steps string }{
		"a condition against the entry, after a wait": {ordered, "  - wait: 1d\n  - condition: customer.orders < 2\n" + bye},
		"a branch with all cases":                     {ordered, "  - branch:\n      - if: customer.orders > 3\n        steps:\n          - wait: 1d\n      - if: customer.orders == 3\n        steps:\n          - wait: 2d\n" + bye},
		"a goal that only some have reached":          {ordered + "\nuntil: customer.orders >= 3", bye},
		"an exit after the last step":                 {ordered + "\nunless: journey.days >= 30", "  - wait: 20d\n" + bye},
	} {
		if _, err := withJourney(t, dead(c.entry, c.steps)); err != nil {
			t.Errorf("%s: %v, want none", name, err)
		}
	}
}
