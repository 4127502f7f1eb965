package campaign

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Fault is one thing that is wrong with an intent.
type Fault struct {
	Path  string `json:"path"` // RFC 6901
	Fault string `json:"fault"`
}

// ReadIntent returns the intent of a queue's message, or every fault of it.
func ReadIntent(body []byte) (Intent, []Fault) {
	var i Intent
	decoder := json.NewDecoder(bytes.NewReader(body))
	if err := decoder.Decode(&i); err != nil {
		return Intent{}, []Fault{{"", fmt.Sprintf("is not an intent: %v", err)}}
	}
	var faults []Fault
	need := func(path string, missing bool) {
		if missing {
			faults = append(faults, Fault{path, "is missing"})
		}
	}
	need("/campaign", i.Campaign == "")
	need("/version", i.Version < 1)
	need("/customer", i.Customer == "")
	need("/occasion", i.Occasion == "")
	need("/not_after", i.NotAfter.IsZero())
	return i, faults
}
