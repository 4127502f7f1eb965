// Package cataloguecache keeps decoded rows of the catalogue in a function's memory, so
// that messages about the same products read each of them once a minute and not once a
// message.
//
// A row is kept for [Fresh]. What a message says of a product must be newer than that: so
// the caller asks [Cache.Changed] about the products that a message names, just before it
// is sent, and decides again if one has changed. What only ranks or explains (live
// counters, what was learned, titles in reasons) may be that old.
//
// Rows are shared by all callers. Do not change what they point to.
package cataloguecache

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

const (
	// Fresh is how long after its read began a row is used.
	Fresh = time.Minute

	// Most is about how many bytes of rows a cache keeps: some ten thousand rows.
	Most = 32 << 20
)

// Store reads the catalogue; [dynamo.Store] is one.
type Store interface {
	Sources(ctx context.Context, as recommend.Model, ids []shop.ProductID, counted int) (map[shop.ProductID]recommend.Item, error)
	ProductRevs(context.Context, []shop.ProductID) (map[shop.ProductID]dynamo.Rev, error)
}

// Cache has rows of the catalogue. Many goroutines may use it at once.
type Cache struct {
	store Store
	now   func() time.Time
	most  int

	mu    sync.Mutex
	turn  int64 // counts reads and what is forgotten, in the order in which they begin
	rows  map[key]entry
	bytes int
}

// key names a row as a version of the learned model sees it.
type key struct {
	model   string
	product shop.ProductID
}

// entry is what the last read said of a product.
type entry struct {
	row   recommend.Item
	known bool      // the catalogue has the product
	live  bool      // the read had its live counters
	valid bool      // false: it was forgotten, and what began to be read before that must not come back
	turn  int64     // of the read
	at    time.Time // when the read began
	bytes int
}

// New returns an empty cache. now is the function's clock.
func New(store Store, now func() time.Time) *Cache {
	return &Cache{store: store, now: now, most: Most, rows: map[key]entry{}}
}

// Items returns the products that the catalogue knows, by ID, as [dynamo.Store.Items]
// does, at most [Fresh] old.
func (c *Cache) Items(ctx context.Context, as recommend.Model, ids []shop.ProductID) (map[shop.ProductID]recommend.Item, error) {
	return c.Sources(ctx, as, ids, 0)
}

// Sources is [Cache.Items] with live counters, as [dynamo.Store.Sources] reads them.
func (c *Cache) Sources(ctx context.Context, as recommend.Model, ids []shop.ProductID, counted int) (map[shop.ProductID]recommend.Item, error) {
	found := make(map[shop.ProductID]recommend.Item, len(ids))
	var missing []shop.ProductID
	lacking := 0 // of missing, the first, whose counters are to be read
	c.mu.Lock()
	began := c.now()
	for i, id := range ids {
		live := i < counted
		switch e := c.rows[key{as.Version, id}]; {
		case !e.usable(began) || live && !e.live:
			missing = append(missing, id)
			if live {
				lacking++
			}
		case e.known:
			found[id] = e.seen(live)
		}
	}
	c.turn++
	turn := c.turn
	c.mu.Unlock()
	if len(missing) == 0 {
		return found, nil
	}
	read, err := c.store.Sources(ctx, as, missing, lacking)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, id := range missing {
		row, known := read[id]
		live := i < lacking
		e := c.keep(key{as.Version, id}, entry{row, known, live, true, turn, began, sizeOf(row)})
		if e.known {
			found[id] = e.seen(live)
		}
	}
	return found, nil
}

func (e entry) usable(now time.Time) bool { return e.valid && now.Sub(e.at) < Fresh }

// seen returns the row, with its live counters only for a caller that asks for them: what
// it gets must not depend on what others have read.
func (e entry) seen(live bool) recommend.Item {
	if !live {
		e.row.Live = nil
	}
	return e.row
}

// keep keeps what was read, unless a later read said something else, or a read that
// answered from an older copy of the table. It returns what holds.
func (c *Cache) keep(k key, read entry) entry {
	old, ok := c.rows[k]
	switch {
	case ok && old.turn > read.turn && old.usable(read.at):
		return old
	case ok && old.turn > read.turn:
		return read // it is the caller's answer, but no one else's
	case old.usable(read.at) && old.known && read.known && read.row.Revision.Before(old.row.Revision):
		return old
	}
	if c.bytes+read.bytes > c.most {
		c.makeRoom(read)
		old = c.rows[k]
	}
	c.bytes += read.bytes - old.bytes
	c.rows[k] = read
	return read
}

// makeRoom drops the rows that are too old, or all if that is not enough. What was
// forgotten stays until it is too old, because a read may still be under way.
func (c *Cache) makeRoom(read entry) {
	maps.DeleteFunc(c.rows, func(_ key, e entry) bool { return read.at.Sub(e.at) >= Fresh })
	c.bytes = 0
	for _, e := range c.rows {
		c.bytes += e.bytes
	}
	if c.bytes+read.bytes > c.most {
		maps.DeleteFunc(c.rows, func(_ key, e entry) bool { return e.valid })
		c.bytes = 0
	}
}

// Forget makes the next [Cache.Items] read these products.
func (c *Cache) Forget(as recommend.Model, ids ...shop.ProductID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.turn++
	for _, id := range ids {
		k := key{as.Version, id}
		c.bytes -= c.rows[k].bytes
		c.rows[k] = entry{turn: c.turn, at: c.now()}
	}
}

// Changed reports whether one of the products has another revision in the catalogue than
// its row, or is not there any more, and forgets those that do. It reads them in one
// batch.
func (c *Cache) Changed(ctx context.Context, as recommend.Model, rows []recommend.Item) (bool, error) {
	if len(rows) == 0 {
		return false, nil
	}
	ids := make([]shop.ProductID, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	revs, err := c.store.ProductRevs(ctx, ids)
	if err != nil {
		return false, err
	}
	changed := slices.DeleteFunc(slices.Clone(rows), func(row recommend.Item) bool { return revs[row.ID] == row.Rev })
	for _, row := range changed {
		c.Forget(as, row.ID)
	}
	return len(changed) > 0, nil
}

// sizeOf returns about how many bytes a row takes in memory.
func sizeOf(row recommend.Item) int {
	n := 1024 + len(row.Title) + len(row.Category) + len(row.URL) + len(row.Image) + 64*(len(row.Neighbours)+len(row.Live)+len(row.Prices))
	for _, title := range row.Titles {
		n += 64 + len(title)
	}
	for _, related := range row.Relations {
		n += 64 + 32*len(related)
	}
	return n
}
