package condition_test

import (
	"fmt"

	"regulars/shared/condition"
	"regulars/shared/shop"
)

func Example() {
	loyal, err := condition.Parse(`customer.orders >= 2 && customer.spent >= money("500.00")`, "GBP")
	if err != nil {
		panic(err)
	}
	fmt.Println(loyal.Holds(condition.Facts{Customer: condition.Customer{Orders: 3, Spent: shop.Money{Minor: 60_000, Currency: "GBP"}}}))
	// Output: true
}
