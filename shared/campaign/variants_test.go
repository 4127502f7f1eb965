package campaign_test

import (
	"fmt"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/shop"
)

func TestVariantsOfACampaign(t *testing.T) {
	c := campaign.Campaign{ID: "weekly", Message: "picks", Variants: []campaign.Variant{
		{Name: "a", Share: 5000, Message: "picks"}, {Name: "b", Share: 5000, Message: "news", Picks: 3},
	}}
	renamed := c
	renamed.Variants = []campaign.Variant{{Name: "c", Share: 5000}, {Name: "d", Share: 5000}}
	moved := c
	moved.Variants = []campaign.Variant{{Name: "a", Share: 6000}, {Name: "b", Share: 4000}}
	const n = 2000
	inB, movedToA, otherSide := 0, 0, 0
	for i := range n {
		id := shop.CustomerID(fmt.Sprint("c-", i))
		got := c.For(id, time.Time{}, "")
		if got.Variant == "b" {
			inB++
			if got.Message != "news" || got.Picks != 3 {
				t.Fatalf("the campaign of %s is %+v", id, got)
			}
		}
		if kept := c.For(id, time.Time{}, "b"); kept.Variant != "b" {
			t.Fatalf("%s was in b and is in %s", id, kept.Variant)
		}
		if gone := c.For(id, time.Time{}, "gone"); gone.Variant != got.Variant {
			t.Fatalf("a variant that is gone moves %s to %s", id, gone.Variant)
		}
		switch then := moved.For(id, time.Time{}, "").Variant; {
		case got.Variant == "a" && then == "b":
			t.Fatalf("%s left a, whose share grew", id)
		case got.Variant == "b" && then == "a":
			movedToA++
		}
		if (got.Variant == "b") != (renamed.For(id, time.Time{}, "").Variant == "d") {
			otherSide++
		}
	}
	if inB < n*45/100 || inB > n*55/100 {
		t.Errorf("%d of %d are in b, want half", inB, n)
	}
	if movedToA < n*8/100 || movedToA > n*12/100 {
		t.Errorf("10 %% more for a moved %d of %d", movedToA, n)
	}
	if otherSide < n*45/100 || otherSide > n*55/100 {
		t.Errorf("new names put %d of %d on the other side, want half", otherSide, n)
	}
	if plain := (campaign.Campaign{ID: "x", Message: "picks"}).For("c-1", time.Time{}, ""); plain.Variant != "" || plain.Message != "picks" {
		t.Errorf("a campaign without variants is %+v", plain)
	}
}
