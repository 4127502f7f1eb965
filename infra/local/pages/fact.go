package pages

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// facts returns an object's single values; names of nested values begin with
// their path. It returns nil if raw is not an object.
func (w *explanation) facts(raw json.RawMessage) []fact {
	var fields map[string]json.RawMessage
	if json.Unmarshal(raw, &fields) != nil || fields == nil {
		return nil
	}
	list := []fact{}
	for name, raw := range fields {
		if value, ok := scalar(raw); ok {
			if value != "" {
				list = append(list, fact{words(name), w.value(name, value)})
			}
			continue
		}
		if amount, ok := money(raw); ok {
			list = append(list, fact{words(name), amount})
			continue
		}
		if inner := w.facts(raw); inner != nil {
			for _, f := range inner {
				list = append(list, fact{words(name) + " " + f.Name, f.Value})
			}
			continue
		}
		list = append(list, fact{words(name), string(raw)})
	}
	sort.Slice(list, func(i, j int) bool { return rankOf(list[i].Name) < rankOf(list[j].Name) })
	return list
}

// value formats a single value. Times get the format of the pages; the field
// percent, which is in basis points, becomes a percentage.
func (w *explanation) value(name, value string) string {
	if at, err := time.Parse(time.RFC3339, value); err == nil {
		return w.fullTime(at)
	}
	if points, err := strconv.ParseFloat(value, 64); err == nil && name == "percent" {
		return strconv.FormatFloat(points/100, 'f', -1, 64) + " %"
	}
	return value
}

// rankOf returns the sort key of a name: the names that identify an offer come
// first, the others in alphabetical order.
func rankOf(name string) string {
	if at := slices.Index([]string{"offer", "id", "title", "text", "kind"}, name); at >= 0 {
		return fmt.Sprint(" ", at)
	}
	return name
}

// money formats {"minor","currency"} as an amount, and reports whether raw has
// that form. Amounts have two decimals, except in a few currencies that have
// none.
func money(raw json.RawMessage) (string, bool) {
	var m struct {
		Minor    *int64
		Currency string
	}
	if json.Unmarshal(raw, &m) != nil || m.Minor == nil || m.Currency == "" {
		return "", false
	}
	if slices.Contains([]string{"JPY", "KRW", "CLP", "VND", "ISK"}, m.Currency) {
		return fmt.Sprintf("%d %s", *m.Minor, m.Currency), true
	}
	return fmt.Sprintf("%d.%02d %s", *m.Minor/100, max(*m.Minor%100, -(*m.Minor%100)), m.Currency), true
}

// scalar returns a single JSON value as text; false for an object, a list or
// text that is not JSON. Null and absent values are the empty text.
func scalar(raw json.RawMessage) (string, bool) {
	var v any
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	if len(raw) == 0 {
		return "", true
	}
	if d.Decode(&v) != nil {
		return "", false
	}
	switch v := v.(type) {
	case nil:
		return "", true
	case string:
		return v, true
	case bool, json.Number:
		return fmt.Sprint(v), true
	}
	return "", false
}

// words turns a field's name into words: "valid_until" becomes "valid until".
func words(name string) string {
	var b strings.Builder
	for i, r := range name {
		switch {
		case r == '_' || r == '-':
			b.WriteByte(' ')
		case unicode.IsUpper(r) && i > 0:
			b.WriteByte(' ')
			b.WriteRune(unicode.ToLower(r))
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}
