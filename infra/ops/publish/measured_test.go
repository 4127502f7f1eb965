package main

import (
	"context"
	"strings"
	"testing"

	"regulars/shared/campaign"
	"regulars/shared/dynamo"
	measured "regulars/shared/outcome"
	"regulars/shared/shoppolicy"
)

// night has the parts of a night by name.
type night map[string]string

func (n night) Model(_ context.Context, name string) (string, []byte, error) {
	if part, ok := n[name]; ok {
		return "2026-11-21T02:10:00Z", []byte(part), nil
	}
	return "", nil, dynamo.ErrNotFound
}

func TestPublishSaysWithWhichValueCampaignsCompete(t *testing.T) {
	p := shoppolicy.Policy{Shop: shoppolicy.Shop{Currency: "GBP"}, Campaigns: []campaign.Campaign{{ID: "picks", Value: 40, Measured: true}, {ID: "plain", Value: 90}}}
	for phrase, c := range map[string]struct {
		night night
		want  string
	}{
		"not measured yet": {night{}, "campaigns/picks.yaml: a message competes with £0.40, its value_until_measured: too few customers have ordered to measure it\n"},
		"measured":         {night{measured.ValuesName: `{"picks":73}`}, "campaigns/picks.yaml: a message competes with £0.73, as the night of 2026-11-21T02:10:00Z measured it\n"},
	} {
		var out strings.Builder
		if err := sayMeasured(t.Context(), p, c.night, &out); err != nil || out.String() != c.want {
			t.Errorf("%s: %q, %v, want %q", phrase, out.String(), err, c.want)
		}
	}
	if err := sayMeasured(t.Context(), p, night{measured.ValuesName: "rubbish"}, &strings.Builder{}); err == nil {
		t.Error("a damaged part is no error")
	}
}
