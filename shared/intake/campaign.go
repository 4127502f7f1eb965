package intake

import (
	"time"

	"regulars/shared/shop"
)

// slot reads the wish for one slot of a campaign. The slot is its occasion:
// the same slot twice is one.
func campaignRun(detail value, _ time.Time) shop.Fact {
	return shop.RunFact{
		Campaign: shop.CampaignID(detail.must("campaign").id()),
		Run:      detail.must("run").moment(),
	}
}
