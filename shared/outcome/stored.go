package outcome

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"regulars/shared/claim"
	"regulars/shared/lift"
	"regulars/shared/shop"
)

// storedRow is a [Row] in JSON.
type storedRow struct {
	Key     Key
	Journey shop.CampaignID
	Class   shop.Class
	Counts
	Mailed, Held    lift.Arm
	Open, Cut       int64
	DrawnBy, HeldBy map[int64]lift.Arm
}

// MarshalJSON encodes the sums of the report, which depend on its customers and its
// question alone. The question is not encoded.
func (r *Report) MarshalJSON() ([]byte, error) {
	all := []storedRow{}
	for _, key := range slices.SortedFunc(maps.Keys(r.rows), Key.Compare) {
		row := r.rows[key]
		all = append(all, storedRow{row.Key, row.Journey, row.Class, row.Counts, row.Mailed, row.Held, row.Open, row.Cut, row.drawnBy, row.heldBy})
	}
	return json.Marshal(all)
}

// UnmarshalJSON decodes sums into a report that [New] returned for the same question, or
// into a zero one, which can only be merged into one with a question.
func (r *Report) UnmarshalJSON(data []byte) error {
	var all []storedRow
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	if r.rows == nil {
		r.rows = map[Key]*Row{}
	}
	for _, s := range all {
		r.row(s.Key).merge(&Row{
			Key: s.Key, Journey: s.Journey, Class: s.Class, Counts: s.Counts, Mailed: s.Mailed, Held: s.Held,
			Open: s.Open, Cut: s.Cut, drawnBy: s.DrawnBy, heldBy: s.HeldBy,
		})
	}
	return nil
}

// MarshalText returns the state and the code, if there is one.
func (e Ending) MarshalText() ([]byte, error) { return []byte(string(e.State) + " " + e.Code), nil }

// UnmarshalText reads what MarshalText returned.
func (e *Ending) UnmarshalText(text []byte) error {
	state, code, _ := strings.Cut(string(text), " ")
	e.State, e.Code = claim.State(state), code
	return nil
}
