package dynamo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/profile"
	"regulars/shared/shop"
)

// bought is a part of the sums that are stored beside a profile: see
// [profile.Profile.PutBeside].
type bought struct {
	Beside int                        `json:"beside"` // of the profile with which it was written
	Sums   map[shop.ProductID]threeOf `json:"sums"`
}

// threeOf is a [profile.Units] in a third of the place: orders, units, returned.
type threeOf [3]int

const kindBought = "BOUGHT/"

func keyOfBought(id shop.CustomerID, part int) customerKey {
	return customerKey{boughtOf(id), fmt.Sprintf("%s%02d", kindBought, part)}
}

// boughtOf returns the partition of what is beside the customer's profile.
func boughtOf(id shop.CustomerID) shop.CustomerID { return shop.BoughtPrefix + id }

// putBeside returns the profile as it is stored, and the writes of the sums that go
// beside it. They belong in the transaction that saves the profile: its revision
// makes sure that they are added once. If an item beside it has a higher count than the
// profile, such as after a restore in part, the profile gets one above that.
func (s *Store) putBeside(ctx context.Context, id shop.CustomerID, p profile.Profile) (profile.Profile, []types.TransactWriteItem, error) {
	first := p.Beside == 0
	p, moved := p.PutBeside(s.MostBought)
	if len(moved) == 0 {
		return p, nil, nil
	}
	next := map[customerKey]map[shop.ProductID]profile.Units{} // the sums of each item
	for part, sums := range moved {
		next[keyOfBought(id, part)] = sums
	}
	revs, latest, err := s.addBeside(ctx, id, next, first)
	if err != nil {
		return p, nil, fmt.Errorf("read what is beside the profile of %s: %w", id, err)
	}
	if latest > p.Beside { // not by a fold: it would be what this fold writes, if it was made before
		p = p.WroteBeside(latest+1, moved)
	}
	var writes []types.TransactWriteItem
	for _, key := range slices.SortedFunc(maps.Keys(next), func(a, b customerKey) int { return strings.Compare(a.Kind, b.Kind) }) {
		of := bought{Beside: p.Beside, Sums: map[shop.ProductID]threeOf{}}
		for product, u := range next[key] {
			of.Sums[product] = threeOf{u.Orders, u.Units, u.Returned}
		}
		b, written := bodyOf(of)
		writes = append(writes, putAt(s.tables.Customers, customerItem{key, written, b}, "customer", revs[key]))
	}
	return p, writes, nil
}

// addBeside adds the sums of the stored items to those that are to be written, and
// returns the items' revisions and the highest of their counts. A profile has nothing
// beside it until first: what is stored was beside one that an import or a restore has
// overwritten, with sums that are in the profile by now. So it is not added, and all of it
// is overwritten, if by nothing.
func (s *Store) addBeside(ctx context.Context, id shop.CustomerID, next map[customerKey]map[shop.ProductID]profile.Units, first bool) (revs map[customerKey]Rev, latest int, err error) {
	revs = map[customerKey]Rev{}
	if first {
		err = s.eachBought(ctx, id, func(m item) error {
			var key customerKey
			var of bought
			rev, err := readCustomer(m, &of)
			if err = errors.Join(err, unmarshal(m, &key)); err != nil {
				return err
			}
			if _, written := next[key]; !written {
				next[key] = nil
			}
			revs[key], latest = rev, max(latest, of.Beside)
			return nil
		})
		return revs, latest, err
	}
	for key, sums := range next {
		var of bought
		rev, err := s.customer(ctx, key, &of) // not a batch: some functions may read single items only
		if err != nil {
			return nil, 0, err
		}
		next[key], revs[key], latest = profile.Add(of.units(), sums), rev, max(latest, of.Beside)
	}
	return revs, latest, nil
}

func (b bought) units() map[shop.ProductID]profile.Units {
	all := make(map[shop.ProductID]profile.Units, len(b.Sums))
	for product, n := range b.Sums {
		all[product] = profile.Units{Orders: n[0], Units: n[1], Returned: n[2]}
	}
	return all
}

