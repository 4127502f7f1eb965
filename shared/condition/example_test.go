package condition_test

import (
	"fmt"

	"regulars/shared/condition"
	"regulars/shared/shop"
)

func Example() {
	checker, err := condition.NewChecker("GBP")
	if err != nil {
		panic(err)
	}
	loyal, err := checker.Compile(`customer.orders >= 2 && customer.spent >= money("500.00")`)
	if err != nil {
		panic(err)
	}
	fmt.Println(loyal.Holds(condition.Facts{Customer: condition.Customer{Orders: 3, Spent: shop.Money{Minor: 60_000, Currency: "GBP"}}}))

	_, err = checker.Compile(`customer.ordrs >= 2 && customer.spent >= 500`)
	fmt.Println(err)
	// Output:
	// true
	// 1:1: there is no customer.ordrs (did you mean customer.orders?)
	// 1:39: >= does not go with money and int (write amounts as money("500.00"))
}
