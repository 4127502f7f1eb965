package sendoutcome_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/sendoutcome"
	"regulars/shared/shop"
)

// books is a store with orders and a run whose intents all have their sends.
type books struct {
	*dynamo.Store
	auditor   *sendoutcome.Auditor
	now       time.Time
	published []map[string]int

	reads int // pages read
	pages int // reading this page fails; 0: none
	saves int // this save fails; 0: none
}

const orders, audience = 12, 9 // how many orders, and customers of the run, there are

var runAt = noon.AddDate(0, 0, -2)

// newBooks returns books in which all sends have ended, except those of
// changed: they are in the given state, or missing if the state is "".
func newBooks(t *testing.T, changed map[shop.SendID]claim.State) *books {
	t.Helper()
	b := &books{Store: dynamotest.Store(t), now: noon}
	b.auditor = &sendoutcome.Auditor{
		Progress: b, Books: b, Page: 4, Now: func() time.Time { return b.now },
		Publish: func(m map[string]int) { b.published = append(b.published, m) },
	}
	ends := func(i campaign.Intent, state claim.State) {
		if other, ok := changed[i.SendID("test")]; ok {
			state = other
		}
		if state != "" {
			must(t, b.End(t.Context(), claim.Send{ID: i.SendID("test"), Intent: i, State: state, Changed: noon, Wake: noon}))
		}
	}
	for n := range orders {
		b.storeOrder(t, ofOrder(n))
		ends(ofOrder(n), claim.Delivered)
	}
	b.storeRun(t, runAt, audience)
	for n := range audience {
		ends(ofRun(n), claim.Capped)
	}
	return b
}

// ofOrder returns the intent of the nth order.
func ofOrder(n int) campaign.Intent {
	id := shop.OrderID(fmt.Sprint("o-", n))
	planned := noon.AddDate(0, 0, -1)
	return campaign.Intent{Campaign: "thanks", Version: 1, Customer: "ann", Occasion: string(id), Order: id, Planned: planned, NotAfter: planned.AddDate(0, 0, 2)}
}

// ofRun returns the intent of the nth customer of the run.
func ofRun(n int) campaign.Intent {
	return campaign.Intent{
		Campaign: "picks", Version: 1, Customer: shop.CustomerID(fmt.Sprint("c-", n)), Occasion: runAt.Format(time.RFC3339),
		Planned: runAt, NotAfter: runAt.Add(12 * time.Hour),
	}
}

// storeOrder stores an order that has the intent planned, by two of its events.
func (b *books) storeOrder(t *testing.T, i campaign.Intent) {
	t.Helper()
	raised := map[shop.OrderKind][]campaign.Intent{shop.OrderPlaced: {i}, shop.OrderPaid: {i}, shop.OrderShipped: {}}
	must(t, b.SaveFold(t.Context(), dynamo.Fold{Order: shop.Order{ID: i.Order}, Raised: raised}))
}

// storeRun stores a run with that number of planned intents.
func (b *books) storeRun(t *testing.T, at time.Time, planned int) {
	t.Helper()
	run := dynamo.Run{Campaign: "picks", Version: 1, At: at}
	_, err := b.StartRun(t.Context(), run, 1, at)
	must(t, err)
	_, err = b.Advance(t.Context(), run, 0, "", dynamo.End, planned)
	must(t, err)
}

var errDied = errors.New("the function died")

func (b *books) page() error {
	b.reads++
	if b.pages--; b.pages == 0 {
		return errDied
	}
	return nil
}

func (b *books) Raised(ctx context.Context, page dynamo.Page, visit func([]campaign.Intent) error) (dynamo.Cursor, error) {
	next, err := b.Store.Raised(ctx, page, visit)
	return next, errors.Join(err, b.page())
}

func (b *books) Sends(ctx context.Context, page dynamo.Page, visit func(claim.Send) error) (dynamo.Cursor, error) {
	next, err := b.Store.Sends(ctx, page, visit)
	return next, errors.Join(err, b.page())
}

