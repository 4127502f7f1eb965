package decide

import (
	"testing"

	"regulars/shared/claim"
	"regulars/shared/content"
)

// Composing should have left the coupon out. The send ends with the reason, and
// is not retried.
func TestUntrueDataEndTheSend(t *testing.T) {
	got := untrue(content.Data{Coupon: &content.Coupon{Stock: new(0)}})
	if got == nil || got.state != claim.Suppressed || got.reason.Code != "untrue" || got.reason.Text == "" || !got.wake.IsZero() {
		t.Errorf("untrue of a coupon without stock = %+v, want SUPPRESSED with the reason", got)
	}
	if got := untrue(content.Data{Coupon: &content.Coupon{Stock: new(1)}}); got != nil {
		t.Errorf("untrue of a coupon with stock = %+v, want nil", got)
	}
}
