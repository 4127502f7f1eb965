//go:build !race

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/linktoken"
	"regulars/shared/message"
	"regulars/shared/redecide"
	"regulars/shared/shop"
)

// many is how many decisions TestManyDecisionsAreMadeAgain makes: 10,000 take minutes.
var many = flag.Int("decisions", 0, "how many decisions to make, and then to make again")

// TestManyDecisionsAreMadeAgain makes decisions about every campaign for every customer of
// the trial, day after day, and makes them again. Run it with -v -decisions 10000.
func TestManyDecisionsAreMadeAgain(t *testing.T) {
	if *many == 0 {
		t.Skip("TestTheAnswerIsWhatHappens makes some hundred decisions again; -decisions 10000 is for more")
	}
	h := newTrial(t.Context())
	now := noon
	h.Dispatcher.Now, h.dispatcher.Now = func() time.Time { return now }, func() time.Time { return now }
	made := map[shop.SendID]bool{}
	for ; len(made) < *many; now = now.AddDate(0, 0, 1) {
		for i, id := range h.customers {
			for _, c := range h.policy.Campaigns {
				of := decide.Rehearsed{Campaign: c.ID}
				if c.Product != nil {
					of.Product = h.model.Popular[i%len(h.model.Popular)].Product
				}
				config, err := h.Dispatcher.Reader.Config(t.Context(), c.ID)
				if err != nil {
					t.Fatal(err)
				}
				about := campaign.Intent{Campaign: c.ID, Version: c.Version, Customer: id, Subject: campaign.Subject{Product: of.Product}}
				s, err := h.Dispatcher.Reader.Snapshot(t.Context(), about, config)
				if err != nil {
					t.Fatal(err)
				}
				intent, err := config.Occasion(now, s, of)
				if err != nil || made[intent.SendID("rehearsal")] {
					continue
				}
				if err := h.dispatcher.Take(t.Context(), intent, false); err != nil {
					t.Fatal(err)
				}
				made[intent.SendID("rehearsal")] = true
			}
		}
		t.Logf("%d decisions up to %s, %d mails", len(made), now.Format(time.DateOnly), len(h.sent))
		h.sent = nil
	}
	var out bytes.Buffer
	began := time.Now()
	err := all(t.Context(), h.archive(t), h.store, &out, io.Discard)
	t.Logf("%s in %.1f s", strings.TrimSpace(out.String()), time.Since(began).Seconds())
	if err != nil || h.notKept > 0 {
		t.Errorf("%v; the inputs of %d decisions were not stored", err, h.notKept)
	}
}

// archive returns an archive with keys of its own, and an empty memory.
func (h *trial) archive(t *testing.T) *redecide.Archive {
	t.Helper()
	links, err := linktoken.New(map[string][]byte{"another": []byte(strings.Repeat("a", 64))}, "another")
	if err != nil {
		t.Fatal(err)
	}
	return redecide.New(h.store, message.Renderer{}, links, [][]byte{[]byte("another")})
}