func (b *books) SaveAudit(ctx context.Context, a dynamo.Audit, rev dynamo.Rev) error {
	if b.saves--; b.saves == 0 {
		return errDied
	}
	return b.Store.SaveAudit(ctx, a, rev)
}

// figures returns the metrics of a check.
func figures(planned, ended, open, lost, missing, overdue int) map[string]int {
	return map[string]int{
		"ConservationChecked": 1, "ConservationPlanned": planned, "ConservationEnded": ended, "ConservationOpen": open,
		"ConservationLost": lost, "ConservationMissing": missing, "ConservationOverdue": overdue,
	}
}

func TestCheckReportsMissingAndOverdueIntents(t *testing.T) {
	const all = orders + audience
	is := func(i campaign.Intent, state claim.State) map[shop.SendID]claim.State {
		return map[shop.SendID]claim.State{i.SendID("test"): state}
	}
	for phrase, c := range map[string]struct {
		changed map[shop.SendID]claim.State
		more    func(*testing.T, *books)
		want    map[string]int
		broken  []string
	}{
		"all sends have ended":                   {want: figures(all, all, 0, 0, 0, 0)},
		"a send is LOST, which is an end state":  {changed: is(ofRun(3), claim.Lost), want: figures(all, all, 0, 1, 0, 0)},
		"a send waits and has not expired":       {changed: is(ofOrder(3), claim.Queued), want: figures(all, all-1, 1, 0, 0, 0)},
		"a send of a run waits after its expiry": {changed: is(ofRun(3), claim.Queued), want: figures(all, all-1, 1, 0, 0, 1), broken: []string{"picks@1/2026-11-20T12:00:00Z"}},
		"a claim is open after its expiry":       {changed: is(ofRun(3), claim.Sending), want: figures(all, all-1, 1, 0, 0, 1), broken: []string{"picks@1/2026-11-20T12:00:00Z"}},
		"the send of an order is missing":        {changed: is(ofOrder(5), ""), want: figures(all, all-1, 0, 0, 1, 0), broken: []string{"thanks@1"}},
		"the send of a run is missing":           {changed: is(ofRun(5), ""), want: figures(all, all-1, 0, 0, 1, 0), broken: []string{"picks@1/2026-11-20T12:00:00Z"}},
		"a new order's intent is on its queue":   {more: func(t *testing.T, b *books) { i := ofOrder(99); i.Planned = noon.Add(-time.Hour); b.storeOrder(t, i) }, want: figures(all, all, 0, 0, 0, 0)},
		"a run is still being planned":           {more: func(t *testing.T, b *books) { b.storeRun(t, noon.Add(-time.Hour), 7) }, want: figures(all, all, 0, 0, 0, 0)},
		"a run planned more than it has sends": {
			more: func(t *testing.T, b *books) { b.storeRun(t, runAt.Add(-time.Hour), 2) },
			want: figures(all+2, all, 0, 0, 2, 0), broken: []string{"picks@1/2026-11-20T11:00:00Z"},
		},
	} {
		t.Run(phrase, func(t *testing.T) {
			b := newBooks(t, c.changed)
			if c.more != nil {
				c.more(t, b)
			}
			must(t, b.auditor.Audit(t.Context()))
			if diff := cmp.Diff([]map[string]int{c.want}, b.published); diff != "" {
				t.Errorf("published (-want +got):\n%s", diff)
			}
			audit, _, err := b.Audit(t.Context())
			must(t, err)
			var broken []string
			for _, o := range audit.Table.Broken() {
				broken = append(broken, o.String())
			}
			if diff := cmp.Diff(c.broken, broken); diff != "" {
				t.Errorf("broken (-want +got):\n%s", diff)
			}
		})
	}
}

