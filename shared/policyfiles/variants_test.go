//go:build !race

package policyfiles_test

import (
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"regulars/infra/ops/publish/markdown"
	"regulars/shared/campaign"
	"regulars/shared/conditioncheck"
	"regulars/shared/message"
	"regulars/shared/policyfiles"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// What a variant does not say is what the campaign says.
func TestLoadReadsVariants(t *testing.T) {
	all := files(t, "")
	all["campaigns/weekly.yaml"] = &fstest.MapFile{Data: []byte(`
message: picks
schedule: 0 10 * * 6
audience: customer.orders >= 1
not_after: 36h
picks: 6
send_time: best
variants:
  - {name: as-ever, share: 33.5}
  - {name: shorter, share: 16.5, picks: 3}
  - {name: at-ten, share: 20, send_time: run}
  - {name: evening, share: 20, send_time: "18:00"}
  - {name: other-subject, share: 10, subject: warm}
`)}
	subject := all["messages/picks/message.yaml"]
	all["messages/picks/message.yaml"] = &fstest.MapFile{Data: append(subject.Data, "subjects:\n  warm: \"{{ 'subject' | t }}, {{ picks.first.title }}\"\n"...)}
	p, err := policyfiles.Load(all, conditioncheck.Compile, asIs, markdown.Parse)
	if err != nil {
		t.Fatal(err)
	}
	weekly, _ := p.Campaign("weekly")
	want := []campaign.Variant{
		{Name: "as-ever", Share: 3350, Message: "picks", Picks: 6, SendTime: campaign.Best},
		{Name: "shorter", Share: 1650, Message: "picks", Picks: 3, SendTime: campaign.Best},
		{Name: "at-ten", Share: 2000, Message: "picks", Picks: 6},
		{Name: "evening", Share: 2000, Message: "picks", Picks: 6, SendTime: "18:00"},
		{Name: "other-subject", Share: 1000, Message: "picks+warm", Picks: 6, SendTime: campaign.Best},
	}
	if diff := cmp.Diff(want, weekly.Variants); diff != "" {
		t.Errorf("variants (-want +got):\n%s", diff)
	}
	packed, err := shoppolicy.Encode(p)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := shoppolicy.Decode(packed, message.Renderer{})
	if err != nil {
		t.Fatal(err)
	}
	if m := decoded.Messages.Messages["picks+warm"]; m.Class != shop.ClassPromotion || m.HTML != p.Messages.Messages["picks"].HTML {
		t.Errorf("the published message with another subject is %+v", m)
	}
}

// offers: [] in a variant takes the campaign's offers away.
func TestAVariantCanGiveOtherOffersOrNone(t *testing.T) {
	all := files(t, "")
	all["campaigns/thanks.yaml"] = &fstest.MapFile{Data: []byte(`
message: thanks
on: [order.placed]
group: order
not_after: 48h
offers: [welcome]
variants:
  - {name: coupon, share: 50}
  - {name: none, share: 25, offers: []}
  - {name: either, share: 25, offers: [welcome, shipping]}
`)}
	p, err := policyfiles.Load(all, conditioncheck.Compile, asIs, markdown.Parse)
	if err != nil {
		t.Fatal(err)
	}
	thanks, _ := p.Campaign("thanks")
	got := map[string][]shop.OfferID{}
	for _, v := range thanks.Variants {
		got[v.Name] = v.Offers
	}
	want := map[string][]shop.OfferID{"coupon": {"welcome"}, "none": nil, "either": {"welcome", "shipping"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("offers (-want +got):\n%s", diff)
	}
}

func TestSharesThatFollowTheBetterVariant(t *testing.T) {
	all := files(t, "")
	all["campaigns/weekly.yaml"] = &fstest.MapFile{Data: []byte(`
message: picks
schedule: 0 10 * * 6
audience: customer.orders >= 1
not_after: 36h
picks: 6
allocation: thompson
floor: 12.5
variants: [{name: as-ever}, {name: shorter, picks: 3}]
`)}
	p, err := policyfiles.Load(all, conditioncheck.Compile, asIs, markdown.Parse)
	if err != nil {
		t.Fatal(err)
	}
	weekly, _ := p.Campaign("weekly")
	if weekly.Thompson == nil || weekly.Thompson.Floor != 1250 || weekly.Variants[1].Share != 0 {
		t.Errorf("the campaign is %+v, want a floor of 12.5 %% and no shares", weekly)
	}
	if fixed := weekly.WithFixedShares(); fixed.Thompson != nil || fixed.Variants[0].Share != 5000 || weekly.Variants[0].Share != 0 {
		t.Errorf("with fixed shares it is %+v", fixed.Variants)
	}
}
