package dynamo

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/shared/profile"
	"regulars/shared/shop"
)

// zonesPartition is the partition of the zones that customers have. The kind of
// each item is the zone's IANA name.
const zonesPartition = shop.CustomerID(shop.ZonePrefix)

// NoteZone adds the zone of the profile to the zones that customers have, if this
// process has not added it yet. Every write of a profile does so before it, so that
// the planning of a run knows each zone that a stored profile has. A zone that no
// customer has any more stays: it costs a run a scan that finds none.
func (s *Store) NoteZone(ctx context.Context, p profile.Profile) error {
	names := p.Zones()
	if len(names) == 0 || p.ID.IsSignUp() {
		return nil
	}
	zone := names[0] // the one that counts: see shoppolicy.Shop.ZoneOf
	if _, known := s.zones.Load(zone); known {
		return nil
	}
	if err := s.put(ctx, &dynamodb.PutItemInput{TableName: &s.tables.Customers, Item: marshal(customerKey{zonesPartition, zone})}); err != nil {
		return fmt.Errorf("note the time zone %s: %w", zone, err)
	}
	s.zones.Store(zone, true)
	return nil
}

// Zones returns the IANA names of all zones that customers have or had, sorted. It
// reads consistently.
func (s *Store) Zones(ctx context.Context) (names []string, err error) {
	e := build(expression.NewBuilder().WithKeyCondition(expression.Key("customer").Equal(expression.Value(zonesPartition))))
	out, err := s.query(ctx, &dynamodb.QueryInput{ // 600 names at most: always one page of 1 MB
		TableName: &s.tables.Customers, ConsistentRead: new(true), KeyConditionExpression: e.KeyCondition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
	if err != nil {
		return nil, fmt.Errorf("read the time zones of the customers: %w", err)
	}
	for _, m := range out.Items {
		var key customerKey
		if err := unmarshal(m, &key); err != nil {
			return nil, err
		}
		names = append(names, key.Kind)
	}
	return names, nil
}
