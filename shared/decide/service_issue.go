package decide

import (
	"time"

	"regulars/shared/policy"
	"regulars/shared/profile"
)

// forgotten is how long a trouble counts of which nothing more is heard: shops
// forget to tell that a parcel came after all.
const forgotten = 60 * 24 * time.Hour

// Hurt returns what is still wrong for a customer at now ("returned",
// "delayed" or "cancelled", whichever lasts longest) and until when promotions
// rest because of it, or "" where nothing is wrong.
//
// A trouble lasts until it was put right (refunded, or delivered), and then as
// many days as the shop's policy says; one that nobody ever says was put right
// lasts for [forgotten].
func ServiceIssue(now time.Time, p profile.Profile, t policy.PromotionPause) (what string, until time.Time) {
	for _, issueName := range p.ServiceIssues {
		for _, w := range []struct {
			name  string
			wrong *profile.Issue
			rest  int // days
		}{
			{"cancelled", issueName.Cancelled, t.AfterCancellation},
			{"delayed", issueName.Delayed, t.AfterLateDelivery},
			{"returned", issueName.Returned, t.AfterRefund},
		} {
			if w.wrong == nil {
				continue
			}
			over := w.wrong.Since.Add(forgotten)
			if !w.wrong.Right.IsZero() {
				over = w.wrong.Right.AddDate(0, 0, w.rest)
			}
			if over.After(now) && (over.After(until) || over.Equal(until) && w.name < what) {
				what, until = w.name, over
			}
		}
	}
	return what, until
}
