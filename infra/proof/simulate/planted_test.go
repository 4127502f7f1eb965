package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/infra/proof/simulate/judge"
	"regulars/infra/proof/simulate/world"
	"regulars/shared/claim"
	"regulars/shared/content"
	"regulars/shared/dispatch"
	"regulars/shared/dynamo"
	"regulars/shared/ses"
)

// A judge that finds nothing proves nothing: it must find each fault that is planted
// here, as a breach of the right promise.
func TestPlantedFaultsAreFound(t *testing.T) {
	for name, c := range map[string]struct {
		swap  world.Swap
		wants judge.Promise
	}{
		"SES is asked again after a lost answer": {
			world.Swap{SES: func(s dispatch.SES) dispatch.SES { return insistent{s} }}, judge.Once,
		},
		"every message is handed over twice": {
			world.Swap{SES: func(s dispatch.SES) dispatch.SES { return twice{s} }}, judge.Once,
		},
		"a claim does not look at the send's record": {
			world.Swap{Client: func(c dynamo.Client) dynamo.Client { return blind{c, "Sends"} }}, judge.Once,
		},
		"a claim does not look whether the contact changed": {
			world.Swap{Client: func(c dynamo.Client) dynamo.Client { return blind{c, "Customers"} }}, judge.Capped,
		},
		"clocks differ by more than the slack": {world.Swap{Skew: -10 * time.Minute}, judge.Capped},
		"a claim that was met is forgotten": {
			world.Swap{Attempts: func(a dispatch.Attempts) dispatch.Attempts { return forgetful{a} }}, judge.NothingLost,
		},
		"a wait is acknowledged and not stored": {
			world.Swap{Claims: func(c dispatch.Claims) dispatch.Claims { return careless{c} }}, judge.NothingLost,
		},
		"an opt-out is answered and not stored": {
			world.Swap{Client: func(c dynamo.Client) dynamo.Client { return deaf{c} }}, judge.OptOut,
		},
		"a pause is answered and not read": {
			world.Swap{Client: func(c dynamo.Client) dynamo.Client { return unaware{c} }}, judge.Stopped,
		},
		"a refusal keeps the budget": {
			world.Swap{Client: func(c dynamo.Client) dynamo.Client { return greedy{c} }}, judge.Honoured,
		},
		"a debit is not made": {
			world.Swap{Client: func(c dynamo.Client) dynamo.Client { return unfunded{c} }}, judge.Honoured,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seed := uint64(1)
			for ; seed <= 3000; seed++ {
				r := world.Run(seed, world.Options{Swap: c.swap})
				if i := slices.IndexFunc(r.Violations, func(v judge.Violation) bool { return v.Promise == c.wants }); i >= 0 {
					t.Logf("seed %d: %s: %s", seed, c.wants, r.Violations[i].Text)
					return
				}
			}
			t.Errorf("%d schedules broke no promise %q", seed-1, c.wants)
		})
	}
}

// insistent retries a call to SES, as the SDK does by default.
type insistent struct{ dispatch.SES }

func (s insistent) Send(ctx context.Context, m content.Mail) (string, error) {
	id, err := s.SES.Send(ctx, m)
	if unknown := (*ses.Unknown)(nil); errors.As(err, &unknown) {
		return s.SES.Send(ctx, m)
	}
	return id, err
}

type twice struct{ dispatch.SES }

func (s twice) Send(ctx context.Context, m content.Mail) (string, error) {
	if id, err := s.SES.Send(ctx, m); err != nil {
		return id, err
	}
	return s.SES.Send(ctx, m)
}

// blind removes the condition from a claim's puts into one table.
type blind struct {
	dynamo.Client
	table string
}

func (b blind) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, o ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	for i, w := range in.TransactItems {
		if w.Put != nil && *w.Put.TableName == b.table {
			put := *w.Put
			put.ConditionExpression, put.ExpressionAttributeNames, put.ExpressionAttributeValues = nil, nil, nil
			in.TransactItems[i] = types.TransactWriteItem{Put: &put}
		}
	}
	return b.Client.TransactWriteItems(ctx, in, o...)
}

// forgetful does not put a send that it finds SENDING on the due index.
type forgetful struct{ dispatch.Attempts }

func (forgetful) Watch(context.Context, claim.Send) error { return nil }

type careless struct{ dispatch.Claims }

func (c careless) End(ctx context.Context, d claim.Send) error {
	if d.State == claim.Queued {
		return nil
	}
	return c.Claims.End(ctx, d)
}

// deaf drops writes to contacts that are not part of a claim.
type deaf struct{ dynamo.Client }

func (d deaf) PutItem(ctx context.Context, in *dynamodb.PutItemInput, o ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	if *in.TableName == "Customers" {
		return &dynamodb.PutItemOutput{}, nil
	}
	return d.Client.PutItem(ctx, in, o...)
}

// greedy drops the credit of a refusal, and unfunded the debit of a claim.
type greedy struct{ dynamo.Client }

func (g greedy) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, o ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return without(ctx, g.Client, in, in.TransactItems[0].Update != nil, o...)
}

type unfunded struct{ dynamo.Client }

func (u unfunded) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, o ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return without(ctx, u.Client, in, in.TransactItems[0].Put != nil, o...)
}

// without drops the write of a transaction that changes a budget.
func without(ctx context.Context, c dynamo.Client, in *dynamodb.TransactWriteItemsInput, drop bool, o ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	if drop {
		in.TransactItems = slices.DeleteFunc(in.TransactItems, func(w types.TransactWriteItem) bool {
			if w.Update == nil {
				return false
			}
			key, ok := w.Update.Key["coupon"].(*types.AttributeValueMemberS)
			return ok && strings.HasPrefix(key.Value, "budget#")
		})
	}
	return c.TransactWriteItems(ctx, in, o...)
}

// unaware reads the settings without the tripped breakers and stopped campaigns.
type unaware struct{ dynamo.Client }

func (c unaware) GetItem(ctx context.Context, in *dynamodb.GetItemInput, o ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	out, err := c.Client.GetItem(ctx, in, o...)
	if key, ok := in.Key["setting"].(*types.AttributeValueMemberS); ok && key.Value == "brake/now" && err == nil {
		out.Item = nil
	}
	return out, err
}
