package dynamo_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
)

// Clicks stay with their send through SES's events, and go with an erasure.
func TestClicksAreAddedToASend(t *testing.T) {
	store := dynamotest.Store(t)
	c := aClaim("run-1", false)
	id := c.Send.ID
	click := func(link uint8, after time.Duration) claim.Click { return claim.Click{Link: link, At: noon.Add(after)} }
	if err := store.Clicked(t.Context(), ann, id, click(1, 0)); !errors.Is(err, dynamo.ErrConflict) {
		t.Errorf("Clicked(of no send) = %v, want ErrConflict", err)
	}
	if _, err := store.Send(t.Context(), ann, id); !errors.Is(err, dynamo.ErrNotFound) {
		t.Fatalf("a click made a send: %v", err)
	}
	must(t, store.Claim(t.Context(), c))
	for _, visit := range []claim.Click{
		click(3, time.Minute), click(1, time.Hour), click(3, time.Minute+300*time.Millisecond),
		{Link: 3, Machine: true, At: noon},
		{Link: 3, Machine: true, At: noon.Add(time.Hour)},
		click(1, time.Hour),
	} {
		must(t, store.Clicked(t.Context(), ann, id, visit))
	}
	_, _, err := store.Raise(t.Context(), ann, id, claim.Delivered, "ses-1", noon.Add(time.Second))
	must(t, err)
	got, err := store.Send(t.Context(), ann, id)
	must(t, err)
	want := []claim.Click{click(1, time.Hour), {Link: 3, Machine: true}, click(3, time.Minute)}
	if diff := cmp.Diff(want, got.Clicks); diff != "" {
		t.Errorf("clicks (-want +got):\n%s", diff)
	}

	must(t, store.StripSend(t.Context(), got, got.Stripped(noon)))
	if got, err = store.Send(t.Context(), ann, id); err != nil || len(got.Clicks) > 0 {
		t.Errorf("an erased send has the clicks %+v, %v", got.Clicks, err)
	}
}

// The record of a send does not grow without end, however often its links are followed.
func TestNoMoreClicksAreStoredThanTheMost(t *testing.T) {
	store := dynamotest.Store(t)
	c := aClaim("run-1", false)
	for i := range claim.MostClicks {
		c.Send.Clicks = append(c.Send.Clicks, claim.Click{Link: 1, At: noon.Add(time.Duration(i) * time.Second)})
	}
	must(t, store.Claim(t.Context(), c))
	if err := store.Clicked(t.Context(), ann, c.Send.ID, claim.Click{Link: 2, At: noon}); !errors.Is(err, dynamo.ErrConflict) {
		t.Errorf("Clicked(the 101st) = %v, want ErrConflict", err)
	}
	if d, _ := store.Send(t.Context(), ann, c.Send.ID); len(d.Clicks) != claim.MostClicks {
		t.Errorf("%d clicks are stored", len(d.Clicks))
	}
}
