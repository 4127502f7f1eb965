package condition

import (
	"fmt"
	"testing"
)

func TestProductsListsTheProductsThatTheConditionNames(t *testing.T) {
	for condition, want := range map[string]string{
		``:                                "[]",
		`line.product == "MUG-1"`:         "[MUG-1]",
		`line.product in ["B", "A", "B"]`: "[A B]",
		`line.product == "A" || "B" == line.product`:                      "[A B]",
		`line.product in ["A", "B"] && line.product != "B"`:               "[A]",
		`line.product != "A"`:                                             "[]", // every other product
		`!(line.product in ["A"])`:                                        "[]",
		`line.product.startsWith("MUG-")`:                                 "[]",
		`line.product == "A" || line.product.startsWith("MUG-")`:          "[]",
		`line.product == "A" || line.category == "mug"`:                   "[]",
		`line.product == "A" && line.price > money("5.00")`:               "[]", // not at every price
		`line.product == "A" || line.product != "B"`:                      "[]",
		`line.product < "B"`:                                              "[]",
		`line.category == "mug"`:                                          "[]",
		`line.product == "A" && line.product == "B"`:                      "[]",
		`line.product == "A" ? line.product != "A" : line.product == "B"`: "[B]",
	} {
		if got := fmt.Sprint(parsed(t, condition).Products()); got != want {
			t.Errorf("Products of %s = %s, want %s", condition, got, want)
		}
	}
}

func TestBoughtListsTheProductsWhoseUnitsCount(t *testing.T) {
	for condition, want := range map[string]string{
		``:                    "[] false",
		`customer.orders > 3`: "[] false",
		`customer.units_of["A"] >= 10 || customer.units_of["B"] == 1`: "[A B] false",
		`customer.units_of["A"] >= order.units_of["B"]`:               "[A] false",
		`customer.units_of[product.id] >= 1`:                          "[] true",
		`customer.units_of["A"] >= 1 && "B" in customer.units_of`:     "[A] true",
	} {
		named, all := parsed(t, condition).Bought()
		if got := fmt.Sprint(named, all); got != want {
			t.Errorf("Bought of %s = %s, want %s", condition, got, want)
		}
	}
}
