package intake

import (
	"time"

	"regulars/shared/shop"
)

// slot reads the wish for one slot of a campaign. The slot is its occasion:
// the same slot twice is one.
func slot(detail value, _ time.Time) shop.Fact {
	return shop.SlotFact{
		Campaign: shop.CampaignID(detail.must("campaign").id()),
		Slot:     detail.must("slot").moment(),
	}
}
