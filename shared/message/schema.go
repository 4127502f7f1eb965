package message

import (
	"fmt"
	"html"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"regulars/shared/iso4217"
)

// The filters for the annotations of schema.org in a mail's head, which are JSON
// for machines: they print data without the form of a language.

// jsonText returns the text of v as the inside of a JSON string. It writes each
// character that JSON or HTML gives a meaning as \uXXXX, so the result needs no
// escaping in HTML and can end neither the string nor a <script>. Entities of
// HTML become their characters, because a capture is escaped already.
func jsonText(v any) string {
	value, ok := v.(string)
	if !ok {
		value = fmt.Sprint(v)
	}
	if isJSONText(value) {
		return value
	}
	var out strings.Builder
	out.Grow(2 * len(value))
	for _, r := range strings.Join(strings.Fields(html.UnescapeString(value)), " ") {
		if strings.ContainsRune(jsonMarks, r) {
			fmt.Fprintf(&out, "\\u%04x", r)
		} else {
			out.WriteRune(r)
		}
	}
	return out.String()
}

// jsonMarks are the characters that jsonText writes as \uXXXX.
const jsonMarks = "\"'\\<>&{}\u2028\u2029"

// isJSONText reports whether jsonText returns a text as it is.
func isJSONText(s string) bool {
	before := ' '
	for _, r := range s {
		if unicode.IsSpace(r) && (r != ' ' || before == ' ') || r == utf8.RuneError || strings.ContainsRune(jsonMarks, r) {
			return false
		}
		before = r
	}
	return before != ' ' || s == ""
}

// decimal returns an amount as "1234.50".
func (a amount) decimal() string {
	decimals, _ := iso4217.Decimals(a.value.Currency)
	return strconv.FormatFloat(float64(a.value.Minor)/math.Pow10(decimals), 'f', decimals, 64)
}

// schemaFilters are the filters by name, each with a check of its value.
var schemaFilters = map[string]func(v any) (string, error){
	"json": func(v any) (string, error) { return jsonText(v), nil },
	"decimal": func(v any) (string, error) {
		a, err := typed[amount](v, "decimal")
		return a.decimal(), err
	},
	"currency": func(v any) (string, error) {
		a, err := typed[amount](v, "currency")
		return string(a.value.Currency), err
	},
	"iso": func(v any) (string, error) {
		d, err := typed[day](v, "iso")
		return d.at.Format(time.RFC3339), err
	},
}
