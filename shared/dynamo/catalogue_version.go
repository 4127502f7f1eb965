package dynamo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Versions lists the versions of the learned model; each night writes one. A
// version is stored in several places: a part of it in each product's row
// ([Store.SaveLearned]), and named parts that are read as a whole
// ([Store.Model]). All of it comes into force at once, because this one item
// points at it.
type Versions struct {
	InForce string `json:"in_force,omitempty"` // the version that is read; empty: nothing was learned yet

	// Before is the other complete version: [Store.GoBack] can put it in force. It
	// is empty while a night writes a new version in its place.
	Before string `json:"before,omitempty"`

	// Writing is a version that was begun and is not complete: its night is
	// running, or has failed.
	Writing string `json:"writing,omitempty"`

	// Gone are discarded versions that rows may still hold; the next write of a
	// row removes them.
	Gone []string `json:"gone,omitempty"`
}

var (
	keyOfVersions = settingKey{"learned/@versions"} // "@" cannot begin a version

	errNoVersion = errors.New("a version of the model is not empty and does not begin with @")
)

// keyOfPart returns the key of a named part of the model, such as the popular
// products. The item holds each version in an attribute of its own, as the rows
// of the catalogue do.
func keyOfPart(name string) settingKey { return settingKey{"learned/" + name} }

// mostPart is the largest part, in bytes, of which two versions fit in one
// item.
const mostPart = mostData / 2

// Versions returns the versions of the model; the zero Versions if nothing was
// learned yet.
func (s *Store) Versions(ctx context.Context) (v Versions, err error) {
	if _, err = s.shared(ctx, keyOfVersions, &v); err != nil {
		return Versions{}, fmt.Errorf("read the versions of the model: %w", err)
	}
	return v, nil
}

// BeginModel stores that a version will be written, and returns the versions to
// write and to remove, for [Store.SaveLearned]. The version in force stays
// complete and in force. The one before it is discarded, and so is a version
// that another call is writing: its [Store.PublishModel] fails.
//
// It fails if the version is in force: writing it again would change it while
// it is read.
func (s *Store) BeginModel(ctx context.Context, version string) (Versions, error) {
	v, err := s.updateVersions(ctx, func(v Versions) (Versions, error) {
		if version == "" || strings.HasPrefix(version, "@") {
			return v, errNoVersion
		}
		if version == v.InForce {
			return v, errors.New("it is in force, and a version never changes; try again a second later, under a new name")
		}
		gone := append(slices.Clone(v.Gone), v.Before, v.Writing)
		v.Gone = slices.DeleteFunc(gone, func(g string) bool { return g == "" || g == version })
		slices.Sort(v.Gone)
		v.Gone = slices.Compact(v.Gone)
		v.Before, v.Writing = "", version
		return v, nil
	})
	if err != nil {
		return Versions{}, fmt.Errorf("begin version %s of the model: %w", version, err)
	}
	return v, nil
}

// PublishModel writes the named parts of a version whose rows are all written,
// and puts it in force. parts are opaque, each at most 195 KiB. The version
// before stays complete, for [Store.GoBack].
//
// It fails with [ErrConflict] if another call has begun another version since,
// and may have removed rows of this one; then the version in force does not
// change. A version that is in force can be published again.
func (s *Store) PublishModel(ctx context.Context, version string, parts map[string][]byte) error {
	if err := s.publishModel(ctx, version, parts); err != nil {
		return fmt.Errorf("publish version %s of the model: %w", version, err)
	}
	return nil
}

func (s *Store) publishModel(ctx context.Context, version string, parts map[string][]byte) error {
	v, err := s.Versions(ctx)
	if err != nil {
		return err
	}
	for name, data := range parts {
		if err := s.savePart(ctx, version, v.Gone, name, data); err != nil {
			return fmt.Errorf("part %s: %w", name, err)
		}
	}
	overtaken := false
	_, err = s.updateVersions(ctx, func(v Versions) (Versions, error) {
		if v.InForce == version {
			overtaken = false
			return v, nil
		}
		if overtaken = v.Writing != version; !overtaken {
			return Versions{InForce: version, Before: v.InForce}, nil
		}
		if version != v.Before && !slices.Contains(v.Gone, version) { // its rows may have been written after they were removed
			v.Gone = append(slices.Clone(v.Gone), version)
		}
		return v, nil
	})
	if err == nil && overtaken {
		return fmt.Errorf("another night has begun a version since: %w", ErrConflict)
	}
	return err
}