// decidedAgain makes all decisions of the trial again, and then with each fault that could
// be in what is stored: none may go unseen.
func decidedAgain(t *testing.T, h *trial, made int) {
	var out bytes.Buffer
	if err := all(t.Context(), h.archive(t), h.store, &out, io.Discard); err != nil || h.notKept > 0 {
		t.Fatalf("%v; the inputs of %d decisions were not stored; %s", err, h.notKept, out.String())
	}
	if !strings.Contains(out.String(), "0 different, 0 with inputs") {
		t.Error(out.String())
	}
	t.Log(strings.TrimSpace(out.String()))
	var stored []dynamo.Inputs
	for page := (dynamo.Page{}); page.After != dynamo.End; {
		var err error
		page.After, err = h.store.AllInputs(t.Context(), page, func(in dynamo.Inputs) error {
			stored = append(stored, in)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(stored) != made {
		t.Errorf("the inputs of %d decisions are stored; %d were made", len(stored), made)
	}
	archive := h.archive(t)
	for _, part := range []string{"now", "intent", "profile", "tenant", "policy", "model", "customer_value"} {
		if n := unseen(t, archive, stored, func(f map[string]json.RawMessage) { delete(f, part) }); n > 0 {
			t.Errorf("%d decisions are the same without their %s", n, part)
		}
	}
	with := slices.DeleteFunc(slices.Clone(stored), func(in dynamo.Inputs) bool {
		return len(slices.Concat(slices.Collect(maps.Values(rowsOf(t, in)))...)) < 20
	})
	if n := unseen(t, archive, with, func(f map[string]json.RawMessage) { delete(f, "rows") }); n > len(with)/10 {
		t.Errorf("%d of %d decisions are the same without their rows", n, len(with))
	}
	changed := slices.Sorted(maps.Keys(rowsOf(t, with[0])))[0]
	if err := h.store.SaveContents(t.Context(), map[dynamo.Rev]dynamo.Content{changed: dynamo.Content(`[{"id":"CHANGED","title":"Changed by hand"}]`)}, noon.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	err := all(t.Context(), h.archive(t), h.store, &out, io.Discard)
	if err == nil || !strings.Contains(out.String(), "rows of the catalogue ("+changed+") is not stored any more, or was changed") {
		t.Errorf("a row that was changed in the archive: %v, %s", err, out.String())
	}
}

// rowsOf returns where the rows of a decision are stored.
func rowsOf(t *testing.T, in dynamo.Inputs) map[dynamo.Rev][]int {
	t.Helper()
	var stored struct{ Rows map[dynamo.Rev][]int }
	if err := json.Unmarshal(in.Made, &stored); err != nil {
		t.Fatal(err)
	}
	return stored.Rows
}

// unseen returns how many decisions are the same although damage has changed what is
// stored of them. It tries every fifth.
func unseen(t *testing.T, archive *redecide.Archive, stored []dynamo.Inputs, damage func(map[string]json.RawMessage)) (n int) {
	t.Helper()
	for i := 0; i < len(stored); i += 5 {
		in, fields := stored[i], map[string]json.RawMessage{}
		if err := json.Unmarshal(in.Made, &fields); err != nil {
			t.Fatal(err)
		}
		damage(fields)
		in.Made, _ = json.Marshal(fields)
		again, err := archive.Again(t.Context(), in)
		if err == nil && len(again.Differs) == 0 {
			n++
		}
	}
	return n
}

// toldAgain checks that of each send the story says that the decision is the same, or
// how it differs, or why it cannot be made again.
func toldAgain(t *testing.T, h *trial) {
	of := decide.Rehearsed{Campaign: "weekly-picks"}
	id := h.customers[0]
	a, err := h.Answer(t.Context(), of, id)
	for i := 1; err != nil || a.Decision.ID == ""; i++ {
		id = h.customers[i]
		a, err = h.Answer(t.Context(), of, id)
	}
	story := func() string {
		t.Helper()
		s, err := h.Story(t.Context(), of, id)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		tell(&out, of, id, s, noon)
		return out.String()
	}
	if text := story(); !strings.Contains(text, "decided again from its stored inputs of 2026-11-21 12:00 UTC: the same, byte for byte") {
		t.Error(text)
	}
	in, err := h.store.Inputs(t.Context(), id, a.Decision.ID)
	if err != nil {
		t.Fatal(err)
	}
	was := in.Made
	in.Made = bytes.Replace(in.Made, []byte(`"now":"2026-11-21T12:00:00Z"`), []byte(`"now":"2027-11-21T12:00:00Z"`), 1)
	if bytes.Equal(in.Made, was) {
		t.Fatal("the stored inputs have no time")
	}
	if err := h.store.SaveInputs(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	if text := story(); !strings.Contains(text, "it differs in outcome, explanation") || !strings.Contains(text, "Now it is EXPIRED, because the intent expired") {
		t.Error(text)
	}
	if err := h.store.DeleteInputs(t.Context(), id, a.Decision.ID); err != nil {
		t.Fatal(err)
	}
	if text := story(); !strings.Contains(text, "cannot be decided again: its inputs are not stored") {
		t.Error(text)
	}
	if _, err := h.store.Inputs(t.Context(), id, a.Decision.ID); !errors.Is(err, dynamo.ErrNotFound) {
		t.Error(err)
	}
}

// Pages without inputs show nothing, and what was shown is cleared before the answer.
func TestTheProgressOfEmptyPagesIsNotShown(t *testing.T) {
	var out, progress bytes.Buffer
	pages := emptyPages(0)
	if err := all(t.Context(), redecide.New(nil, message.Renderer{}, nil, nil), &pages, &out, &progress); err != nil || pages != 8 {
		t.Fatalf("%v after %d pages", err, pages)
	}
	if shown := progress.String(); strings.Contains(shown, "decisions") || !strings.HasSuffix(shown, "\r") {
		t.Errorf("the progress is %q", shown)
	}
}

// emptyPages is a list of eight pages without inputs.
type emptyPages int

func (n *emptyPages) AllInputs(_ context.Context, page dynamo.Page, _ func(dynamo.Inputs) error) (dynamo.Cursor, error) {
	if *n++; *n < 8 {
		return page.After, nil
	}
	return dynamo.End, nil
}
