package dynamo_test

import (
	"reflect"
	"testing"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/dynamo/memory"
	"regulars/shared/profile"
)

// A store that keeps profiles lists what a store that keeps none lists, after each change.
func TestKeptProfilesAreThoseThatAreStored(t *testing.T) {
	engine := memory.New(dynamotest.Definitions()...)
	plain := dynamo.New(engine, dynamo.Tables{Customers: "Customers"})
	keeping := dynamo.New(engine, dynamo.Tables{Customers: "Customers"})
	keeping.KeepProfiles()
	list := func(s *dynamo.Store) (all []profile.Profile) {
		if _, err := s.Profiles(t.Context(), dynamo.Page{}, func(p profile.Profile) error { all = append(all, p); return nil }); err != nil {
			t.Fatal(err)
		}
		return all
	}
	for _, name := range []string{"Ann", "Ann", "Bea", "Ann"} {
		if err := plain.Import(t.Context(), dynamo.History{Profiles: []profile.Profile{{ID: "1", Name: profile.Statement{Value: name}}, {ID: "2", Name: profile.Statement{Value: "Cay"}}}}); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if got, want := list(keeping), list(plain); len(want) != 2 || !reflect.DeepEqual(got, want) {
				t.Fatalf("kept: %+v, stored: %+v", got, want)
			}
		}
	}
}