// savePart writes a named part of a version and removes the versions in gone.
func (s *Store) savePart(ctx context.Context, version string, gone []string, name string, data []byte) error {
	if len(data) > mostPart {
		return fmt.Errorf("it has %d bytes; at most %d fit", len(data), mostPart)
	}
	update := expression.Set(expression.Name(learnedIn(version)), expression.Value(data))
	for _, g := range gone {
		if g != version {
			update = update.Remove(expression.Name(learnedIn(g)))
		}
	}
	e := build(expression.NewBuilder().WithUpdate(update))
	_, err := s.update(ctx, &dynamodb.UpdateItemInput{ // no condition: it is not read before the version is in force
		TableName: &s.tables.Settings, Key: marshal(keyOfPart(name)), UpdateExpression: e.Update(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
	return err
}

// GoBack puts the other complete version in force; every function uses it
// within a minute (see package policycache). It fails with [ErrNotFound] if
// there is no such version, or only a part of it. The next night replaces it.
func (s *Store) GoBack(ctx context.Context, version string) error {
	_, err := s.updateVersions(ctx, func(v Versions) (Versions, error) {
		switch version {
		case "": // Before is empty while a night writes
			return v, ErrNotFound
		case v.InForce:
			return v, nil
		case v.Before:
			v.InForce, v.Before = v.Before, v.InForce
			return v, nil
		case v.Writing:
			return v, fmt.Errorf("only a part of it is written: %w", ErrNotFound)
		}
		return v, ErrNotFound
	})
	if err != nil {
		return fmt.Errorf("go back to version %q of the model: %w", version, err)
	}
	return nil
}

// updateVersions replaces the versions with the result of change, and returns
// it. It calls change again if another call changed them first.
func (s *Store) updateVersions(ctx context.Context, change func(Versions) (Versions, error)) (Versions, error) {
	var changed Versions
	err := Retry(ctx, s.Pause, func() error {
		var old Versions
		rev, err := s.shared(ctx, keyOfVersions, &old)
		if err != nil {
			return err
		}
		if changed, err = change(old); err != nil {
			return err
		}
		it := sharedItemOf(keyOfVersions, changed)
		if it.Rev == rev {
			return nil
		}
		return s.putShared(ctx, it, rev)
	})
	if err != nil {
		return Versions{}, err
	}
	return changed, nil
}

// Model returns the part of that name of the version in force, and the version.
// It fails with [ErrNotFound] if nothing was learned yet, and also if the
// version has no such part; then it returns the version. It costs one read
// unit, and one for each 4 KB of two versions of the part.
func (s *Store) Model(ctx context.Context, name string) (version string, data []byte, err error) {
	v, err := s.Versions(ctx)
	if err != nil {
		return "", nil, err
	}
	if v.InForce == "" {
		return "", nil, fmt.Errorf("read the model's part %s: %w", name, ErrNotFound)
	}
	data, err = s.ModelOf(ctx, v.InForce, name)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return "", nil, err
	}
	return v.InForce, data, err
}

// ModelOf returns the part of that name of a version. It fails with
// [ErrNotFound] if the version has no such part or does not exist. It costs one
// read unit for each 4 KB of two versions of the part.
func (s *Store) ModelOf(ctx context.Context, version, name string) (data []byte, err error) {
	m, err := s.get(ctx, s.tables.Settings, keyOfPart(name))
	if err != nil {
		return nil, fmt.Errorf("read the model's part %s: %w", name, err)
	}
	part, ok := m[learnedIn(version)].(*types.AttributeValueMemberB)
	if !ok {
		return nil, fmt.Errorf("read the model's part %s of version %s: %w", name, version, ErrNotFound)
	}
	return part.Value, nil
}
