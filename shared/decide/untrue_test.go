package decide

import (
	"testing"

	"regulars/shared/claim"
	"regulars/shared/message"
)

// What composing should have left out ends the send, with the words in its trail;
// it does not come again and again.
func TestWhatIsUntrueEndsTheSend(t *testing.T) {
	lie := untrue(message.Data{Coupon: &message.Coupon{Stock: new(0)}})
	if lie == nil || lie.state != claim.Suppressed || lie.reason.Code != "untrue" || lie.reason.Text == "" || !lie.wake.IsZero() {
		t.Errorf("untrue = %+v, want an end with its reason", lie)
	}
	if honest := untrue(message.Data{Coupon: &message.Coupon{Stock: new(1)}}); honest != nil {
		t.Errorf("untrue = %+v, want nothing", honest)
	}
}
