package shoppolicy

import (
	"fmt"
	"time"

	"regulars/shared/inputfault"
)

// AdviceAt returns what the authors should think about if they publish the policy
// at that time: campaigns and journeys whose date is over.
func (p Policy) AdviceAt(now time.Time) (all inputfault.InFiles) {
	for _, c := range p.Started() {
		if c.PastDate(now, p.Shop.Location()) {
			all = append(all, inputfault.InFile{
				File: FileOf(c), Text: fmt.Sprintf("date %s is in the past: publishing it now starts no run", c.Date),
				Hint: "write a later date, or remove the file once its messages are sent",
			})
		}
	}
	return all
}
