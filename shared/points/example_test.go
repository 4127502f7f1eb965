package points_test

import (
	"fmt"
	"time"

	"regulars/shared/points"
	"regulars/shared/shop"
)

// An order earns, another is paid with points, and the first is refunded in
// part.
func ExampleScheme_Fold() {
	scheme := points.Scheme{
		Placed: true,
		Earn:   map[shop.Currency]int64{"EUR": 100}, Pending: 14 * 24 * time.Hour, Lives: 365 * 24 * time.Hour,
		Spend: points.Rate{Points: 100, Worth: 100},
	}
	march := time.Date(2026, 3, 3, 12, 0, 0, 0, time.UTC)
	order := shop.Order{ID: "7", Customer: "ann", Placed: &shop.Placed{At: march, Total: shop.Money{Minor: 120_00, Currency: "EUR"}}}

	var account points.Account
	account.Ledger = scheme.Fold(account.Ledger, order)
	account, err := account.Spend("9", 100, march.AddDate(0, 0, 20))
	if err != nil {
		fmt.Println(err)
	}
	order.Refunds = map[string]shop.Refund{"r-1": {At: march.AddDate(0, 0, 21), Amount: shop.Money{Minor: 30_00, Currency: "EUR"}}}
	account.Ledger = scheme.Fold(account.Ledger, order)

	later := march.AddDate(0, 1, 0)
	for _, e := range account.Ledger.Statement(later) {
		fmt.Printf("%-11s %+d\n", e.ID, e.Points)
	}
	fmt.Println("balance", account.Ledger.At(later).Sum)
	// Output:
	// earn/7      +120
	// spend/9     -100
	// refund/7/r-1 -30
	// balance -10
}