// eachBought calls visit with each item beside the customer's profile.
func (s *Store) eachBought(ctx context.Context, id shop.CustomerID, visit func(item) error) error {
	e := build(expression.NewBuilder().WithKeyCondition(expression.Key("customer").Equal(expression.Value(boughtOf(id)))))
	in := &dynamodb.QueryInput{
		TableName: &s.tables.Customers, ConsistentRead: new(true), KeyConditionExpression: e.KeyCondition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	}
	for {
		out, err := s.query(ctx, in)
		if err != nil {
			return err
		}
		for _, m := range out.Items {
			if err := visit(m); err != nil {
				return err
			}
		}
		if in.ExclusiveStartKey = out.LastEvaluatedKey; len(in.ExclusiveStartKey) == 0 {
			return nil
		}
	}
}

// errOtherState means that a profile and what is beside it are not of one state: one of
// them was changed during the read.
var errOtherState = fmt.Errorf("the profile was changed during the read: %w", ErrConflict)

// retryRead is [Retry] for a try that calls withBought. A profile that never is of one
// state with what is beside it was not changed by another call, but broken by hand, by a
// restore in part or by an import over it: the error is no [ErrConflict] then, which
// callers retry or pass over.
func (s *Store) retryRead(ctx context.Context, try func() error) error {
	err := Retry(ctx, s.Pause, try)
	if errors.Is(err, errOtherState) {
		err = fmt.Errorf("%w: the profile and the items beside it are of two states, in %d reads", ErrUnreadable, Attempts)
	}
	return err
}

// withBought returns the profile with the sums beside it: those of the products, or
// all of them if products is nil. It fails with [ErrConflict] if the sums are of another
// state than the profile, older or newer; then read the profile again. Neither a query
// nor a batch is one instant for all of its items.
func (s *Store) withBought(ctx context.Context, id shop.CustomerID, p profile.Profile, products []shop.ProductID) (profile.Profile, error) {
	if p.Beside == 0 || products != nil && len(products) == 0 {
		return p, nil
	}
	keys := map[customerKey]item{}
	for _, product := range products {
		key := keyOfBought(id, profile.Part(product))
		keys[key] = marshal(key)
	}
	found := map[customerKey]int{} // Beside of each
	p.Read = map[shop.ProductID]profile.Units{}
	read := func(m item) error {
		var key customerKey
		var of bought
		_, err := readCustomer(m, &of)
		if err = errors.Join(err, unmarshal(m, &key)); err != nil {
			return err
		}
		found[key] = of.Beside
		for product, u := range of.units() {
			if products == nil || slices.Contains(products, product) {
				p.Read[product] = u
			}
		}
		return nil
	}
	var err error
	if products == nil {
		err = s.eachBought(ctx, id, read)
	} else {
		err = s.batchGet(ctx, s.tables.Customers, values(keys), true, read)
	}
	newer, older := false, false
	for _, beside := range found {
		newer = newer || beside > p.Beside
	}
	for part, beside := range p.Written {
		key := keyOfBought(id, part)
		if _, asked := keys[key]; asked || products == nil {
			older = older || found[key] < beside // or missing
		}
	}
	if err == nil && (newer || older) {
		err = errOtherState
	}
	if err != nil {
		return p, fmt.Errorf("read what is beside the profile of %s: %w", id, err)
	}
	return p, nil
}

// whole returns a profile that was read in a listing or a batch with all sums beside it.
// If they are of another state than the profile, it reads the profile again: by a query,
// which all who list or read batches may make. It returns the zero value if the customer
// was deleted since.
func (s *Store) whole(ctx context.Context, id shop.CustomerID, of stored[profile.Profile]) (stored[profile.Profile], error) {
	var err error
	if of.value, err = s.withBought(ctx, id, of.value, nil); !errors.Is(err, ErrConflict) {
		return of, err
	}
	err = s.retryRead(ctx, func() error {
		read, err := s.partition(ctx, id)
		if err == nil {
			of.rev = read.ProfileRev
			of.value, err = s.withBought(ctx, id, read.Profile, nil)
		}
		return err
	})
	return of, err
}

// deleteBought returns the writes that delete what is beside the customer's profile.
// They belong in the transaction that deletes the profile.
func (s *Store) deleteBought(ctx context.Context, id shop.CustomerID) (writes []types.TransactWriteItem, err error) {
	err = s.eachBought(ctx, id, func(m item) error {
		var key customerKey
		if err := unmarshal(m, &key); err != nil {
			return err
		}
		writes = append(writes, types.TransactWriteItem{Delete: &types.Delete{TableName: &s.tables.Customers, Key: marshal(key)}})
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what is beside the profile of %s: %w", id, err)
	}
	return writes, nil
}
