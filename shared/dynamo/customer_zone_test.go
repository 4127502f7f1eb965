package dynamo_test

import (
	"slices"
	"testing"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// Each way to save a profile notes its zone; a sign-up, which is no customer, has
// none.
func TestEachZoneOfACustomerIsKnown(t *testing.T) {
	store := dynamotest.Store(t)
	in := func(id shop.CustomerID, zone, country string) profile.Profile {
		said := func(value string) profile.Statement { return profile.Statement{Value: value, At: noon, By: "o-1"} }
		return profile.Profile{ID: id, Zone: said(zone), Country: said(country)}
	}
	fold := firstFold("o-1")
	fold.Profile = in(fold.Customer, "Asia/Kathmandu", "")
	must(t, store.SaveFold(t.Context(), fold))
	must(t, store.Import(t.Context(), dynamo.History{Profiles: []profile.Profile{in("a", "Asia/Tokyo", "GB"), in("b", "", "US"), in("c", "", ""), in("d", "Asia/Tokyo", "")}}))
	must(t, store.SavePast(t.Context(), dynamo.Past{Customer: "e", Profile: in("e", "", "NZ")}))
	_, err := store.SavePasts(t.Context(), []dynamo.Past{{Customer: "f", Profile: in("f", "Australia/Lord_Howe", "")}})
	must(t, err)
	signUp := in(shop.SignUpID("m"), "Europe/Paris", "")
	signUp.SignUp = &profile.SignUp{At: noon}
	_, err = store.SaveSignUp(t.Context(), signUp, "")
	must(t, err)
	got, err := store.Zones(t.Context())
	must(t, err)
	// Of the zones of a whole country, the westernmost counts.
	want := []string{"Asia/Kathmandu", "Asia/Tokyo", "Australia/Lord_Howe", in("b", "", "US").Zones()[0], in("e", "", "NZ").Zones()[0]}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("Zones = %v, want %v", got, want)
	}
	if id := shop.CustomerID(shop.ZonePrefix + "x"); !id.Reserved() {
		t.Errorf("a customer may be called %s", id)
	}
}

func TestASendThatTwoRunsPlannedCountsOnce(t *testing.T) {
	store := dynamotest.Store(t)
	run := dynamo.Run{Campaign: "weekly", Version: 1, At: noon, Local: "2026-11-22T10:00"}
	other := run
	other.Local = "2026-11-22T11:00" // another time of the wall at the same instant
	for _, r := range []dynamo.Run{run, other} {
		_, err := store.StartRun(t.Context(), r, 1, noon)
		must(t, err)
		_, err = store.Advance(t.Context(), r, 0, "", dynamo.End, 5)
		must(t, err)
	}
	for range 2 {
		must(t, store.PlannedAgain(t.Context(), run, "send-1"))
	}
	must(t, store.PlannedAgain(t.Context(), run, "send-2"))
	for r, want := range map[dynamo.Run]int{run: 3, other: 5} {
		progress, err := store.RunProgress(t.Context(), r)
		if err != nil || progress.Planned != want || progress.Local != r.Local || !progress.Done() {
			t.Errorf("RunProgress(%s) = %+v, %v, want %d planned", r.Local, progress, err, want)
		}
	}
	run.Version = 9
	must(t, store.PlannedAgain(t.Context(), run, "send-1")) // no such run: nothing is counted
}
