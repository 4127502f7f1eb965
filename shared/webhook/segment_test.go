package webhook

import (
	"maps"
	"net/http"
	"strings"
	"testing"

	"regulars/shared/webhook/webhooktest"
)

// Segment's signature: hex of HMAC-SHA1. The value was computed with openssl dgst
// -sha1 -hmac.
func TestASignatureOfSegmentThatAnotherProgramComputedHolds(t *testing.T) {
	for name, c := range map[string]struct {
		signature string
		status    int
	}{
		"as it is":           {"eebbaab43743f177a92d5c12257ac9916d5b2ce4", http.StatusOK},
		"in capital letters": {strings.ToUpper("eebbaab43743f177a92d5c12257ac9916d5b2ce4"), http.StatusUnauthorized},
		"missing":            {"", http.StatusUnauthorized},
	} {
		h, _ := newHandler()
		if status, _ := h.take(t.Context(), call(http.MethodPost, "/segment", `{"type":"page"}`, map[string]string{"x-signature": c.signature})); status != c.status {
			t.Errorf("%s: status %d, want %d", name, status, c.status)
		}
	}
}

// Segment signs a batch by its first message only: the others could be anyone's.
func TestABatchOfSegmentIsRefused(t *testing.T) {
	h, q := newHandler()
	first := `{"type":"page"}`
	headers := maps.Clone(webhooktest.Signers["segment"](first, key))
	for _, body := range []string{"[" + first + `,{"type":"track"}]`, "[" + first + "]"} {
		if status, _ := h.take(t.Context(), call(http.MethodPost, "/segment", body, headers)); status != http.StatusUnauthorized || len(q.envelopes) != 0 {
			t.Errorf("%s: status %d, %d messages; want 401 and none", body, status, len(q.envelopes))
		}
	}
}
