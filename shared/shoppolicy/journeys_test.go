package shoppolicy_test

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/infra/ops/publish/markdown"
	"regulars/shared/campaign"
	"regulars/shared/journey"
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
	return shoppolicy.Load(all, asIs, markdown.Parse)
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
	decoded, err := shoppolicy.Decode(packed)
	if err != nil || decoded.Journeys[0].Until.Text() != "journey.ordered" || decoded.Journeys[0].Until.Names() == nil {
		t.Errorf("Decode(Encode) = %v, with until %q, want it compiled", err, decoded.Journeys[0].Until.Text())
	}
}
