package main

import (
	"bytes"
	"encoding/json"
	"html"
	"strings"
	"testing"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/decide"
	"regulars/shared/recommend"
	"regulars/shared/rehearsal"
	"regulars/shared/shop"
)

// told returns what why prints of an answer, and the page that preview writes of it.
func told(t *testing.T, a rehearsal.Answer, e decide.Explanation) (why, drawn string) {
	t.Helper()
	var err error
	if a.Decision.Explained, err = json.Marshal(e); err != nil {
		t.Fatal(err)
	}
	var text, made bytes.Buffer
	tell(&text, decide.Rehearsed{Campaign: a.Campaign.ID}, "c-1", rehearsal.Story{Now: a}, a.Intent.Planned)
	if err := page(&made, "c-1", rehearsal.Preview{Answer: a, Shown: decide.Shown{Variant: e.Variant}, Own: e.Variant}, nil); err != nil {
		t.Fatal(err)
	}
	return text.String(), made.String()
}

func TestTheVariantIsNamed(t *testing.T) {
	why, drawn := told(t, rehearsal.Answer{State: claim.Sending}, decide.Explanation{Variant: "warm"})
	if !strings.Contains(why, "\n  variant warm\n") || !strings.Contains(drawn, ", variant warm, for customer") {
		t.Errorf("the variant is missing:\n%s\n%s", why, drawn)
	}
}

func TestThePageSaysChecksAndPicksInWordsAsWhyDoes(t *testing.T) {
	why, drawn := told(t, rehearsal.Answer{State: claim.Sending}, decide.Explanation{
		Checks: []decide.Check{{Name: "holdout"}, {Name: "consent", Note: "by the shop's own rule"}},
		Items:  []recommend.Pick{{Product: shop.Product{ID: "p-1", Title: "Mug"}, Reason: recommend.Reason{Kind: recommend.ReasonGoesWith, Title: "Jug"}}},
	})
	for _, want := range []string{"✓ holdout: the customer is not held out", "✓ consent: by the shop's own rule", "goes with Jug, bought"} {
		if !strings.Contains(why, want) || !strings.Contains(html.UnescapeString(drawn), want) {
			t.Errorf("%q is missing:\n%s\n%s", want, why, drawn)
		}
	}
}

func TestTheAnswerNamesItsOccasion(t *testing.T) {
	of := func(c campaign.Campaign, i campaign.Intent) rehearsal.Answer {
		return rehearsal.Answer{Campaign: c, Intent: i, State: claim.Sending}
	}
	order := campaign.Intent{Order: "o-1", Occasion: "o-1/order.delivered"}
	for want, a := range map[string]rehearsal.Answer{
		"If tier.reached came now":              of(campaign.Campaign{On: []shop.OrderKind{shop.TierReached}}, campaign.Intent{}),
		"If order.placed of order o-1 came now": of(campaign.Campaign{On: []shop.OrderKind{shop.OrderPlaced}}, campaign.Intent{Order: "o-1", Occasion: "o-1"}),
		"If it ran now":                         of(campaign.Campaign{Schedule: "0 11 * * *"}, campaign.Intent{}),
		"If they entered the journey back now":  of(campaign.Campaign{Journey: "back"}, campaign.Intent{}),
		"If they entered the journey after by order.delivered of order o-1 now": of(campaign.Campaign{Journey: "after"}, order),
		"Now": of(campaign.Campaign{On: []shop.OrderKind{shop.AskedExport}}, campaign.Intent{}),
	} {
		why, drawn := told(t, a, decide.Explanation{})
		if !strings.Contains(why, "\n"+want+", ") || !strings.Contains(why, ": would be sent\n") || !strings.Contains(drawn, "<strong>"+want+":</strong> would be sent") {
			t.Errorf("%q is missing:\n%s\n%s", want, why, drawn)
		}
	}
}

func TestAnOrderOrAProductIsRefusedOfACampaignThatIsAboutNone(t *testing.T) {
	of := campaign.Intent{Campaign: "thanks", Order: "o-1"}
	for want, c := range map[string]struct {
		asked decide.Rehearsed
		about campaign.Intent
	}{
		"": {decide.Rehearsed{Order: "o-1"}, of},
		"campaign thanks is not about a product: leave PRODUCT out":    {decide.Rehearsed{Product: "p-1"}, of},
		"campaign weekly-picks is not about an order: leave ORDER out": {decide.Rehearsed{Order: "o-1"}, campaign.Intent{Campaign: "weekly-picks"}},
	} {
		got := ""
		if err := applies(c.asked, c.about); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("applies(%+v) = %q, want %q", c.asked, got, want)
		}
	}
}
