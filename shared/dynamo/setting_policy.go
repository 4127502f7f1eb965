package dynamo

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// settingKey is the key of an item of the settings: a policy, the pointer to
// the one in force, a part of the model, a campaign's run and so on (see the
// package comment).
type settingKey struct {
	Setting string `dynamodbav:"setting"`
}

func keyOfPolicy(version string) settingKey { return settingKey{"policy/" + version} }

// keyInForce is the key of the pointer; a version cannot begin with "@".
var keyInForce = settingKey{"policy/@current"}

type settingItem struct {
	settingKey
	Version string `dynamodbav:"version"`
	Data    []byte `dynamodbav:"data,omitempty"`
}

// mostData is the limit of the data of one item, in bytes: DynamoDB allows 400
// KB for the whole item.
const mostData = 390 << 10

// SavePolicy puts a compiled policy in force: it stores the policy under its
// version and moves the pointer, both or neither. It fails with [ErrConflict]
// if that version is stored with another body: a version never changes.
//
// body is opaque and at most 390 KiB. Older versions stay; save one again to
// put it in force again.
func (s *Store) SavePolicy(ctx context.Context, version string, body []byte) error {
	if err := s.savePolicy(ctx, version, body); err != nil {
		return fmt.Errorf("save policy %s: %w", version, err)
	}
	return nil
}

func (s *Store) savePolicy(ctx context.Context, version string, body []byte) error {
	if version == "" || version[0] == '@' {
		return errors.New("a version is not empty and does not begin with @")
	}
	if len(body) > mostData {
		return fmt.Errorf("it has %d bytes; at most %d fit", len(body), mostData)
	}
	e := where(expression.AttributeNotExists(expression.Name("setting")).
		Or(expression.Name("data").Equal(expression.Value(body))))
	err := s.transact(ctx,
		types.TransactWriteItem{Put: &types.Put{
			TableName: &s.tables.Settings, Item: marshal(settingItem{keyOfPolicy(version), version, body}),
			ConditionExpression:      e.Condition(),
			ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
		}},
		types.TransactWriteItem{Put: &types.Put{ // the last publisher wins: no condition
			TableName: &s.tables.Settings, Item: marshal(settingItem{settingKey: keyInForce, Version: version}),
		}})
	return s.readBack(ctx, err, func() (bool, error) {
		inForce, err := s.setting(ctx, keyInForce)
		return inForce.Version == version, err
	})
}

// PolicyVersion returns the version in force, for one read unit. It fails with
// [ErrNotFound] if no policy was saved yet.
func (s *Store) PolicyVersion(ctx context.Context) (string, error) {
	inForce, err := s.setting(ctx, keyInForce)
	if err != nil {
		return "", fmt.Errorf("read the policy in force: %w", err)
	}
	return inForce.Version, nil
}

// Policy returns the policy in force and its version. It fails with
// [ErrNotFound] if none was saved yet.
func (s *Store) Policy(ctx context.Context) (version string, body []byte, err error) {
	version, err = s.PolicyVersion(ctx)
	if err != nil {
		return "", nil, err
	}
	it, err := s.setting(ctx, keyOfPolicy(version))
	if err != nil {
		return "", nil, fmt.Errorf("read policy %s: %w", version, err)
	}
	return version, it.Data, nil
}

func (s *Store) setting(ctx context.Context, key settingKey) (it settingItem, err error) {
	m, err := s.get(ctx, s.tables.Settings, key)
	if err != nil {
		return it, err
	}
	if m == nil {
		return it, ErrNotFound
	}
	return it, unmarshal(m, &it)
}

// PolicyOf returns the policy of a version, in force or not. It fails with
// [ErrNotFound] if that version was never saved.
func (s *Store) PolicyOf(ctx context.Context, version string) ([]byte, error) {
	it, err := s.setting(ctx, keyOfPolicy(version))
	if err != nil {
		return nil, fmt.Errorf("read policy %s: %w", version, err)
	}
	return it.Data, nil
}
