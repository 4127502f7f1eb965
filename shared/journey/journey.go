package journey

import (
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/condition"
	"regulars/shared/shop"
)

// Journey is one file of infra/shop/journeys.
type Journey struct {
	// Entry says who enters and when, as a campaign says who gets its message. Its
	// ID and version are the journey's. It has no message.
	Entry campaign.Campaign `json:"entry"`

	Until   condition.Condition `json:"until,omitzero"`  // the goal: if it holds, the customer's way ends
	Unless  condition.Condition `json:"unless,omitzero"` // the exit: the same, and it counts as left
	Reentry Reentry             `json:"reentry"`
	Finish  bool                `json:"finish,omitempty"` // customers finish under the version that they entered
	Steps   []Step              `json:"steps"`            // the first is where customers begin
}

// Step is one step. One of Message, Wait, Only and Ways is set.
type Step struct {
	Name string `json:"name"` // in its journey; a position names it

	Message shop.CampaignID     `json:"message,omitempty"` // the campaign that sends it
	Wait    time.Duration       `json:"wait,omitempty"`
	Only    condition.Condition `json:"only,omitzero"`  // if it does not hold, the customer's way ends
	Ways    []Way               `json:"ways,omitempty"` // the first that is open is taken; if none is, Next

	Next string `json:"next,omitempty"` // the step after it; empty: the end of the journey
}

// Way is one way on from a branch (If) or a split (Share).
type Way struct {
	If    condition.Condition `json:"if,omitzero"`
	Share int                 `json:"share,omitempty"` // basis points of the customers, above 0 in a split
	Next  string              `json:"next,omitempty"`  // its first step
}

// Reentry says when a customer who entered once may enter again. The zero Reentry
// is never.
type Reentry struct {
	AfterEnd bool `json:"after_end,omitempty"` // once their way has ended
	Days     int  `json:"days,omitempty"`      // once it has ended and they entered this many days ago
}

// ID returns the journey's name, which is that of its file.
func (j Journey) ID() shop.CampaignID { return j.Entry.ID }

// StepID returns the name of the campaign of a message step. No file of a campaign
// has such a name, and SES takes it as a tag.
func StepID(journey shop.CampaignID, step string) shop.CampaignID {
	return journey + "_" + shop.CampaignID(step)
}

// Conditions returns the journey's own conditions, for compiling them.
func (j *Journey) Conditions() []*condition.Condition {
	all := []*condition.Condition{&j.Entry.If, &j.Entry.Audience, &j.Until, &j.Unless}
	for i := range j.Steps {
		all = append(all, &j.Steps[i].Only)
		for w := range j.Steps[i].Ways {
			all = append(all, &j.Steps[i].Ways[w].If)
		}
	}
	return all
}

// Longest returns the time of the longest way through the journey, if nothing stops it.
func (j Journey) Longest() time.Duration {
	from := map[string]time.Duration{} // until the end
	for _, s := range slices.Backward(j.Steps) {
		longest := from[s.Next]
		for _, w := range s.Ways {
			longest = max(longest, from[w.Next])
		}
		from[s.Name] = s.Wait + longest
	}
	return from[j.Steps[0].Name]
}

func (j Journey) step(name string) (Step, bool) {
	at := slices.IndexFunc(j.Steps, func(s Step) bool { return s.Name == name })
	if name == "" || at < 0 {
		return Step{}, false
	}
	return j.Steps[at], true
}

// Over returns why the customer's way ends for these facts: [Goal] or [Exit], or
// empty if it goes on. The exit counts if both hold.
func (j Journey) Over(facts condition.Facts) End {
	switch {
	case j.Unless.Text() != "" && j.Unless.Holds(facts):
		return Exit
	case j.Until.Text() != "" && j.Until.Holds(facts):
		return Goal
	}
	return ""
}

// way returns the first step of the way that the customer takes on from a branch
// or a split. The way of a split depends on a hash of the journey, the step and
// the customer only, so it is the same at each entry.
func (s Step) way(p Position, facts condition.Facts) string {
	sum := sha256.Sum256([]byte("split\x00" + string(p.Journey) + "\x00" + s.Name + "\x00" + string(p.Customer)))
	drawn, upTo := int(binary.BigEndian.Uint64(sum[:8])%10_000), 0
	for _, w := range s.Ways {
		upTo += w.Share
		if w.Share > 0 && drawn < upTo || w.Share == 0 && w.If.Holds(facts) {
			return w.Next
		}
	}
	return s.Next
}
