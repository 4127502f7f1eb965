package shoppolicy

import (
	"fmt"
	"time"

	"regulars/shared/inputfault"
)

// AdviceAt returns what the authors should think about if they publish the policy
// at that time: campaigns whose date is over.
func (p Policy) AdviceAt(now time.Time) (all inputfault.InFiles) {
	for _, c := range p.Campaigns {
		if c.PastDate(now, p.Shop.Location()) {
			all = append(all, inputfault.InFile{
				File: "campaigns/" + string(c.ID) + ".yaml", Text: fmt.Sprintf("date %s is in the past: publishing the campaign now starts no run", c.Date),
				Hint: "write a later date, or remove the campaign once its messages are sent",
			})
		}
	}
	return all
}
