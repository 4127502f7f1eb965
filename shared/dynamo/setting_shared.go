package dynamo

import "context"

// sharedItem is a setting that several functions change, each write under the
// revision that it read.
type sharedItem struct {
	settingKey
	Rev  Rev  `dynamodbav:"rev"`
	Body body `dynamodbav:"body"`
}

func sharedItemOf(key settingKey, v any) sharedItem {
	text, rev := bodyOf(v)
	return sharedItem{key, rev, text}
}

// readShared reads an item into v and returns its revision. If m is nil, it
// leaves v as it is.
func readShared(m item, v any) (Rev, error) {
	if m == nil {
		return "", nil
	}
	var it sharedItem
	if err := unmarshal(m, &it); err != nil {
		return "", err
	}
	return it.Rev, it.Body.read(v)
}

func (s *Store) shared(ctx context.Context, key settingKey, v any) (Rev, error) {
	m, err := s.get(ctx, s.tables.Settings, key)
	if err != nil {
		return "", err
	}
	return readShared(m, v)
}

// putShared writes the item if the stored revision is rev; else it fails with
// [refused].
func (s *Store) putShared(ctx context.Context, it sharedItem, rev Rev) error {
	err := s.saveAlone(ctx, s.tables.Settings, it, "setting", rev, it.Rev)
	return s.readBack(ctx, err, func() (bool, error) {
		m, err := s.get(ctx, s.tables.Settings, it.settingKey)
		return revOf(m) == it.Rev, err
	})
}
