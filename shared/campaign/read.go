package campaign

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"regulars/shared/inputfault"
)

// ReadIntent returns the intent in the body of a queue message, or all faults
// of the body.
func ReadIntent(body []byte) (Intent, []inputfault.Fault) {
	var i Intent
	decoder := json.NewDecoder(bytes.NewReader(body))
	if err := decoder.Decode(&i); err != nil {
		return Intent{}, []inputfault.Fault{{Path: "", Fault: "is not an intent: " + jsonFault(err)}}
	}
	var faults []inputfault.Fault
	need := func(path string, missing bool) {
		if missing {
			faults = append(faults, inputfault.Fault{Path: path, Fault: "is missing"})
		}
	}
	need("/campaign", i.Campaign == "")
	need("/version", i.Version < 1)
	need("/customer", i.Customer == "")
	need("/occasion", i.Occasion == "")
	need("/not_after", i.NotAfter.IsZero())
	if i.NotAfter.Before(i.NotBefore) {
		faults = append(faults, inputfault.Fault{Path: "/not_before", Fault: "is later than not_after"})
	}
	return i, faults
}

// jsonFault describes why JSON could not be decoded. It never quotes a value,
// because values can be personal data.
func jsonFault(err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Sprintf("it is not JSON, from byte %d on", syntax.Offset)
	case errors.As(err, &kind):
		return fmt.Sprintf("%s is of the wrong type; want %s", kind.Field, kind.Type)
	}
	return "a value has the wrong form"
}
