package dynamo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"regulars/shared/shop"
)

// Content is a value that the inputs of many decisions name: rows of the catalogue, or a
// part of the learned model. It is stored under a hash of itself, so it never changes.
type Content []byte

// RevOf returns v as a content, and the revision under which it is stored. It panics if
// v cannot be JSON.
func RevOf(v any) (Content, Rev) {
	b, rev := bodyOf(v)
	return Content(b), rev
}

// contentPrefix begins the keys of contents: no customer has it.
const contentPrefix = "content:"

// contentItem is an item of Decisions that belongs to no customer.
type contentItem struct {
	sendKey
	Body body  `dynamodbav:"body"`
	Gone int64 `dynamodbav:"gone"`
}

func keyOfContent(rev Rev) sendKey {
	return keyOfSend(shop.CustomerID(contentPrefix+rev), "-")
}

// SaveContents stores contents, each under its revision, until gone. A content that is
// stored already gets the new time.
func (s *Store) SaveContents(ctx context.Context, all map[Rev]Content, gone time.Time) error {
	var items []item
	for rev, content := range all {
		items = append(items, marshal(contentItem{keyOfContent(rev), body(content), gone.Unix()}))
	}
	for chunk := range slices.Chunk(items, mostPuts) {
		if err := s.batchPut(ctx, s.tables.Decisions, chunk); err != nil {
			return fmt.Errorf("save %d contents of decisions: %w", len(all), err)
		}
	}
	return nil
}

// Contents returns those of the contents that are stored, and until when each is. A
// content that does not have its revision, because somebody changed it, is left out.
// The read is not consistent.
func (s *Store) Contents(ctx context.Context, revs []Rev) (map[Rev]Content, map[Rev]time.Time, error) {
	var keys []item
	for _, rev := range revs {
		keys = append(keys, marshal(keyOfContent(rev)))
	}
	found, until := map[Rev]Content{}, map[Rev]time.Time{}
	err := s.batchGet(ctx, s.tables.Decisions, keys, false, func(m item) error {
		var it contentItem
		if err := unmarshal(m, &it); err != nil {
			return err
		}
		if rev := it.Body.rev(); it.sendKey == keyOfContent(rev) {
			found[rev], until[rev] = Content(it.Body), time.Unix(it.Gone, 0).UTC()
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("read %d contents of decisions: %w", len(revs), err)
	}
	return found, until, nil
}
