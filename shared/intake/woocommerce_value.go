package intake

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"regulars/shared/iso4217"
	"regulars/shared/shop"
)

// changed returns when a resource was changed last: date_modified_gmt, or else
// date_created_gmt, or else sent.
func (v value) changed(sent time.Time) time.Time {
	own := first(v.at("date_modified_gmt"), v.at("date_created_gmt"))
	if at := own.gmt(); !at.IsZero() {
		return at
	}
	return sent
}

// gmt is time for WooCommerce, whose times in GMT do not name their zone:
// "2026-11-22T09:30:00".
func (v value) gmt() time.Time {
	if s, ok := v.json.(string); ok && len(s) == len("2006-01-02T15:04:05") {
		v.json = s + "Z"
	}
	return v.time()
}

// unlessZero returns v, or an absent value if v is the ID 0, which is
// WooCommerce's "none".
func (v value) unlessZero() value {
	if v.json == json.Number("0") || v.json == "0" {
		v.json = nil
	}
	return v
}

// unlessEmpty returns v, or an absent value if v is an empty string, which is
// WooCommerce's "no price".
func (v value) unlessEmpty() value {
	if v.json == "" {
		v.json = nil
	}
	return v
}

// without returns v without the prefix, if it is a string.
func (v value) without(prefix string) value {
	if s, ok := v.json.(string); ok {
		v.json = strings.TrimPrefix(s, prefix)
	}
	return v
}

// rounded is amount for a platform that computes with more decimals than the
// currency has: it rounds to the nearest minor unit.
func (v value) rounded(of shop.Currency) shop.Money {
	decimals, known := iso4217.Decimals(of)
	if n, ok := v.json.(json.Number); ok {
		v.json = n.String()
	}
	s, _ := v.json.(string)
	whole, fraction, _ := strings.Cut(s, ".")
	if !known || len(fraction) <= decimals || !digits(fraction) {
		return v.amount(of)
	}
	v.json = strings.TrimSuffix(whole+"."+fraction[:decimals], ".")
	m := v.amount(of)
	if fraction[decimals] >= '5' && m.Currency != "" {
		m.Minor++
	}
	return m
}

// wholeUnits returns a quantity without the part of a unit, which products that are
// sold by weight have: more is added if there is such a part.
func (v value) wholeUnits(more int) value {
	s := v.decimal()
	whole, part, dotted := strings.Cut(s, ".")
	n, err := strconv.Atoi(whole)
	if err != nil || n < 0 && more > 0 || !dotted || !digits(part) {
		return v
	}
	if strings.Trim(part, "0") != "" {
		n += more
	}
	v.json = json.Number(strconv.Itoa(n))
	return v
}

// decimal returns a number, in a string or not, as it is written; "" if v is none.
func (v value) decimal() string {
	s, _ := v.json.(string)
	if n, ok := v.json.(json.Number); ok {
		s = n.String()
	}
	return s
}
