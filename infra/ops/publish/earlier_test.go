package main

import (
	"context"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/content"
	"regulars/shared/dynamo"
	"regulars/shared/journey"
	"regulars/shared/message"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// stored is a policy in force; nil: none.
type stored []byte

func (s stored) Policy(context.Context) (string, []byte, error) {
	if s == nil {
		return "", nil, dynamo.ErrNotFound
	}
	return "stored", s, nil
}

// What is published has the version in force in it, if its customers finish; the first
// publish, and one that lets them move, have none.
func TestPublishingKeepsTheVersionInForce(t *testing.T) {
	at := func(version int, finish bool) (shoppolicy.Policy, []byte) {
		p := shoppolicy.Policy{
			Shop:      shoppolicy.Shop{Currency: "GBP", Zone: "Europe/London"},
			Campaigns: []campaign.Campaign{{ID: "after_how", Journey: "after", Version: version, Message: "how"}},
			Messages:  message.NewSet(map[shop.MessageID]content.Message{"how": {Subject: string(rune('0' + version))}}),
			Journeys: []journey.Journey{{
				Entry: campaign.Campaign{ID: "after", Journey: "after", Version: version}, Finish: finish,
				Steps: []journey.Step{{Name: "wait", Wait: time.Hour, Next: "how"}, {Name: "how", Message: "after_how"}},
			}},
		}
		packed, err := shoppolicy.Encode(p)
		if err != nil {
			t.Fatal(err)
		}
		return p, packed
	}
	_, first := at(1, false)
	for name, c := range map[string]struct {
		inForce stored
		finish  bool
		kept    int
	}{
		"the first publish":    {nil, true, 0},
		"the customers move":   {stored(first), false, 0},
		"the customers finish": {stored(first), true, 1},
	} {
		p, packed := at(2, c.finish)
		p, packed, _, err := withEarlier(t.Context(), p, packed, c.inForce, time.Now())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		read, err := shoppolicy.Decode(packed, message.Renderer{})
		if err != nil || len(p.Earlier) != c.kept || len(read.Earlier) != c.kept {
			t.Errorf("%s: %d earlier versions, and %d in the packed bytes, %v; want %d", name, len(p.Earlier), len(read.Earlier), err, c.kept)
		}
		if c.kept > 0 && p.Version != read.Version {
			t.Errorf("%s: the version is %q, and %q in the packed bytes", name, p.Version, read.Version)
		}
	}
}
