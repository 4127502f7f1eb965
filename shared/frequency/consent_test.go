package frequency_test

import (
	"testing"
	"time"

	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// A consent keeps how it was given. The latest counts, and of two at one time the
// known source, in any order; an opt-out has none.
func TestAConsentKeepsItsSource(t *testing.T) {
	const topic = shop.TopicPromotions
	at := utc(t, "2026-11-22 10:00")
	type saying struct {
		given  bool
		source shop.ConsentSource
		at     time.Time
	}
	for name, c := range map[string]struct {
		sayings []saying
		want    frequency.Consent
	}{
		"one":                                {[]saying{{true, shop.SourceSignUpForm, at}}, frequency.Consent{Given: true, At: at, Source: shop.SourceSignUpForm}},
		"the same from an unknown source":    {[]saying{{true, shop.SourceSignUpForm, at}, {true, "", at}}, frequency.Consent{Given: true, At: at, Source: shop.SourceSignUpForm}},
		"two sources at one time":            {[]saying{{true, shop.SourceSignUpForm, at}, {true, shop.SourceAccount, at}}, frequency.Consent{Given: true, At: at, Source: shop.SourceSignUpForm}},
		"a later one from an unknown source": {[]saying{{true, shop.SourceSignUpForm, at}, {true, "", at.Add(time.Hour)}}, frequency.Consent{Given: true, At: at.Add(time.Hour)}},
		"a later opt-out":                    {[]saying{{true, shop.SourceSignUpForm, at}, {false, shop.SourceAccount, at.Add(time.Hour)}}, frequency.Consent{At: at.Add(time.Hour)}},
		"an opt-out at the same time":        {[]saying{{true, shop.SourceSignUpForm, at}, {false, "", at}}, frequency.Consent{At: at}},
	} {
		forward, backward, joined := frequency.Contact{}, frequency.Contact{}, frequency.Contact{}
		for i, s := range c.sayings {
			last := c.sayings[len(c.sayings)-1-i]
			forward = forward.WithConsentFrom(topic, s.given, s.source, s.at)
			backward = backward.WithConsentFrom(topic, last.given, last.source, last.at)
			joined = joined.Adopt(frequency.Contact{}.WithConsentFrom(topic, last.given, last.source, last.at), profile.Profile{})
		}
		for how, got := range map[string]frequency.Contact{"forward": forward, "backward": backward, "two contacts joined": joined} {
			if got.Consents[topic] != c.want {
				t.Errorf("%s, %s: %+v, want %+v", name, how, got.Consents[topic], c.want)
			}
		}
	}
}

// What the order form's box says counts if the customer has said nothing else. Its
// day is that of the order, and not known if the profile does not keep the order.
func TestTheBoxOfTheOrderFormIsSaidAtTheCheckout(t *testing.T) {
	at := utc(t, "2026-11-03 10:00")
	orders := []profile.Visit{{Order: "o-1", At: at}, {Order: "o-2", At: at.AddDate(0, 0, 9)}}
	ticked := func(value string, by shop.OrderID) profile.Profile {
		return profile.Profile{Orders: orders, Consent: profile.Statement{Value: value, At: at.AddDate(0, 0, 5), By: by}}
	}
	explicit := frequency.Contact{}.WithConsentFrom(shop.TopicPromotions, true, shop.SourceAccount, at.AddDate(-1, 0, 0))
	for name, c := range map[string]struct {
		contact frequency.Contact
		profile profile.Profile
		want    frequency.Consent
		said    bool
	}{
		"no box":                    {frequency.Contact{}, profile.Profile{Orders: orders}, frequency.Consent{}, false},
		"a ticked box":              {frequency.Contact{}, ticked("yes", "o-1"), frequency.Consent{Given: true, At: at, Source: shop.SourceCheckout}, true},
		"of an order long ago":      {frequency.Contact{}, ticked("yes", "o-0"), frequency.Consent{Given: true, Source: shop.SourceCheckout}, true},
		"an empty box":              {frequency.Contact{}, ticked("no", "o-1"), frequency.Consent{At: at}, true},
		"a box and an explicit one": {explicit, ticked("no", "o-1"), frequency.Consent{Given: true, At: at.AddDate(-1, 0, 0), Source: shop.SourceAccount}, true},
	} {
		if got, said := c.contact.Said(shop.TopicPromotions, c.profile); got != c.want || said != c.said {
			t.Errorf("%s: %+v, %t, want %+v, %t", name, got, said, c.want, c.said)
		}
	}
}
