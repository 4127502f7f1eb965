package intake

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"regulars/shared/inputfault"
	"regulars/shared/shop"
)

// Limits of the values that are read. They are far above what a shop sends, and
// low enough that no sum of them overflows an int64 and no item exceeds
// DynamoDB's size.
const (
	maxID      = shop.MostID
	maxText    = 500  // characters of a name or title
	maxAddress = 254  // bytes of an e-mail address
	maxURL     = 2048 // bytes of a link
	maxNumber  = 64   // characters of an order's number
	maxLines   = 1000
	maxUnits   = 100_000
	maxMinor   = 10_000_000_000_000 // minor units of one amount; multiplied by maxUnits it still fits an int64
	maxAhead   = 5 * time.Minute    // largest time by which a producer's clock may be fast
)

var earliest = time.Date(1995, 1, 1, 0, 0, 0, 0, time.UTC) // an earlier time is a mistake: there were no web shops

// reading is one call of [ParseFor]: its time, the faults found so far, and the
// error of own.
type reading struct {
	now    time.Time
	own    func() (Shop, error) // nil: Shopify's products are ignored
	faults []inputfault.Fault
	err    error
}

// value is one place in the envelope, present or absent. Its readers return the
// zero value if it is absent or wrong. They add a fault if it is wrong, and
// also if it is absent and required.
type value struct {
	in       *reading
	path     string
	json     any // as encoding/json decodes it, numbers as json.Number; nil: absent or null
	required bool
}

// at returns the member key, which is optional. It is absent if v is not an
// object.
func (v value) at(key string) value {
	members, _ := v.json.(map[string]any)
	return value{in: v.in, path: v.path + "/" + pointer.Replace(key), json: members[key]}
}

// must returns the member key, whose absence is a fault. If v itself is not an
// object, only that is a fault.
func (v value) must(key string) value {
	member := v.at(key)
	_, object := v.json.(map[string]any)
	member.required = object
	return member
}

// part returns the member key, which is an object or absent.
func (v value) part(key string) value {
	member := v.at(key)
	member.object()
	return member
}

var pointer = strings.NewReplacer("~", "~0", "/", "~1") // RFC 6901

func (v value) absent() bool { return v.json == nil }

// fault adds a fault at v. The text says what kind of value v is and what is
// wanted; it never repeats the value.
func (v value) fault(format string, args ...any) {
	switch n := len(v.in.faults); {
	case n < MaxFaults-1:
		v.in.faults = append(v.in.faults, inputfault.Fault{Path: v.path, Fault: fmt.Sprintf(format, args...)})
	case n == MaxFaults-1:
		v.in.faults = append(v.in.faults, inputfault.Fault{Path: "", Fault: "has more faults than are listed here"})
	}
}

// missing reports whether v is absent, and adds a fault if it is required.
func (v value) missing(want string) bool {
	if v.absent() && v.required {
		v.fault("is missing; want %s", want)
	}
	return v.absent()
}

// kind says what v is. It never repeats a string or a number: a customer's name
// or telephone number can stand in any field.
func (v value) kind() string {
	switch x := v.json.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(x)
	case json.Number:
		return "a number"
	case string:
		if x == "" {
			return "empty"
		}
		return "a string"
	case []any:
		return "an array"
	default:
		return "an object"
	}
}

// object reports whether v is an object.
func (v value) object() bool {
	if v.missing("an object") {
		return false
	}
	if _, ok := v.json.(map[string]any); !ok {
		v.fault("is %s; want an object", v.kind())
		return false
	}
	return true
}

// list returns the elements of an array, which may have most elements.
func (v value) list(most int) []value {
	if v.missing("an array") {
		return nil
	}
	elements, ok := v.json.([]any)
	switch {
	case !ok:
		v.fault("is %s; want an array", v.kind())
		return nil
	case len(elements) > most:
		v.fault("has %d elements; want %d at most", len(elements), most)
		return nil
	}
	out := make([]value, len(elements))
	for i, element := range elements {
		out[i] = value{in: v.in, path: v.path + "/" + strconv.Itoa(i), json: element, required: true}
	}
	return out
}

// text returns a line of prose, cut to 500 characters of which the last is "…":
// a long title is no reason to refuse an order.
func (v value) text() string {
	if v.missing("a string") {
		return ""
	}
	s, ok := v.json.(string)
	if !ok {
		v.fault("is %s; want a string", v.kind())
		return ""
	}
	s = oneLine(s)
	s = cutTo(s, maxText)
	if s == "" && v.required {
		v.fault("is empty; want a string")
	}
	return s
}

// cutTo returns s with at most this many characters, of which the last is "…" if
// some are left out.
func cutTo(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

// oneLine returns s with spaces in place of control characters, and without
// spaces around it.
func oneLine(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s))
}

