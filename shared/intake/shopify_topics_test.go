package intake

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/shop"
)

// The page tells a shop which topics to subscribe to: all that are read, and no
// others.
func TestThePageNamesEachTopicOfShopify(t *testing.T) {
	content, err := os.ReadFile("../../docs/shopify.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(content)
	topics := func(begin, end string) []string {
		_, rest, ok := strings.Cut(page, begin)
		part, _, ended := strings.Cut(rest, end)
		if !ok || !ended {
			t.Fatalf("docs/shopify.md has no part from %q to %q", begin, end)
		}
		var all []string
		for _, found := range regexp.MustCompile("[`\"]([a-z_]+/[a-z_]+)[`\"]").FindAllStringSubmatch(part, -1) {
			all = append(all, found[1])
		}
		return slices.Compact(slices.Sorted(slices.Values(all)))
	}
	read := slices.Sorted(maps.Keys(shopifyTopics))
	if diff := cmp.Diff(read, topics("topics = [", "]\n")); diff != "" {
		t.Errorf("the topics to subscribe to (-read +page):\n%s", diff)
	}
	withPrivacy := slices.Sorted(slices.Values(append(slices.Clone(read), slices.Collect(maps.Keys(shopifyPrivacy))...)))
	if diff := cmp.Diff(withPrivacy, topics("## What each topic brings", "A **product** is")); diff != "" {
		t.Errorf("what each topic brings (-read +page):\n%s", diff)
	}
	unread := topics("## What is not read", "Any other topic")
	for _, topic := range slices.Sorted(maps.Keys(shopifyUnread)) {
		if !slices.Contains(unread, topic) {
			t.Errorf("the page does not say why %s is not read", topic)
		}
	}
	_, loop, _ := strings.Cut(page, "for topic in ")
	loop, _, _ = strings.Cut(loop, "; do")
	var upper []string
	for _, topic := range read {
		upper = append(upper, strings.ToUpper(strings.ReplaceAll(topic, "/", "_")))
	}
	if diff := cmp.Diff(slices.Sorted(slices.Values(upper)), slices.Sorted(slices.Values(strings.Fields(strings.ReplaceAll(loop, "\\", " "))))); diff != "" {
		t.Errorf("the topics of the script (-read +page):\n%s", diff)
	}
}

// No topic of the page, and none that is unknown, becomes a dead letter.
func TestATopicOfShopifyThatIsNotReadIsAcknowledgedWithAReason(t *testing.T) {
	reasons := map[string]bool{}
	for _, topic := range append(slices.Collect(maps.Keys(shopifyUnread)), "themes/publish") {
		for _, payload := range []string{`{"id":7}`, `{}`, `{"id":"gid://shopify/Return/7","status":7}`} {
			parsed, err := ParseFor(fmt.Appendf(nil, `{"id":"w","detail-type":"shopifyWebhook","time":"2026-11-21T12:00:00Z","detail":{"metadata":{"X-Shopify-Topic":%q},"payload":%s}}`, topic, payload), now, own)
			if err != nil || len(parsed.Events) > 0 || parsed.Ignored == "" {
				t.Errorf("%s: %+v, %v; want it ignored, with a reason", topic, parsed, err)
			}
			reasons[parsed.Ignored] = true
		}
	}
	if len(reasons) < 8 {
		t.Errorf("all topics have one of %d reasons", len(reasons))
	}
}

// A consent of before email_marketing_consent.
func TestTheOldConsentOfAShopifyCustomer(t *testing.T) {
	for name, c := range map[string]struct {
		changes []string
		want    string
	}{
		"no":             {nil, "no"},
		"yes":            {[]string{`"accepts_marketing": false`, `"accepts_marketing": true`}, "yes"},
		"without a time": {[]string{`"accepts_marketing_updated_at": "2026-11-19T10:00:00+01:00"`, `"accepts_marketing_updated_at": null`}, ""},
		"beside the new one": {[]string{`"accepts_marketing": false`, `"accepts_marketing": true,
			"email_marketing_consent": {"state": "unsubscribed", "consent_updated_at": "2026-11-19T11:00:00+01:00"}`}, "no"},
	} {
		said, _ := consents(t, replace(t, sample(t, shopifyWebhook, "customers-update-old-consent"), c.changes...))
		got := ""
		for _, event := range said {
			got += map[bool]string{true: "yes", false: "no"}[event.Fact.(shop.ConsentFact).Given]
		}
		if got != c.want {
			t.Errorf("%s: it says %q, want %q", name, got, c.want)
		}
	}
}

// A customer is known before they order, as contact.changed makes them known.
func TestAShopifyCustomerIsAContact(t *testing.T) {
	parsed, err := Parse([]byte(sample(t, shopifyWebhook, "customers-create")), now)
	if err != nil || len(parsed.Events) != 1 {
		t.Fatalf("Parse = %+v, %v; want one event", parsed, err)
	}
	want := shop.ContactFact{Customer: shop.Customer{ID: "7012345678950", Email: "new.customer@example.com", Name: "Nina", Country: "PL"}}
	if diff := cmp.Diff(want, parsed.Events[0].Fact); diff != "" {
		t.Errorf("the contact (-want +got):\n%s", diff)
	}
}