// If a call dies at any page, the next call continues, and nothing is counted
// twice.
func TestCheckContinuesAfterACallDied(t *testing.T) {
	want := figures(orders+audience, orders+audience, 0, 0, 0, 0)
	b := newBooks(t, nil)
	whole := 0                // pages that a whole check reads
	for dies := 1; ; dies++ { // at each page
		b.published, b.reads, b.pages = nil, 0, dies
		for calls := 0; len(b.published) == 0; calls++ {
			if err := b.auditor.Audit(t.Context()); err != nil && !errors.Is(err, errDied) {
				t.Fatal(err)
			}
			if calls > 20 {
				t.Fatal("the check is not done after 20 calls")
			}
		}
		died := b.pages <= 0
		if diff := cmp.Diff(want, b.published[0]); diff != "" {
			t.Errorf("a check that died at page %d (-want +got):\n%s", dies, diff)
		}
		if !died {
			if dies < 8 {
				t.Errorf("the check read %d pages, want more than one of each table", dies-1)
			}
			break
		}
		if whole == 0 {
			whole = b.reads - 1
		}
		if b.reads != whole+1 {
			t.Errorf("a check that died at page %d read %d pages, want %d: each once, and the failed page a second time", dies, b.reads, whole+1)
		}
		b.now = b.now.AddDate(0, 0, 1)
	}

	b = newBooks(t, nil)
	b.saves = 1
	if err := b.auditor.Audit(t.Context()); !errors.Is(err, errDied) {
		t.Fatalf("the check ended with %v, want the error of the save", err)
	}
	must(t, b.auditor.Audit(t.Context()))
	if diff := cmp.Diff([]map[string]int{want, want}, b.published); diff != "" {
		t.Errorf("the check was published twice with different metrics (-want +got):\n%s", diff)
	}
}

func TestCheckStopsInTimeAndRunsOnceADay(t *testing.T) {
	b := newBooks(t, nil)
	calls := 0
	for ; len(b.published) == 0 && calls < 30; calls++ {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second) // time for one page only
		must(t, b.auditor.Audit(ctx))
		cancel()
	}
	if calls < 8 {
		t.Errorf("the check took %d calls, want one for each page", calls)
	}
	for _, c := range []struct {
		at   time.Time
		want int
	}{
		{noon.Add(time.Minute), 1},
		{time.Date(2026, 11, 23, 3, 59, 0, 0, time.UTC), 1},
		{time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC), 2},
		{time.Date(2026, 11, 23, 4, 1, 0, 0, time.UTC), 2},
	} {
		b.now = c.at
		must(t, b.auditor.Audit(t.Context()))
		if len(b.published) != c.want {
			t.Errorf("at %s %d checks are done, want %d", c.at.Format(time.TimeOnly), len(b.published), c.want)
		}
	}
}

// Of two calls at once, the slower one's result is dropped.
func TestTwoCallsAtOnceCountOnce(t *testing.T) {
	b := newBooks(t, nil)
	slow := *b.auditor
	slow.Books = beforeRead{b, func() {
		must(t, b.auditor.Audit(t.Context())) // the other call finishes the check …
		b.pages = 1                           // … and the slow one dies at its first page
	}}
	if err := slow.Audit(t.Context()); !errors.Is(err, errDied) {
		t.Fatalf("the slow call ended with %v, want %v", err, errDied)
	}
	audit, _, err := b.Audit(t.Context())
	must(t, err)
	if got := audit.Table.Sum().Planned; got != orders+audience || !audit.Done() || len(b.published) != 1 {
		t.Errorf("two calls at once counted %d, done: %t, published %d times, want %d, done, once", got, audit.Done(), len(b.published), orders+audience)
	}
}

// beforeRead calls do before each page of orders is read.
type beforeRead struct {
	*books
	do func()
}

func (m beforeRead) Raised(ctx context.Context, page dynamo.Page, visit func([]campaign.Intent) error) (dynamo.Cursor, error) {
	m.do()
	return m.books.Raised(ctx, page, visit)
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
