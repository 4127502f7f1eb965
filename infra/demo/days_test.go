package demo

import (
	"testing"

	"regulars/shared/shop"
)

// Each customer fits the file of the journey that they are in. Each customer of a day of their own and of a journey has one reason for a mail, in
// each language of the shop, so that the mailbox shows every mail of the journeys.
func TestEveryLaterStepOfAJourneyIsDueInEachLanguage(t *testing.T) {
	story := tell(t, noon)
	sales, err := unmoved()
	if err != nil {
		t.Fatal(err)
	}
	country := map[shop.CustomerID]string{}
	for _, s := range sales {
		country[s.customer()] = s.country
	}
	due, seen := map[string]map[string]int{}, map[shop.CustomerID]bool{}
	for _, p := range story.Waiting {
		if seen[p.Customer] {
			t.Errorf("customer %s waits in two journeys", p.Customer)
		}
		seen[p.Customer] = true
		step := string(p.Journey) + "_" + p.Step
		if due[step] == nil {
			due[step] = map[string]int{}
		}
		customer, _, err := person(string(p.Customer), country[p.Customer])
		if err != nil {
			t.Fatal(err)
		}
		due[step][customer.Locale[:2]]++
		if p.Entered.After(noon) || p.Order != "" && !p.Ordered.Before(p.Entered) {
			t.Errorf("%s: customer %s ordered at %s and entered at %s", step, p.Customer, p.Ordered, p.Entered)
		}
	}
	placed := map[shop.CustomerID]int{}
	for _, s := range sales {
		placed[s.customer()]++
	}
	for _, p := range story.Waiting {
		if n := placed[p.Customer]; p.Journey == "win-back" && n < 2 || p.Journey == "after-delivery" && n != 1 {
			t.Errorf("customer %s has %d orders and is in %s", p.Customer, n, p.Journey)
		}
	}
	for _, step := range []string{"win-back_second", "after-delivery_review", "after-delivery_add-on"} {
		for _, language := range []string{"en", "ru", "pl", "el"} {
			if due[step][language] == 0 {
				t.Errorf("%s: no customer who reads %s waits for it", step, language)
			}
		}
	}
	for _, event := range story.Live {
		if fact, ok := event.Fact.(shop.CustomerFact); ok && fact.Birthday != nil && seen[fact.Customer] {
			t.Errorf("customer %s has a birthday and waits in a journey", fact.Customer)
		}
	}
	for customer := range story.Lapsing {
		if seen[customer] {
			t.Errorf("customer %s has points that expire and waits in a journey", customer)
		}
	}
}
