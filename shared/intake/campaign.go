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
		Local:    detail.at("local").localTime(),
	}
}

// localTime returns a time as the clocks of a zone show it, or "" if there is none.
func (v value) localTime() string {
	const want = `a time without a zone, such as "2026-12-05T10:00"`
	if v.missing(want) {
		return ""
	}
	text, ok := v.json.(string)
	if !ok {
		v.fault("is %s; want %s", v.kind(), want)
		return ""
	}
	if !shop.IsLocal(text) {
		v.fault("is not %s", want)
		return ""
	}
	return text
}
