package privacyrequest

import "time"

// Tally counts open requests by the time that is left. Each open request counts
// once in Open, and in Overdue or Soon if it is that late.
type Tally struct {
	Open    int
	Soon    int // due within [Soon], and not overdue
	Overdue int
}

// Add counts a request as it is now. One that is answered does not count.
func (t *Tally) Add(r Request, now time.Time) {
	if !r.Open() {
		return
	}
	t.Open++
	switch left := r.Due.Sub(now); {
	case left <= 0:
		t.Overdue++
	case left <= Soon:
		t.Soon++
	}
}
