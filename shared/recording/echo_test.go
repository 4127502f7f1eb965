package recording

import (
	"testing"

	samples "regulars/events"
	"regulars/shared/inputfault/faulttest"
)

// An order, a customer, a product and a webhook of Shopify, with a text that
// looks like personal data in each field.
func TestNeitherLogNorDeadLetterRepeatsAValue(t *testing.T) {
	h := newFixture(t)
	log := faulttest.Captured(t)
	stored := placed("536365", "17850", map[string]int{"P": 1}) // so that some events contradict the order
	h.takes(t, stored)
	refused := 0
	for _, s := range samples.Samples() {
		switch s.DetailType + "/" + s.Name {
		case "order.placed/first-order", "order.returned/defect", "customer.changed/birthday", "product.changed/consumable", "consent.given/preference-page", "shopifyWebhook/orders-create":
		default:
			continue
		}
		for _, in := range faulttest.Marked(t, s.Envelope) {
			h.handle(t, in.Body)
			text := log.Read()
			for _, letter := range h.deadLetters(t) {
				refused++
				text += letter.faults
			}
			if mark := faulttest.Found(text); mark != "" {
				t.Errorf("%s/%s with a marker in %s repeats %q: %s", s.DetailType, s.Name, in.Field, mark, text)
			}
		}
	}
	if refused < 300 {
		t.Errorf("only %d inputs were refused: the markers do not reach the checks", refused)
	}
}
