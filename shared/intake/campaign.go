package intake

import (
	"time"

	"regulars/shared/shop"
)

// campaignRun reads a request for one run of a scheduled campaign. The run's
// time is the occasion, so two requests for the same time are one run.
func campaignRun(detail value, _ time.Time) shop.Fact {
	return shop.RunFact{
		Campaign: shop.CampaignID(detail.must("campaign").id()),
		Run:      detail.must("run").time(),
	}
}
