package redecide

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"regulars/shared/claim"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

// KeptStore stores the inputs of decisions; [dynamo.Store] does so.
type KeptStore interface {
	SaveInputs(context.Context, dynamo.Inputs) error
	SaveContents(ctx context.Context, all map[dynamo.Rev]dynamo.Content, gone time.Time) error
	Contents(context.Context, []dynamo.Rev) (map[dynamo.Rev]dynamo.Content, map[dynamo.Rev]time.Time, error)
}

// Keeper stores what decisions were made from. Many goroutines may use it at once.
type Keeper struct {
	Store KeptStore
	Count func(metric string, n int) // publishes a metric; nil: none is published

	mu     sync.Mutex
	known  map[dynamo.Rev]time.Time // contents that are stored, and until when
	models map[string]shared        // the learned models, by kind and version
	places map[seen]place           // of rows that were encoded before
}

// shared is a content with its revision.
type shared struct {
	rev     dynamo.Rev
	content dynamo.Content
}

// place is where a row is stored: in a content that is a list of rows.
type place struct {
	list dynamo.Rev
	at   int
}

const (
	patience     = 2 * time.Second // for all calls about one decision
	longer       = 7 * 24 * time.Hour
	mostKnown    = 50_000 // revisions, and rows whose place is known: some 10 MB each
	mostModels   = 8
	notKept      = "InputsNotKept"
	failedToKeep = "the inputs of a decision were not stored, so it cannot be made again; nothing else depends on them"
)

// Keep stores what the decision was made from, for as many days as the policy says; for
// none, it does nothing. It returns nothing, because nothing depends on it: a failure is
// logged and counted as InputsNotKept. It takes at most two seconds.
func (k *Keeper) Keep(ctx context.Context, m decide.Made) {
	days := m.Config.Privacy.Keep.Inputs
	if days == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := k.keep(ctx, m, time.Duration(days)*24*time.Hour); err != nil {
		slog.WarnContext(ctx, failedToKeep, "send", m.Decision.Send.ID, "err", err)
		if k.Count != nil {
			k.Count(notKept, 1)
		}
	}
}

func (k *Keeper) keep(ctx context.Context, m decide.Made, keep time.Duration) error {
	f := formOf(m)
	if m.Decision.Send.State != claim.Sending && len(m.Snapshot.Items) > 0 {
		without := m
		without.Snapshot.Items = nil
		var err error
		if without.Decision, err = without.Again(); err == nil && without.Fingerprint() == f.Fingerprint {
			m = without // most rejections ask nothing of the catalogue
		}
	}
	contents := map[dynamo.Rev]dynamo.Content{}
	f.Model = k.model("recommend", m.Config.Model.Version, m.Config.Model, contents)
	f.CustomerValue = k.model("customer value", m.Config.CustomerValue.Version, m.Config.CustomerValue, contents)
	if found := nightOf(m.Config.Policy); len(found) > 0 {
		content, rev := dynamo.RevOf(found)
		f.Night, contents[rev] = rev, content
	}
	f.Rows = k.rows(m.Config.Model.Version, m.Snapshot.Items, m.Now.Add(keep), contents)
	if err := k.share(ctx, contents, m.Now, keep); err != nil {
		return err
	}
	made, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("write the inputs: %w", err)
	}
	send := m.Decision.Send
	return k.Store.SaveInputs(ctx, dynamo.Inputs{
		Customer: send.Intent.Customer, Send: send.ID, Decided: m.Now, Made: made, Gone: m.Now.Add(keep),
	})
}

// model adds a learned model to the contents and returns its revision. A version never
// changes, so each is encoded once.
func (k *Keeper) model(kind, version string, v any, contents map[dynamo.Rev]dynamo.Content) dynamo.Rev {
	k.mu.Lock()
	defer k.mu.Unlock()
	key := kind + " " + version
	s, ok := k.models[key]
	if !ok || version == "" {
		s.content, s.rev = dynamo.RevOf(v)
		if k.models == nil || len(k.models) >= mostModels {
			k.models = map[string]shared{}
		}
		k.models[key] = s
	}
	contents[s.rev] = s.content
	return s.rev
}

// seen names a row of the catalogue as a model sees it, by what can change of it: the
// stored product with its prices, and the live counters.
type seen struct {
	product shop.ProductID
	rev     dynamo.Rev
	model   string
	live    uint64
}

var seed = maphash.MakeSeed()

func seenOf(model string, row recommend.Item) seen {
	var h maphash.Hash
	h.SetSeed(seed)
	for _, n := range row.Live {
		maphash.WriteComparable(&h, n)
	}
	return seen{row.ID, row.Rev, model, h.Sum64()}
}

// rows returns where the rows of a decision are stored, by the list that has them. Those
// that are not stored for long enough are added to the contents as one list: stored one
// by one, each would cost a write unit, and ten of them take two together. To encode the
// rows of a message takes a tenth of its time; so each is encoded once.
func (k *Keeper) rows(model string, items map[shop.ProductID]recommend.Item, needed time.Time, contents map[dynamo.Rev]dynamo.Content) map[dynamo.Rev][]int {
	places := map[dynamo.Rev][]int{}
	var list []recommend.Item
	var names []seen                                     // of the list
	for _, id := range slices.Sorted(maps.Keys(items)) { // so that the same inputs are the same bytes
		name := seenOf(model, items[id])
		if p, ok := k.placeOf(name, needed); ok {
			places[p.list] = append(places[p.list], p.at)
			continue
		}
		list, names = append(list, items[id]), append(names, name)
	}
	if len(list) == 0 {
		return places
	}
	content, rev := dynamo.RevOf(list) // without the lock: a batch of decisions would wait for it
	contents[rev] = content
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.places == nil || len(k.places) >= mostKnown {
		k.places = map[seen]place{}
	}
	for at, row := range list {
		places[rev] = append(places[rev], at)
		if row.Rev != "" { // else it was not read from the catalogue, and nothing tells that it is the same
			k.places[names[at]] = place{rev, at}
		}
	}
	return places
}

// placeOf returns where a row is stored, if it is stored for long enough. Two decisions
// at once may store a row in a list each; both places have it.
func (k *Keeper) placeOf(name seen, needed time.Time) (place, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	p, ok := k.places[name]
	return p, ok && !k.known[p.list].Before(needed)
}

// share stores those of the contents that are not stored for long enough. It asks the
// table only about those that this worker has not stored or seen: a read costs a
// tenth of a write.
func (k *Keeper) share(ctx context.Context, contents map[dynamo.Rev]dynamo.Content, now time.Time, keep time.Duration) error {
	needed := now.Add(keep)
	k.mu.Lock()
	unknown := maps.Clone(contents)
	maps.DeleteFunc(unknown, func(rev dynamo.Rev, _ dynamo.Content) bool { return !k.known[rev].Before(needed) })
	k.mu.Unlock()
	if len(unknown) == 0 {
		return nil
	}
	_, until, err := k.Store.Contents(ctx, slices.Collect(maps.Keys(unknown)))
	if err != nil {
		return err
	}
	maps.DeleteFunc(unknown, func(rev dynamo.Rev, _ dynamo.Content) bool { return !until[rev].Before(needed) })
	if len(unknown) > 0 {
		gone := needed.Add(longer)
		if err := k.Store.SaveContents(ctx, unknown, gone); err != nil {
			return err
		}
		for rev := range unknown {
			until[rev] = gone
		}
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.known == nil || len(k.known)+len(until) > mostKnown {
		k.known = map[dynamo.Rev]time.Time{}
	}
	maps.Copy(k.known, until)
	return nil
}
