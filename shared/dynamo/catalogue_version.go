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

// Versions says which nights of learning there are. A version is stored in many
// places: a part of it beside each product ([Store.SaveLearned]), and some that
// are read as a whole, each under a name ([Store.Model]). It is in force in all
// of them or in none, because this one item points at it.
type Versions struct {
	InForce string `json:"in_force,omitempty"` // what is read; empty: nothing was learned yet

	// Before is the version to go back to (or forward to, for who went back): the
	// other one that is whole. Empty while a night is at work, which takes its place.
	Before string `json:"before,omitempty"`

	// Writing was begun and is not whole: a night is at work, or it failed.
	Writing string `json:"writing,omitempty"`

	// Gone are those of which rows may hold something still; whoever writes the
	// rows takes it out.
	Gone []string `json:"gone,omitempty"`
}

var (
	keyOfVersions = settingKey{"learned/@versions"} // "@" cannot begin a version

	errNoVersion = errors.New("a version of what was learned is not empty and does not begin with @")
)

// keyOfPart names what is read as a whole under a name, such as what is popular. It
// holds each version in an attribute of its own, as the rows of the catalogue do.
func keyOfPart(name string) settingKey { return settingKey{"learned/" + name} }

// mostPart lets two versions fit in one item.
const mostPart = mostData / 2

// Versions returns which versions there are; the zero Versions where nothing was
// ever learned.
func (s *Store) Versions(ctx context.Context) (v Versions, err error) {
	if _, err = s.shared(ctx, keyOfVersions, &v); err != nil {
		return Versions{}, fmt.Errorf("read which versions were learned: %w", err)
	}
	return v, nil
}

// BeginModel notes that a version will be written, and returns what is to be
// written and what to be taken out, for [Store.SaveLearned]. The version in
// force stays in force and whole. The one before it is given up, and so is one
// that somebody else is writing: their [Store.PublishModel] fails.
//
// It fails where the version is in force already: it would be changed under its
// readers.
func (s *Store) BeginModel(ctx context.Context, version string) (Versions, error) {
	v, err := s.updateVersions(ctx, func(v Versions) (Versions, error) {
		if version == "" || strings.HasPrefix(version, "@") {
			return v, errNoVersion
		}
		if version == v.InForce {
			return v, errors.New("it is in force, and a version never changes; a second later it will have another name")
		}
		gone := append(slices.Clone(v.Gone), v.Before, v.Writing)
		v.Gone = slices.DeleteFunc(gone, func(g string) bool { return g == "" || g == version })
		slices.Sort(v.Gone)
		v.Gone = slices.Compact(v.Gone)
		v.Before, v.Writing = "", version
		return v, nil
	})
	if err != nil {
		return Versions{}, fmt.Errorf("begin version %s of what was learned: %w", version, err)
	}
	return v, nil
}

// PublishModel puts a version into force of which all rows are written. parts are
// what is read as a whole, by name: opaque, each at most 190 KB. The version
// before stays whole, for [Store.GoBack].
//
// It fails with [ErrConflict] where somebody began another version meanwhile and
// may have taken out rows of this one; nothing is in force then that was not
// before. Publishing again what is in force is fine.
func (s *Store) PublishModel(ctx context.Context, version string, parts map[string][]byte) error {
	if err := s.publishModel(ctx, version, parts); err != nil {
		return fmt.Errorf("publish version %s of what was learned: %w", version, err)
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
	beaten := false
	_, err = s.updateVersions(ctx, func(v Versions) (Versions, error) {
		if v.InForce == version {
			beaten = false
			return v, nil
		}
		if beaten = v.Writing != version; !beaten {
			return Versions{InForce: version, Before: v.InForce}, nil
		}
		if version != v.Before && !slices.Contains(v.Gone, version) { // its rows may have been written since they were cleaned
			v.Gone = append(slices.Clone(v.Gone), version)
		}
		return v, nil
	})
	if err == nil && beaten {
		return fmt.Errorf("another night began since: %w", ErrConflict)
	}
	return err
}

// savePart writes a part of a version beside those of others, and takes out what is
// gone.
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
	_, err := s.update(ctx, &dynamodb.UpdateItemInput{ // no condition: nobody reads it before it is in force
		TableName: &s.tables.Settings, Key: marshal(keyOfPart(name)), UpdateExpression: e.Update(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
	return err
}

// GoBack puts another whole version into force, within a minute everywhere (see
// package policycache). It fails with [ErrNotFound] where there is no such version,
// or not all of it. The next night of learning goes forward again.
func (s *Store) GoBack(ctx context.Context, version string) error {
	_, err := s.updateVersions(ctx, func(v Versions) (Versions, error) {
		switch version {
		case "": // as Before is while a night is at work
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
		return fmt.Errorf("go back to version %q of what was learned: %w", version, err)
	}
	return nil
}

// updateVersions replaces the versions by what change makes of them. change is
// called again each time that another writer came first.
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
// It fails with [ErrNotFound] where nothing was learned yet; and also where the
// version has no such part, which it then names. It costs one read unit, and one for
// each 4 KB of two versions of the part.
func (s *Store) Model(ctx context.Context, name string) (version string, data []byte, err error) {
	v, err := s.Versions(ctx)
	if err != nil {
		return "", nil, err
	}
	if v.InForce == "" {
		return "", nil, fmt.Errorf("read the learned %s: %w", name, ErrNotFound)
	}
	m, err := s.get(ctx, s.tables.Settings, keyOfPart(name))
	if err != nil {
		return "", nil, fmt.Errorf("read the learned %s: %w", name, err)
	}
	part, ok := m[learnedIn(v.InForce)].(*types.AttributeValueMemberB)
	if !ok {
		return v.InForce, nil, fmt.Errorf("read the learned %s of version %s: %w", name, v.InForce, ErrNotFound)
	}
	return v.InForce, part.Value, nil
}
