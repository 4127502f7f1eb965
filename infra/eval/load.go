package main

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/infra/eval/orders"
	"regulars/infra/eval/trial"
	"regulars/infra/house"
	"regulars/shared/dynamo"
)

// load reads the orders.
func load(ctx context.Context, a asked, getenv func(string) string) (*trial.Set, error) {
	if a.format == "table" {
		return table(ctx, a, getenv)
	}
	set, _, err := orders.File{Path: a.data, Format: a.format, Cut: a.cut, Split: a.split, Columns: a.columns, Limit: a.lines}.Read()
	return set, err
}

// table reads a shop's own tables: where CUSTOMERS_TABLE names one, that of a
// stack, in the account that the AWS CLI would use; else the local cloud's.
func table(ctx context.Context, a asked, getenv func(string) string) (*trial.Set, error) {
	where := house.Where(getenv)
	store := house.Store(where, dynamo.Tables{Customers: "Customers"})
	if name := getenv("CUSTOMERS_TABLE"); name != "" {
		cfg, err := config.LoadDefaultConfig(ctx)
		if err != nil {
			return nil, fmt.Errorf("find the AWS account: %w", err)
		}
		where, store = name, dynamo.New(dynamodb.NewFromConfig(cfg), dynamo.Tables{Customers: name})
	}
	log, err := orders.Table(ctx, store, a.lines)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return nil, fmt.Errorf("nothing answers at %s: start the local cloud with make run, or name a stack: make eval FORMAT=table STACK=regulars", where)
	}
	if err != nil {
		return nil, err
	}
	set, err := log.Cut(a.cut)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", where, err)
	}
	return set, nil
}
