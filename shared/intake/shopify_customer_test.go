package intake

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/shop"
)

// consents returns the consents that a webhook states, and the box of its order
// ("none", "true" or "false").
func consents(t *testing.T, envelope []byte) (said []shop.Event, box string) {
	t.Helper()
	parsed, err := Parse(envelope, now)
	if err != nil {
		t.Fatal(err)
	}
	box = "none"
	for _, event := range parsed.Events {
		switch fact := event.Fact.(type) {
		case shop.ConsentFact:
			said = append(said, event)
		case shop.OrderFact:
			if fact.Placed != nil && fact.Placed.Consent != nil {
				box = map[bool]string{true: "true", false: "false"}[*fact.Placed.Consent]
			}
		}
	}
	return said, box
}

func consentOf(customer shop.CustomerID, email string, given bool) shop.ConsentFact {
	return shop.ConsentFact{Customer: customer, Email: email, Topic: shop.TopicPromotions, Given: given, Channel: shop.ChannelExplicit}
}

// The sample's buyer_accepts_marketing is true in every case.
func TestTheConsentOfAShopifyOrder(t *testing.T) {
	since := time.Date(2025, 3, 21, 12, 20, 0, 0, time.UTC)
	updated := time.Date(2026, 11, 20, 12, 43, 0, 0, time.UTC)
	own, none := `"consent_updated_at": "2025-03-21T12:20:00+00:00"`, `"consent_updated_at": null`
	for name, c := range map[string]struct {
		state, at string
		no        time.Time // of an explicit no; zero: none
		box       string
	}{
		"subscribed":                 {`"subscribed"`, own, time.Time{}, "true"},
		"unsubscribed":               {`"unsubscribed"`, own, since, "false"},
		"unsubscribed without time":  {`"unsubscribed"`, none, updated, "false"},
		"redacted":                   {`"redacted"`, own, since, "false"},
		"redacted without time":      {`"redacted"`, none, updated, "false"},
		"pending":                    {`"pending"`, own, time.Time{}, "false"},
		"not subscribed":             {`"not_subscribed"`, none, time.Time{}, "false"},
		"invalid":                    {`"invalid"`, own, time.Time{}, "false"},
		"a state that is new to us":  {`"snoozed"`, own, time.Time{}, "false"},
		"no state: the box, as told": {`null`, none, time.Time{}, "true"},
	} {
		t.Run(name, func(t *testing.T) {
			said, box := consents(t, replace(t, sample(t, shopifyWebhook, "orders-create"), `"state": "subscribed"`, `"state": `+c.state, own, c.at))
			var want []shop.Event
			if !c.no.IsZero() {
				want = []shop.Event{{
					ID: "03ffbcb7-dd2d-efa9-7b0a-b0c02e158065/consent", At: c.no,
					Fact: consentOf("7012345678901", "anna.12779@example.com", false),
				}}
			}
			if diff := cmp.Diff(want, said); diff != "" {
				t.Errorf("explicit consents (-want +got):\n%s", diff)
			}
			if box != c.box {
				t.Errorf("the box is %s, want %s", box, c.box)
			}
		})
	}
}

func TestTheConsentOfAShopifyCustomer(t *testing.T) {
	own := time.Date(2026, 11, 20, 15, 2, 10, 0, time.UTC)
	sent := time.Date(2026, 11, 20, 15, 2, 11, 0, time.UTC)
	const at, none = `"consent_updated_at": "2026-11-20T16:02:10+01:00"`, `"consent_updated_at": null`
	for name, c := range map[string]struct {
		envelope  string
		state, at string
		want      string // "yes" or "no" or "" (it says nothing)
		when      time.Time
	}{
		"update, subscribed":                 {"customers-update", "subscribed", at, "yes", own},
		"update, subscribed without a time":  {"customers-update", "subscribed", none, "", own},
		"update, unsubscribed":               {"customers-update", "unsubscribed", at, "no", own},
		"update, redacted, without a time":   {"customers-update", "redacted", none, "no", own}, // updated_at
		"update, pending":                    {"customers-update", "pending", at, "", own},
		"update, invalid":                    {"customers-update", "invalid", at, "", own},
		"consent, subscribed":                {"customers-consent-update", "subscribed", at, "yes", own},
		"consent, unsubscribed":              {"customers-consent-update", "unsubscribed", at, "no", own},
		"consent, redacted without a time":   {"customers-consent-update", "redacted", none, "no", sent},
		"consent, subscribed without a time": {"customers-consent-update", "subscribed", none, "", sent},
		"consent, not subscribed":            {"customers-consent-update", "not_subscribed", at, "", own},
	} {
		t.Run(name, func(t *testing.T) {
			was, email := "unsubscribed", "anna.new@example.com"
			if c.envelope == "customers-consent-update" {
				was, email = "subscribed", "anna.12779@example.com"
			}
			said, _ := consents(t, replace(t, sample(t, shopifyWebhook, c.envelope), `"state": "`+was+`"`, `"state": "`+c.state+`"`, at, c.at))
			if c.want == "" {
				if len(said) > 0 {
					t.Errorf("it says %+v, want nothing", said)
				}
				return
			}
			if len(said) != 1 {
				t.Fatalf("it says %d consents, want one", len(said))
			}
			if diff := cmp.Diff(consentOf("7012345678901", email, c.want == "yes"), said[0].Fact); diff != "" {
				t.Errorf("the consent (-want +got):\n%s", diff)
			}
			if !said[0].At.Equal(c.when) {
				t.Errorf("its time is %s, want %s", said[0].At, c.when)
			}
		})
	}
}

func TestAShopifyCustomerWithoutAnAddressOrAConsentIsIgnored(t *testing.T) {
	parsed, err := Parse(replace(t, sample(t, shopifyWebhook, "customers-update"), `"email": "anna.new@example.com"`, `"email": null`, `"state": "unsubscribed"`, `"state": null`), now)
	if err != nil || len(parsed.Events) > 0 || parsed.Ignored == "" {
		t.Errorf("Parse = %+v, %v; want no events, and why", parsed, err)
	}
}
