package cataloguecache

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// table is a catalogue. A test can hold the answer of a read back.
type table struct {
	rows  map[shop.ProductID]recommend.Item
	reads []shop.ProductID
	hold  func() // is called after the rows were read, before they are returned
}

func (s *table) Sources(_ context.Context, _ recommend.Model, ids []shop.ProductID, counted int) (map[shop.ProductID]recommend.Item, error) {
	found := map[shop.ProductID]recommend.Item{}
	for i, id := range ids {
		s.reads = append(s.reads, id)
		if row, ok := s.rows[id]; ok {
			if i < counted {
				row.Live = []recommend.Neighbour{{Product: "near"}}
			}
			found[id] = row
		}
	}
	if hold := s.hold; hold != nil {
		s.hold = nil
		hold()
	}
	return found, nil
}

func (s *table) ProductRevs(_ context.Context, ids []shop.ProductID) (map[shop.ProductID]dynamo.Rev, error) {
	revs := map[shop.ProductID]dynamo.Rev{}
	for _, id := range ids {
		if row, ok := s.rows[id]; ok {
			revs[id] = row.Rev
		}
	}
	return revs, nil
}

// put stores the n-th revision of a product.
func (s *table) put(id shop.ProductID, n int) {
	s.rows[id] = recommend.Item{Product: shop.Product{ID: id, Revision: time.Unix(int64(n), 0), Price: shop.Money{Minor: int64(n)}}, Rev: fmt.Sprint(n)}
}

type fixture struct {
	*Cache
	t     *testing.T
	table *table
	now   time.Time
}

func newFixture(t *testing.T) *fixture {
	f := &fixture{t: t, table: &table{rows: map[shop.ProductID]recommend.Item{}}, now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	f.Cache = New(f.table, func() time.Time { return f.now })
	f.table.put("a", 1)
	f.table.put("b", 1)
	return f
}

// prices returns the prices of the products as the cache has them; 0: it is unknown.
func (f *fixture) prices(model string, ids ...shop.ProductID) (all []int64) {
	f.t.Helper()
	found, err := f.Items(f.t.Context(), recommend.Model{Version: model}, ids)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, id := range ids {
		all = append(all, found[id].Price.Minor)
	}
	return all
}

func (f *fixture) want(what string, got []int64, reads int, want ...int64) {
	f.t.Helper()
	if !reflect.DeepEqual(got, want) || len(f.table.reads) != reads {
		f.t.Errorf("%s: prices %v after %d reads, want %v after %d", what, got, len(f.table.reads), want, reads)
	}
}

func TestARowIsReadOnceAMinute(t *testing.T) {
	f := newFixture(t)
	f.want("the first read, with a product that is not known", f.prices("v1", "a", "x"), 2, 1, 0)
	f.table.put("a", 2)
	f.table.put("x", 2)
	f.now = f.now.Add(Fresh - time.Millisecond)
	f.want("just before a minute", f.prices("v1", "a", "x", "b"), 3, 1, 0, 1)
	f.want("of another model", f.prices("v2", "a"), 4, 2)
	f.now = f.now.Add(time.Millisecond)
	f.want("after a minute", f.prices("v1", "a", "x", "b"), 6, 2, 2, 1)
}

// TestAnOlderReadDoesNotReplaceANewerRow: a read whose answer was under way for long
// must not bring back what a later read has replaced, or what was forgotten since.
func TestAnOlderReadDoesNotReplaceANewerRow(t *testing.T) {
	f := newFixture(t)
	f.table.hold = func() { // while the answer with revision 1 is under way
		f.table.put("a", 2)
		f.want("the later read", f.prices("v1", "a"), 2, 2)
	}
	f.want("the older read", f.prices("v1", "a"), 2, 2)
	f.want("after both", f.prices("v1", "a"), 2, 2)

	f.table.hold = func() {
		f.table.put("b", 2)
		f.Forget(recommend.Model{Version: "v1"}, "b")
	}
	f.prices("v1", "b")
	f.want("after a read that began before the row was forgotten", f.prices("v1", "b"), 4, 2)

	f.table.hold = func() { f.prices("v1", "c") } // the later read finds revision 2, the older one an older copy
	f.table.put("c", 2)
	f.prices("v1", "c")
	f.want("of two reads at the same time", f.prices("v1", "c"), 6, 2)
}

func TestChangedForgetsWhatChanged(t *testing.T) {
	f := newFixture(t)
	v1 := recommend.Model{Version: "v1"}
	rows := func() []recommend.Item {
		found, err := f.Items(t.Context(), v1, []shop.ProductID{"a", "b"})
		if err != nil {
			t.Fatal(err)
		}
		return []recommend.Item{found["a"], found["b"]}
	}
	old := rows()
	if changed, err := f.Changed(t.Context(), v1, old); changed || err != nil {
		t.Errorf("nothing changed, and Changed = %v, %v", changed, err)
	}
	f.table.put("b", 2)
	if changed, err := f.Changed(t.Context(), v1, old); !changed || err != nil {
		t.Errorf("b changed, and Changed = %v, %v", changed, err)
	}
	f.want("after that", f.prices("v1", "a", "b"), 3, 1, 2)
	delete(f.table.rows, "a")
	if changed, err := f.Changed(t.Context(), v1, rows()); !changed || err != nil {
		t.Errorf("a is gone, and Changed = %v, %v", changed, err)
	}
	f.want("after a is gone", f.prices("v1", "a", "b"), 4, 0, 2)
}

func TestACacheStaysWithinItsBytes(t *testing.T) {
	f := newFixture(t)
	f.most = 20 * 1100
	for i := range 1000 {
		id := shop.ProductID(fmt.Sprint("p", i%200))
		f.table.put(id, i+1)
		f.prices("v1", id)
		sum := 0
		for _, e := range f.rows {
			sum += e.bytes
		}
		if f.bytes > f.most || sum != f.bytes {
			t.Fatalf("after %d rows it counts %d bytes, has %d, and may have %d", i+1, f.bytes, sum, f.most)
		}
		f.now = f.now.Add(time.Second)
	}
}

// What a caller gets does not depend on what others have read.
func TestLiveCountersAreThoseOfTheFirstProducts(t *testing.T) {
	f := newFixture(t)
	f.table.put("a", 1)
	f.table.put("b", 1)
	for n, c := range []struct {
		counted int
		a, b    bool // have live counters
		reads   int  // so far
	}{
		{0, false, false, 2}, {1, true, false, 3}, {1, true, false, 3}, {0, false, false, 3}, {2, true, true, 4}, {2, true, true, 4},
	} {
		rows, err := f.Sources(t.Context(), recommend.Model{}, []shop.ProductID{"a", "b"}, c.counted)
		if err != nil || len(rows["a"].Live) > 0 != c.a || len(rows["b"].Live) > 0 != c.b || len(f.table.reads) != c.reads {
			t.Errorf("call %d: counters of a %v, of b %v, %d reads, %v; want %+v", n, rows["a"].Live, rows["b"].Live, len(f.table.reads), err, c)
		}
	}
}
