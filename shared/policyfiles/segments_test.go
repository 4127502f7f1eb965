//go:build !race

package policyfiles_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"regulars/infra/ops/publish/markdown"
	"regulars/shared/conditioncheck"
	"regulars/shared/message"
	"regulars/shared/policyfiles"
	"regulars/shared/shoppolicy"
)

// withSegments is testdata/sound with a campaign for big spenders.
func withSegments(t *testing.T) fstest.MapFS {
	all := files(t, "")
	weekly := strings.Replace(string(all["campaigns/weekly.yaml"].Data), "customer.orders >= 1", `in_segment("big-spender") && !customer.guest`, 1)
	all["campaigns/weekly.yaml"] = &fstest.MapFile{Data: []byte(weekly)}
	return all
}

func TestThePolicyHasTheConditionsOfItsSegments(t *testing.T) {
	p, err := policyfiles.Load(withSegments(t), conditioncheck.Compile, asIs, markdown.Parse)
	if err != nil {
		t.Fatal(err)
	}
	packed, err := shoppolicy.Encode(p)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := shoppolicy.Decode(packed, message.Renderer{})
	if err != nil {
		t.Fatal(err)
	}
	weekly, _ := stored.Campaign("weekly")
	if got, want := weekly.Audience.Text(), `customer.orders >= 2 && customer.spent >= money("500.00") && !customer.guest`; got != want {
		t.Errorf("the stored audience is %q, want %q", got, want)
	}
	changed := withSegments(t)
	changed["segments/regular.yaml"] = &fstest.MapFile{Data: []byte("title: Customers who come back\nwhen: customer.orders >= 3\n")}
	if other, err := policyfiles.Load(changed, conditioncheck.Compile, asIs, markdown.Parse); err != nil || other.Version == p.Version {
		t.Errorf("the policy with another segment has version %s, %v, want another version than %s", other.Version, err, p.Version)
	}
}

func TestASegmentThatNothingUsesIsAnAdvice(t *testing.T) {
	p, err := policyfiles.Load(withSegments(t), conditioncheck.Compile, asIs, markdown.Parse)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range p.Messages.Advice {
		if strings.HasPrefix(a.File, "segments/") {
			got = append(got, a.String())
		}
	}
	want := []string{`segments/spare.yaml:1:1: no campaign, offer or journey uses segment spare; use it with in_segment("spare"), or remove the file`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("advice (-want +got):\n%s", diff)
	}
}

func TestAnOfferThatNobodyOfACampaignCanHaveIsAnAdvice(t *testing.T) {
	for condition, want := range map[string][]string{
		"customer.orders >= 2": {"campaigns/paid.yaml:5:9: it can never give welcome: no customer who gets this campaign meets the offer's when, customer.orders == 1; leave the offer out, or change one of the conditions"},
		"customer.orders >= 1": nil,
	} {
		all := files(t, "")
		all["campaigns/paid.yaml"] = &fstest.MapFile{Data: []byte("message: reward\non: [order.paid]\nnot_after: 48h\nif: " + condition + "\noffers: [welcome, gift]\n")}
		p, err := policyfiles.Load(all, conditioncheck.Compile, asIs, markdown.Parse)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, a := range p.Messages.Advice {
			if strings.HasPrefix(a.File, "campaigns/") {
				got = append(got, a.String())
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("advice with %s (-want +got):\n%s", condition, diff)
		}
	}
}

func TestAnOfferThatNoCustomerOfAVariantCanHaveIsAnAdvice(t *testing.T) {
	all := files(t, "")
	all["campaigns/paid.yaml"] = &fstest.MapFile{Data: []byte(`
message: reward
on: [order.paid]
not_after: 48h
if: customer.orders >= 2
offers: [gift]
variants: [{name: as-ever, share: 50}, {name: other, share: 50, offers: [welcome]}]
`)}
	p, err := policyfiles.Load(all, conditioncheck.Compile, asIs, markdown.Parse)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, a := range p.Messages.Advice {
		if strings.HasPrefix(a.File, "campaigns/") {
			got = append(got, a.String())
		}
	}
	want := []string{"campaigns/paid.yaml:7:73: it can never give welcome: no customer who gets this campaign meets the offer's when, customer.orders == 1; leave the offer out, or change one of the conditions"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("advice (-want +got):\n%s", diff)
	}
}
