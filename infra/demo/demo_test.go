package demo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/google/go-cmp/cmp"

	"regulars/shared/dynamo"
	"regulars/shared/intake"
	"regulars/shared/journey"
	"regulars/shared/shop"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

var unmoved = sync.OnceValues(func() ([]*sale, error) { return readSales(orders) })

var atNoon = sync.OnceValues(func() (Story, error) { return Tell(noon) })

func tell(t *testing.T, now time.Time) Story {
	t.Helper()
	read := func() (Story, error) { return Tell(now) }
	if now.Equal(noon) {
		read = atNoon // reading is slow; no test changes the story
	}
	story, err := read()
	if err != nil {
		t.Fatal(err)
	}
	return story
}

// The data is the output of command reduce.
func TestDataIsUnchanged(t *testing.T) {
	sum := sha256.Sum256(orders)
	const want = "4141777a16cf4950ba131515aaf5484f8060b6cfb78052a0b8d656b47d472088"
	if got := hex.EncodeToString(sum[:]); got != want {
		t.Errorf("data/orders.csv.gz has the hash %s, want %s; if you made the data again, put the new hash here", got, want)
	}
}

func TestAttributionNamesSourceAndLicence(t *testing.T) {
	file, err := os.ReadFile("data/ATTRIBUTION.md")
	if err != nil {
		t.Fatal(err)
	}
	for place, text := range map[string]string{"data/ATTRIBUTION.md": string(file), "Attribution": Attribution} {
		for _, want := range []string{"Chen, D. (2015)", "Online Retail", "10.24432/C5BW33", "CC BY 4.0"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not say %q", place, want)
			}
		}
	}
}

func TestTellReturnsTheSameStoryForTheSameTime(t *testing.T) {
	again, err := Tell(noon)
	if err != nil {
		t.Fatal(err)
	}
	if asJSON(t, again) != asJSON(t, tell(t, noon)) {
		t.Error("Tell returned two different stories for one time")
	}
}

func TestTellHasLiveEventsAtAnyTimeOfTheDay(t *testing.T) {
	for name, now := range map[string]time.Time{
		"a second into the day": time.Date(2026, 11, 22, 0, 0, 1, 0, time.UTC),
		"noon":                  noon,
		"the end of a leap day": time.Date(2028, 2, 29, 23, 59, 59, 0, time.UTC),
	} {
		t.Run(name, func(t *testing.T) {
			story := tell(t, now)
			placed, fresh, returned := 0, 0, 0
			for _, event := range story.Live {
				if event.At.After(now) {
					t.Errorf("%s happens at %v, after now", event.ID, event.At)
				}
				switch fact, _ := event.Fact.(shop.OrderFact); fact.Kind {
				case shop.OrderPlaced:
					placed++
					if event.At.After(now.Add(-24 * time.Hour)) {
						fresh++
					}
				case shop.OrderReturned:
					returned++
				}
			}
			t.Logf("%d events of history, %d live: %d orders (%d of the last 24 hours), %d returns; %d products",
				len(story.History), len(story.Live), placed, fresh, returned, len(story.Products))
			if placed < 100 || fresh < 30 || returned < 5 {
				t.Errorf("%d orders, %d fresh, %d returns; want at least 100, 30 and 5", placed, fresh, returned)
			}
			apologies := 0
			for _, event := range story.Live[:story.Returns] {
				if back := event.Fact.(shop.OrderFact).Return; back.Cause == "defect" || back.Cause == "wrong" || back.Cause == "late" {
					apologies++
				}
			}
			if apologies == 0 {
				t.Errorf("none of the %d returns at the beginning leads to a message", story.Returns)
			}
			if last := story.History[len(story.History)-1].At; !last.Before(now.Truncate(24*time.Hour).AddDate(0, 0, -1)) {
				t.Errorf("history ends at %v, within the live days", last)
			}
		})
	}
}