// id returns an identifier: any string without control characters or spaces
// around it.
func (v value) id() string {
	if v.missing("an identifier, as a string") {
		return ""
	}
	s, ok := v.json.(string)
	switch n := len(s); {
	case !ok:
		v.fault("is %s; want an identifier, as a string", v.kind())
	case s == "" && !v.required:
	case s == "":
		v.fault("is empty; want an identifier")
	case n > maxID: // bytes, because it has to fit a tag of SES and a link in any script
		v.fault("is %d bytes long; want %d at most", n, maxID)
	case strings.TrimSpace(s) != s || strings.IndexFunc(s, unicode.IsControl) >= 0:
		v.fault("has spaces around it or control characters in it; want an identifier without")
	default:
		return s
	}
	return ""
}

// productID returns the ID of a product: a SKU of more than 128 bytes is kept by
// a hash.
func (v value) productID() shop.ProductID {
	if s, ok := v.json.(string); ok {
		v.json = string(shop.ProductOf(s))
	}
	return shop.ProductID(v.id())
}

// aProductID is productID for Shopify: see [value.anID].
func (v value) aProductID() shop.ProductID {
	if s, ok := v.json.(string); ok {
		v.json = string(shop.ProductOf(strings.TrimSpace(s)))
	}
	return shop.ProductID(v.anID())
}

// anID is id for Shopify, which also sends identifiers as integers, and SKUs
// with the spaces that the shop's staff typed around them.
func (v value) anID() string {
	switch x := v.json.(type) {
	case json.Number:
		if _, err := strconv.ParseUint(x.String(), 10, 64); err != nil {
			v.fault("is %s; want an identifier, as a string or an integer", v.kind())
			return ""
		}
		v.json = x.String()
	case string:
		v.json = strings.TrimSpace(x)
	}
	return v.id()
}

// choice returns the value if it is one of the given words, or "".
func (v value) choice(words ...string) string {
	want := "one of " + strings.Join(words, ", ")
	if v.missing(want) {
		return ""
	}
	s, ok := v.json.(string)
	if !ok {
		v.fault("is %s; want %s", v.kind(), want)
		return ""
	}
	for _, word := range words {
		if s == word {
			return s
		}
	}
	v.fault("is not %s", want)
	return ""
}

// flag returns a boolean, or nil if it is absent.
func (v value) flag() *bool {
	if v.missing("true or false") {
		return nil
	}
	b, ok := v.json.(bool)
	if !ok {
		v.fault("is %s; want true or false", v.kind())
		return nil
	}
	return &b
}

// whole returns a whole number from least to most.
func (v value) whole(least, most int) int {
	want := fmt.Sprintf("a whole number from %d to %d", least, most)
	if v.missing(want) {
		return 0
	}
	number, ok := v.json.(json.Number)
	n, err := strconv.Atoi(number.String())
	switch {
	case !ok || err != nil:
		v.fault("is %s; want %s", v.kind(), want)
	case n < least:
		v.fault("is below %d; want %s", least, want)
	case n > most:
		v.fault("is above %d; want %s", most, want)
	default:
		return n
	}
	return 0
}

// quantity returns a number of units in Shopify's form: it can be 0, and it can
// be in a string.
func (v value) quantity() int {
	if s, ok := v.json.(string); ok {
		if _, err := strconv.Atoi(s); err == nil {
			v.json = json.Number(s)
		}
	}
	return v.whole(0, maxUnits)
}

// time returns a time in UTC, in whole milliseconds. It is a fault if it is
// before 1995 or in the future.
func (v value) time() time.Time {
	t := v.anyTime()
	if limit := v.in.now.Add(maxAhead); t.After(limit) {
		v.fault("is in the future; want %s at the latest", limit.UTC().Format(time.RFC3339))
		return time.Time{}
	}
	return t
}

// anyTime is time for values that may be in the future.
func (v value) anyTime() time.Time {
	const want = `a time with its zone, such as "2026-11-22T09:30:00Z"`
	if v.missing(want) {
		return time.Time{}
	}
	s, ok := v.json.(string)
	if !ok {
		v.fault("is %s; want %s", v.kind(), want)
		return time.Time{}
	}
	var t time.Time
	if err := t.UnmarshalText([]byte(s)); err != nil { // stricter than time.Parse: only RFC 3339
		v.fault("is not %s", want)
		return time.Time{}
	}
	t = shop.Millis(t)
	if t.Before(earliest) {
		v.fault("is before 1995; want 1995 or later")
		return time.Time{}
	}
	return t
}

// first returns the first value that is present and not a blank string, or the
// last value if there is none.
func first(values ...value) value {
	for _, v := range values {
		if s, ok := v.json.(string); !v.absent() && (!ok || strings.TrimSpace(s) != "") {
			return v
		}
	}
	return values[len(values)-1]
}
