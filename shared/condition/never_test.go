package condition

import "testing"

func TestNeverFindsContradictions(t *testing.T) {
	for condition, want := range map[string]bool{
		"": false,
		`customer.orders >= 3 && customer.orders < 2`:                                                true,
		`customer.orders >= 3 && customer.orders < 4`:                                                false,
		`customer.orders > 3 && customer.orders < 4`:                                                 true,
		`customer.orders < 0`:                                                                        true,
		`2 > customer.orders && customer.orders >= 2`:                                                true,
		`customer.spent >= money("5") && customer.spent < money("5.00")`:                             true,
		`customer.spent > money("4.99") && customer.spent < money("5.01")`:                           false,
		`customer.spent < money("0")`:                                                                false, // a refund of more than was paid is not ruled out
		`customer.late >= 2.0 && customer.late < 1.5`:                                                true,
		`customer.late > 2.0 && customer.late < 2.1`:                                                 false,
		`customer.country == "GB" && customer.country == "IE"`:                                       true,
		`customer.country in ["GB", "IE"] && customer.country != "GB"`:                               false,
		`customer.country in ["GB", "IE"] && !(customer.country in ["IE", "GB"])`:                    true,
		`customer.country in []`:                                                                     true,
		`customer.last_order_day >= "2026-12-01" && customer.last_order_day < "2026-11-01"`:          true,
		`customer.last_order_day >= "2026-11-01" && customer.last_order_day < "2026-12-01"`:          false,
		`customer.units["mug"] > 2 && customer.units["mug"] < 2`:                                     true,
		`customer.units["mug"] > 2 && customer.units["cup"] < 2`:                                     false,
		`customer.orders_within[30] > 2 && customer.orders_within[30] == 1`:                          true,
		`"promotions" in customer.consents && !("promotions" in customer.consents)`:                  true,
		`"promotions" in customer.consents && !("news" in customer.consents)`:                        false,
		`customer.guest && !customer.guest`:                                                          true,
		`customer.guest ? order.first && !order.first : false`:                                       true,
		`customer.guest || customer.orders < 0`:                                                      false,
		`customer.tier == "gold" && customer.tier == "silver" && customer.returns < customer.orders`: false, // it compares two facts: not decided
		`customer.language.startsWith("en") && customer.language == "pl"`:                            false, // nor is this
	} {
		if got := parsed(t, condition).Never(); got != want {
			t.Errorf("Never(%q) = %v, want %v", condition, got, want)
		}
	}
}