// Customers return only units that they bought before.
func TestReturnsMatchTheirOrders(t *testing.T) {
	sales, err := unmoved()
	if err != nil {
		t.Fatal(err)
	}
	returns := 0
	for _, s := range sales {
		for _, b := range s.returns {
			returns++
			if b.at.Before(s.at) {
				t.Errorf("return %s is before its order %s", b.ref, s.id)
			}
		}
		for _, line := range s.lines {
			if left := s.left(line.Product); left < 0 {
				t.Errorf("order %s: %d units more of %s were returned than sold", s.id, -left, line.Product)
			}
		}
	}
	if returns < 300 {
		t.Errorf("%d returns, want at least 300", returns)
	}
}

func TestFoldDoesNotDependOnTheOrderOfEvents(t *testing.T) {
	story := tell(t, noon)
	want, err := Fold(story.History)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	shuffled := append([]shop.Event(nil), story.History...)
	random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	shuffled = append(shuffled, shuffled[:len(shuffled)/4]...) // and a quarter of the events twice
	got, err := Fold(shuffled)
	if err != nil {
		t.Fatal(err)
	}
	if asJSON(t, got) != asJSON(t, want) {
		t.Errorf("fold of the shuffled history differs:\n%s", cmp.Diff(want, got))
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// intake reads every live event in its native form as the same event.
func TestIntakeReadsTheNativeFormOfLiveEvents(t *testing.T) {
	for _, event := range tell(t, noon).Live {
		detailType, detail, err := native(event)
		if err != nil {
			t.Fatal(err)
		}
		envelope := asJSON(t, map[string]any{"id": event.ID, "detail-type": detailType, "time": event.At.Add(time.Second), "detail": json.RawMessage(detail)})
		parsed, err := intake.Parse([]byte(envelope), noon)
		if err != nil {
			t.Fatalf("%s: %v", event.ID, err)
		}
		if diff := cmp.Diff(event, parsed.Events[0]); diff != "" {
			t.Fatalf("%s is changed by the native form:\n%s", event.ID, diff)
		}
	}
}

func TestPersonKnowsEveryCountryOfTheData(t *testing.T) {
	locales := map[string]int{}
	sales, err := unmoved()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, s := range sales {
		c, _, err := person(s.buyer, s.country)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(c.Email, "@example.com") {
			t.Errorf("the address of person(%s) is %s", s.buyer, c.Email)
		}
		if _, err := time.LoadLocation(c.Zone); err != nil {
			t.Error(err)
		}
		if !seen[s.buyer] {
			seen[s.buyer] = true
			locales[c.Locale[:2]]++
		}
	}
	for _, language := range []string{"en", "ru", "pl", "el"} {
		if locales[language] < 20 {
			t.Errorf("%d customers have the language %s, want at least 20", locales[language], language)
		}
	}
}

func TestTitledReturnsTitleCase(t *testing.T) {
	for in, want := range map[string]string{
		"SET OF 3 CAKE TINS PANTRY DESIGN ":  "Set of 3 Cake Tins Pantry Design",
		"WHITE HANGING HEART T-LIGHT HOLDER": "White Hanging Heart T-Light Holder",
		"PAPER CHAIN KIT 50'S CHRISTMAS":     "Paper Chain Kit 50's Christmas",
		"SET/20 RED RETROSPOT PAPER NAPKINS": "Set/20 Red Retrospot Paper Napkins",
	} {
		if got := titled(in); got != want {
			t.Errorf("titled(%q) = %q, want %q", in, got, want)
		}
	}
}

// memoryStore counts the rows that are imported.
type memoryStore struct {
	waiting []journey.Position
	rows    int
	times   int
}

func (s *memoryStore) SavePosition(_ context.Context, p journey.Position, _ dynamo.Rev) error {
	s.waiting = append(s.waiting, p)
	return nil
}

func (s *memoryStore) Import(_ context.Context, h dynamo.History) error {
	s.times++
	s.rows += len(h.Orders) + len(h.Profiles) + len(h.Products)
	return nil
}

// fakeBus is an event bus that refuses one entry of every third batch, and
// fails after a number of batches if breaks is set.
type fakeBus struct {
	details []string
	calls   int
	breaks  int
}

var errBroken = errors.New("the bus does not answer")

func (b *fakeBus) PutEvents(_ context.Context, in *eventbridge.PutEventsInput, _ ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error) {
	b.calls++
	if b.breaks > 0 && b.calls > b.breaks {
		return nil, errBroken
	}
	out := &eventbridge.PutEventsOutput{Entries: make([]types.PutEventsResultEntry, len(in.Entries))}
	for i, entry := range in.Entries {
		if b.calls%3 == 0 && i == 0 && len(in.Entries) > 1 {
			code := "ThrottlingException"
			out.Entries[i].ErrorCode = &code
			out.FailedEntryCount++
			continue
		}
		b.details = append(b.details, *entry.Detail)
	}
	return out, nil
}

func TestRunContinuesWhereTheLastRunStopped(t *testing.T) {
	marker := filepath.Join(t.TempDir(), "var", "demo.json")
	store, clock, learned := &memoryStore{}, noon, 0
	run := func(bus *fakeBus) error {
		return Demo{
			Store: store, Positions: store, Bus: bus, Marker: marker, Length: time.Millisecond,
			Now: func() time.Time { return clock },
			Learn: func(context.Context) error {
				if store.rows == 0 || bus.calls == 0 || len(store.waiting) > 0 {
					t.Errorf("learn is called after %d rows, %d batches and %d customers in journeys, want it between the returns and the journeys", store.rows, bus.calls, len(store.waiting))
				}
				learned++
				return nil
			},
		}.Run(t.Context())
	}
	first := &fakeBus{breaks: 20}
	if err := run(first); !errors.Is(err, errBroken) {
		t.Fatalf("the first run = %v, want the error of the bus", err)
	}
	rows := store.rows
	clock = clock.Add(31 * time.Hour) // the next day; the story must stay the same
	second := &fakeBus{}
	if err := run(second); err != nil {
		t.Fatal(err)
	}
	if want := tell(t, noon).Waiting; len(store.waiting) != len(want) {
		t.Errorf("%d customers are in journeys, want %d", len(store.waiting), len(want))
	}
	if store.rows != rows || learned != 1 {
		t.Errorf("the history was written again: %d rows, then %d; learned %d times", rows, store.rows, learned)
	}
	seen := map[string]int{}
	for _, detail := range append(first.details, second.details...) {
		seen[detail]++
	}
	twice := 0
	for _, n := range seen {
		twice += n - 1
	}
	live := tell(t, noon).Live
	if len(seen) != len(live) || twice >= batch {
		t.Errorf("%d events were emitted, %d of them twice; want %d, and less than %d twice", len(seen), twice, len(live), batch)
	}
	third := &fakeBus{}
	if err := run(third); err != nil || third.calls != 0 {
		t.Errorf("a run after the end = %v with %d calls, want nothing", err, third.calls)
	}
}

func TestPlaySpreadsTheEventsOverTheLength(t *testing.T) {
	events := tell(t, noon).Live[:50]
	began := time.Now()
	if err := Play(t.Context(), events, 0, 100*time.Millisecond, &fakeBus{}, "default", func(int) error { return nil }, nil); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took < 80*time.Millisecond {
		t.Errorf("50 events took %v, want about 100ms", took)
	}
}

// docs/rehearse.md shows price-drop with the product that becomes cheaper.
func TestTheDocsNameTheProductThatBecomesCheaper(t *testing.T) {
	docs, err := os.ReadFile("../../docs/rehearse.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, now := range []time.Time{noon, noon.AddDate(0, 0, 9)} {
		product := ""
		for _, e := range tell(t, now).Live {
			if id, is := strings.CutPrefix(string(e.ID), "demo-cheaper-"); is {
				product = id
			}
		}
		if product == "" || !strings.Contains(string(docs), "make audience CAMPAIGN=price-drop PRODUCT="+product+"\n") {
			t.Errorf("at %s the product %s becomes cheaper, and docs/rehearse.md names another", now, product)
		}
	}
}
