package shop

import "fmt"

// Currency is an ISO 4217 code in capital letters, such as "EUR". Packages that
// parse and print amounts (intake and message) know its number of decimals.
type Currency string

// Money is an amount in the currency's minor unit: 1250 EUR is 12.50 euros,
// 1250 JPY is 1250 yen. It is never a float.
type Money struct {
	Minor    int64    `json:"minor"`
	Currency Currency `json:"currency"`
}

// IsZero reports whether the amount is 0, in any currency.
func (m Money) IsZero() bool { return m.Minor == 0 }

// Plus returns the sum of both amounts. A zero Money without a currency can be
// added to any amount. It fails if the currencies differ, because this project
// never converts money.
func (m Money) Plus(other Money) (Money, error) {
	switch {
	case m == Money{}:
		return other, nil
	case other == Money{}:
		return m, nil
	case m.Currency != other.Currency:
		return Money{}, fmt.Errorf("add %s to %s: the currencies differ", other.Currency, m.Currency)
	}
	return Money{Minor: m.Minor + other.Minor, Currency: m.Currency}, nil
}
