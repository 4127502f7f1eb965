package condition

import (
	"fmt"
	"testing"
)

func TestProductsListsTheProductsThatTheConditionNames(t *testing.T) {
	c := checker(t)
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
		compiled, err := c.Compile(condition)
		if err != nil {
			t.Errorf("Compile(%s): %v", condition, err)
		}
		if got := fmt.Sprint(compiled.Products()); got != want {
			t.Errorf("Products of %s = %s, want %s", condition, got, want)
		}
	}
}
