package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/cohortretention"
	"regulars/shared/customervalue"
	"regulars/shared/dynamo"
	"regulars/shared/recommend"
	"regulars/shared/s3"
)

// folder is a bucket in memory.
type folder map[string][]byte

func (f folder) Save(_ context.Context, name string, body []byte) error {
	f[name] = body
	return nil
}

func (f folder) Open(_ context.Context, name string) (io.ReadCloser, error) {
	body, ok := f[name]
	if !ok {
		return nil, s3.ErrNotFound
	}
	return io.NopCloser(bytes.NewReader(body)), nil
}

func (f folder) Remove(_ context.Context, name string) error {
	delete(f, name)
	return nil
}

// divided returns the handler of a shop whose nights are divided.
func divided(t *testing.T, history dynamo.History) (*handler, *dynamo.Store, folder) {
	t.Helper()
	h, store := newHandler(t, history)
	f := folder{}
	h.partials = f
	return h, store, f
}

// countAll counts all segments of a night.
func countAll(t *testing.T, h *handler, of int) {
	t.Helper()
	for _, i := range rand.Perm(of) {
		_, err := h.Handle(t.Context(), Event{Night: night, Of: of, Segment: i + 1})
		must(t, err)
	}
}

func merge(t *testing.T, h *handler, of int) (Answer, error) {
	t.Helper()
	return h.Handle(t.Context(), Event{Night: night, Of: of, Merge: true})
}

// published returns the parts in force.
func published(t *testing.T, store *dynamo.Store) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, name := range []string{recommend.ModelName, customervalue.ModelName, customervalue.ReportName, cohortretention.Name} {
		_, body, err := store.Model(t.Context(), name)
		must(t, err)
		all[name] = string(body)
	}
	return all
}

// A night in segments, counted in any order and each twice, publishes the same bytes as a
// night in one call, and leaves no partial.
func TestDividedNightIsTheSame(t *testing.T) {
	one, want := newHandler(t, bought())
	answer, err := one.Handle(t.Context(), Event{})
	must(t, err)
	for _, of := range []int{1, 3, 8} {
		h, store, files := divided(t, bought())
		countAll(t, h, of)
		once := maps.Clone(files)
		countAll(t, h, of)
		if len(files) != of || !maps.EqualFunc(files, once, bytes.Equal) {
			t.Errorf("%d segments: %d files after they were counted twice, want the same", of, len(files))
		}
		got, err := merge(t, h, of)
		if err != nil || got != answer {
			t.Errorf("%d segments: %+v, %v, want %+v", of, got, err, answer)
		}
		if diff := cmp.Diff(published(t, want), published(t, store)); diff != "" {
			t.Errorf("%d segments (-one call +segments):\n%s", of, diff)
		}
		if diff := cmp.Diff(learned(t, want), learned(t, store)); diff != "" {
			t.Errorf("%d segments: rows (-one call +segments):\n%s", of, diff)
		}
		if len(files) != 0 {
			t.Errorf("%d segments: %d partials are left", of, len(files))
		}
		if again, err := merge(t, h, of); err != nil || again.Version != got.Version || again.Customers != got.Customers {
			t.Errorf("%d segments merged again: %+v, %v, want the version in force", of, again, err)
		}
	}
}

// truncated is a bucket of which the second file ends in the middle.
type truncated struct{ folder }

func (f truncated) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	body, err := f.folder.Open(ctx, name)
	if err == nil && strings.HasSuffix(name, "/2-of-3") {
		return io.NopCloser(io.LimitReader(body, int64(len(f.folder[name])-5))), nil
	}
	return body, err
}

// If a segment is missing, damaged, of another night or of another release, the merge
// fails, and says which segment it is. The version in force stays, and so do the partials:
// after the segment was counted again, the merge publishes.
func TestMergeStopsWithoutEachSegment(t *testing.T) {
	other := segment{form, night, 1, 3}.name()
	for phrase, breaks := range map[string]func(h *handler, files folder){
		"missing":            func(_ *handler, f folder) { delete(f, segment{form, night, 2, 3}.name()) },
		"of another segment": func(_ *handler, f folder) { f[segment{form, night, 2, 3}.name()] = f[other] },
		"of another release": func(_ *handler, f folder) {
			p := newPartial(night, nil)
			f[segment{form, night, 2, 3}.name()], _ = p.encode(segment{form + 1, night, 2, 3})
		},
		"of another night": func(_ *handler, f folder) {
			p := newPartial(night, nil)
			f[segment{form, night, 2, 3}.name()], _ = p.encode(segment{form, night.AddDate(0, 0, -1), 2, 3})
		},
		"not a partial at all": func(_ *handler, f folder) { f[segment{form, night, 2, 3}.name()] = []byte("?") },
		"cut off":              func(h *handler, f folder) { h.partials = truncated{f} },
	} {
		h, store, files := divided(t, bought())
		h.now = func() time.Time { return night.AddDate(0, 0, -1) }
		_, err := h.Handle(t.Context(), Event{})
		must(t, err)
		before, rows := published(t, store), learned(t, store)
		countAll(t, h, 3)
		breaks(h, files)
		if _, err := merge(t, h, 3); err == nil || !strings.Contains(err.Error(), "segment 2 of 3 of the night 2026-11-22T03:00:00Z") {
			t.Errorf("%s: %v, want an error that names the segment", phrase, err)
		}
		if diff := cmp.Diff(before, published(t, store)) + cmp.Diff(rows, learned(t, store)); diff != "" {
			t.Errorf("%s: in force (-before +after):\n%s", phrase, diff)
		}
		h.partials = files
		_, err = h.Handle(t.Context(), Event{Night: night, Of: 3, Segment: 2})
		must(t, err)
		if got, err := merge(t, h, 3); err != nil || got.Version != version(night) {
			t.Errorf("%s, and counted again: %+v, %v, want it published", phrase, got, err)
		}
	}
}

