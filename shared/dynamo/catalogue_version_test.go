package dynamo_test

import (
	"errors"
	"fmt"
	"maps"
	"testing"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// learned writes and publishes a version of the model, as a night does.
func learned(t testing.TB, store *dynamo.Store, version string, rows map[shop.ProductID]recommend.Learned) {
	t.Helper()
	begun, err := store.BeginModel(t.Context(), version)
	must(t, err)
	must(t, store.SaveLearned(t.Context(), begun, maps.All(rows)))
	must(t, store.PublishModel(t.Context(), version, map[string][]byte{"popular": []byte(version)}))
}

// inForce describes what a reader of the version in force gets: the version,
// the named part, and the number of customers of the lamp.
func inForce(t testing.TB, store *dynamo.Store) string {
	t.Helper()
	version, data, err := store.Model(t.Context(), "popular")
	if errors.Is(err, dynamo.ErrNotFound) {
		return "nothing"
	}
	must(t, err)
	rows, err := store.Items(t.Context(), recommend.Model{Version: version}, []shop.ProductID{"LAMP"})
	must(t, err)
	return fmt.Sprintf("%s: %s, %d", version, data, rows["LAMP"].Customers)
}

func lamp(customers int) map[shop.ProductID]recommend.Learned {
	return map[shop.ProductID]recommend.Learned{"LAMP": {Customers: customers}}
}

// A reader gets a complete version, whatever a running or failed night has
// written.
func TestVersionComesIntoForceAsAWhole(t *testing.T) {
	store := dynamotest.Store(t)
	ctx := t.Context()
	must(t, store.SaveProduct(ctx, aProduct("LAMP", noon, "Lamp")))
	want := func(when, want string) {
		t.Helper()
		if got := inForce(t, store); got != want {
			t.Errorf("%s, a reader sees %q, want %q", when, got, want)
		}
	}
	want("before the first night", "nothing")
	begun, err := store.BeginModel(ctx, "v1")
	must(t, err)
	must(t, store.SaveLearned(ctx, begun, maps.All(lamp(1))))
	want("while the first night writes", "nothing")
	must(t, store.PublishModel(ctx, "v1", map[string][]byte{"popular": []byte("v1")}))
	want("after it", "v1: v1, 1")

	begun, err = store.BeginModel(ctx, "v2")
	must(t, err)
	must(t, store.SaveLearned(ctx, begun, maps.All(lamp(2))))
	want("after a night that failed", "v1: v1, 1")
	learned(t, store, "v3", lamp(3))
	want("after the next", "v3: v3, 3")
	learned(t, store, "v4", lamp(4))
	want("and the next", "v4: v4, 4")
	if err := store.PublishModel(ctx, "v2", nil); !errors.Is(err, dynamo.ErrConflict) {
		t.Errorf("the failed night publishes later: %v, want a conflict", err)
	}
	want("after that", "v4: v4, 4")
	must(t, store.PublishModel(ctx, "v4", map[string][]byte{"popular": []byte("v4")})) // as after a lost answer
	want("published twice", "v4: v4, 4")
	if _, err := store.BeginModel(ctx, "v4"); err == nil {
		t.Error("BeginModel of the version in force: no error")
	}

	rows, err := store.Items(ctx, recommend.Model{Version: "v1"}, []shop.ProductID{"LAMP"})
	must(t, err)
	if rows["LAMP"].Customers != 0 || rows["LAMP"].Title != "Lamp" {
		t.Errorf("with a removed version a row is %+v, want the product with nothing learned", rows["LAMP"])
	}
}

func TestGoBack(t *testing.T) {
	store := dynamotest.Store(t)
	ctx := t.Context()
	must(t, store.SaveProduct(ctx, aProduct("LAMP", noon, "Lamp")))
	if err := store.GoBack(ctx, "v1"); !errors.Is(err, dynamo.ErrNotFound) {
		t.Errorf("before anything was learned: %v, want not found", err)
	}
	learned(t, store, "v1", lamp(1))
	learned(t, store, "v2", lamp(2))
	must(t, store.GoBack(ctx, "v1"))
	if got := inForce(t, store); got != "v1: v1, 1" {
		t.Errorf("after GoBack a reader sees %q", got)
	}
	must(t, store.GoBack(ctx, "v1"))
	must(t, store.GoBack(ctx, "v2"))
	if got := inForce(t, store); got != "v2: v2, 2" {
		t.Errorf("after GoBack twice a reader sees %q", got)
	}
	must(t, store.GoBack(ctx, "v1"))
	begun, err := store.BeginModel(ctx, "v3") // discards v2, never the version in force
	must(t, err)
	for _, version := range []string{"v2", "v3", "nosuch", ""} {
		if err := store.GoBack(ctx, version); !errors.Is(err, dynamo.ErrNotFound) {
			t.Errorf("to %s while v3 is written over v2: %v, want not found", version, err)
		}
	}
	must(t, store.SaveLearned(ctx, begun, maps.All(lamp(3))))
	must(t, store.PublishModel(ctx, "v3", map[string][]byte{"popular": []byte("v3")}))
	if v, err := store.Versions(ctx); err != nil || v.InForce != "v3" || v.Before != "v1" || v.Writing != "" || len(v.Gone) > 0 {
		t.Errorf("Versions = %+v, %v, want v3, and v1 to go back to", v, err)
	}
}

// Of two nights at once the one that began last wins; the version of the other
// never comes into force.
func TestTwoNightsAtOnce(t *testing.T) {
	store := dynamotest.Store(t)
	ctx := t.Context()
	must(t, store.SaveProduct(ctx, aProduct("LAMP", noon, "Lamp")))
	first, err := store.BeginModel(ctx, "v1")
	must(t, err)
	second, err := store.BeginModel(ctx, "v2")
	must(t, err)
	must(t, store.SaveLearned(ctx, second, maps.All(lamp(2))))
	must(t, store.SaveLearned(ctx, first, maps.All(lamp(1))))
	if err := store.PublishModel(ctx, "v1", map[string][]byte{"popular": []byte("v1")}); !errors.Is(err, dynamo.ErrConflict) {
		t.Errorf("the first publishes: %v, want a conflict", err)
	}
	must(t, store.PublishModel(ctx, "v2", map[string][]byte{"popular": []byte("v2")}))
	if got := inForce(t, store); got != "v2: v2, 2" {
		t.Errorf("a reader sees %q", got)
	}
	must(t, store.SaveLearned(ctx, first, maps.All(lamp(1)))) // the slow night goes on writing
	if err := store.PublishModel(ctx, "v1", nil); !errors.Is(err, dynamo.ErrConflict) {
		t.Errorf("the first publishes again: %v, want a conflict", err)
	}
	learned(t, store, "v3", lamp(3))
	if rows, err := store.Items(ctx, recommend.Model{Version: "v1"}, []shop.ProductID{"LAMP"}); err != nil || rows["LAMP"].Customers != 0 {
		t.Errorf("the next night left what the slow one wrote in the row: %+v, %v", rows["LAMP"].Learned, err)
	}
}

// The next night removes the versions of failed nights from the rows.
func TestRowsHoldTwoVersionsAtMost(t *testing.T) {
	client, tables := dynamotest.Tables(t)
	store := dynamo.New(client, tables)
	ctx := t.Context()
	must(t, store.SaveProduct(ctx, aProduct("LAMP", noon, "Lamp")))
	learned(t, store, "v1", lamp(1))
	for _, failed := range []string{"v2", "v3"} {
		begun, err := store.BeginModel(ctx, failed)
		must(t, err)
		must(t, store.SaveLearned(ctx, begun, maps.All(lamp(9))))
	}
	learned(t, store, "v4", lamp(4))
	for version, want := range map[string]int{"v1": 1, "v2": 0, "v3": 0, "v4": 4} {
		rows, err := store.Items(ctx, recommend.Model{Version: version}, []shop.ProductID{"LAMP"})
		must(t, err)
		if got := rows["LAMP"].Customers; got != want {
			t.Errorf("the row has %d customers in %s, want %d", got, version, want)
		}
	}
}
