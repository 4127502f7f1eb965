package shop

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// ListError says what is wrong with a stored list of an order's values. It names no value
// but the order's ID.
type ListError struct {
	Order OrderID // empty if the list has none
	Fault string  // empty if the list is not the JSON that is expected; then Err says why
	Err   error   // of the JSON: its text can have a stored value
}

func (e *ListError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("the list of order %q: %v", e.Order, e.Err)
	}
	return fmt.Sprintf("the list of order %q %s", e.Order, e.Fault)
}

func (e *ListError) Unwrap() error { return e.Err }

// ReadList reads a JSON list that begins with an order's ID into the order and the values.
// The list must have them all, or all but the last; nothing in it may be null, and the
// order must not be empty. Else ReadList fails with a [ListError].
func ReadList(text []byte, order *OrderID, values ...any) error {
	list := append([]any{order}, values...)
	all := len(list)
	fault := ""
	err := json.Unmarshal(text, &list)
	switch {
	case err != nil:
	case len(list) != all && len(list) != all-1:
		fault = fmt.Sprintf("has %d values, not %d or %d: it is damaged, or a later version wrote it", len(list), all-1, all)
	case hasNull(text):
		fault = "has a null"
	case *order == "":
		fault = "has no order"
	default:
		return nil
	}
	return &ListError{*order, fault, err}
}

// hasNull reports whether there is a null anywhere in the JSON.
func hasNull(text []byte) bool {
	if !bytes.Contains(text, []byte("null")) { // which can be in a text
		return false
	}
	for d := json.NewDecoder(bytes.NewReader(text)); ; {
		if token, err := d.Token(); err != nil || token == nil {
			return err == nil
		}
	}
}