// A merge that dies leaves the version in force and the partials; it can be repeated.
func TestMergeThatDiesChangesNothing(t *testing.T) {
	h, store, files := divided(t, bought())
	h.now = func() time.Time { return night.AddDate(0, 0, -1) }
	_, err := h.Handle(t.Context(), Event{})
	must(t, err)
	before, rows := published(t, store), learned(t, store)
	countAll(t, h, 3)
	for phrase, breaks := range map[string]func(){
		"before its first row":   func() { h.catalogue = broken{store} },
		"after three rows":       func() { h.catalogue = diesHalfWay{store, 3} },
		"before it is published": func() { h.versions = unpublished{store} },
	} {
		breaks()
		if _, err := merge(t, h, 3); !errors.Is(err, errBroken) {
			t.Errorf("%s: %v, want the error", phrase, err)
		}
		if diff := cmp.Diff(before, published(t, store)) + cmp.Diff(rows, learned(t, store)); diff != "" || len(files) != 3 {
			t.Errorf("%s: %d partials; in force (-before +after):\n%s", phrase, len(files), diff)
		}
		h.catalogue, h.versions = store, store
	}
	if got, err := merge(t, h, 3); err != nil || got.Version != version(night) {
		t.Errorf("the merge again: %+v, %v, want it published", got, err)
	}
}

// A merge does not replace the version of a later night.
func TestLaterNightStays(t *testing.T) {
	h, store, _ := divided(t, bought())
	countAll(t, h, 2)
	h.now = func() time.Time { return night.Add(time.Hour) }
	later, err := h.Handle(t.Context(), Event{})
	must(t, err)
	if _, err := merge(t, h, 2); err == nil || !strings.Contains(err.Error(), later.Version) {
		t.Errorf("merge = %v, want an error that names the later version", err)
	}
	if version, _ := model(t, store); version != later.Version {
		t.Errorf("the version in force is %s, want %s", version, later.Version)
	}
}

// A partial holds no ID, name or address of a customer.
func TestPartialHoldsNoIdentity(t *testing.T) {
	p := newPartial(night, inUTC)
	for _, c := range bought().Profiles {
		c.ID = "marker-" + c.ID
		c.Email.Value, c.Name.Value = "marker@example.com", "Marker"
		p.add(c)
	}
	body, err := p.encode(segment{form, night, 1, 1})
	must(t, err)
	again := newPartial(night, inUTC)
	must(t, again.decode(segment{form, night, 1, 1}, bytes.NewReader(body)))
	packed, err := gzip.NewReader(bytes.NewReader(body))
	must(t, err)
	all, err := io.ReadAll(packed)
	must(t, err)
	if text := string(all); strings.Contains(strings.ToLower(text), "marker") || !strings.Contains(text, "LAMP") {
		t.Errorf("the partial is %s", text)
	}
}

func TestWrongEventsAreRefused(t *testing.T) {
	h, _, files := divided(t, bought())
	for phrase, e := range map[string]Event{
		"no night":               {Of: 3, Segment: 1},
		"no segment":             {Night: night, Of: 3},
		"a segment too many":     {Night: night, Of: 3, Segment: 4},
		"too many segments":      {Night: night, Of: 41, Segment: 1},
		"a segment and a merge":  {Night: night, Of: 3, Segment: 1, Merge: true},
		"a merge of no segments": {Night: night, Merge: true},
	} {
		if answer, err := h.Handle(t.Context(), e); err == nil || len(files) > 0 {
			t.Errorf("%s: %+v, want an error", phrase, answer)
		}
	}
	h.partials = nil
	if _, err := h.Handle(t.Context(), Event{Night: night, Of: 3, Segment: 1}); err == nil || !strings.Contains(err.Error(), "NightSegments") {
		t.Errorf("without a bucket: %v, want an error that names the parameter", err)
	}
}
