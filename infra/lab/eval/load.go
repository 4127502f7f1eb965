package main

import (
	"context"
	"errors"
	"fmt"

	"regulars/infra/lab/eval/orders"
	"regulars/infra/lab/eval/trial"
	"regulars/infra/opentables"
)

// load reads the orders.
func load(ctx context.Context, a options, getenv func(string) string, progress trial.Progress) (*trial.Set, error) {
	if a.format == "table" {
		if a.catalogue != "" {
			return nil, errors.New("the shop's tables have a catalogue: leave out -catalogue (CATALOGUE=)")
		}
		return table(ctx, a, getenv, progress)
	}
	set, _, err := orders.File{Path: a.data, Format: a.format, Cut: a.cut, Split: a.split, Columns: a.columns, Limit: a.lines, Catalogue: a.catalogue, Progress: progress}.Read()
	return set, err
}

// table reads a shop's own tables: if CUSTOMERS_TABLE is set, the tables of a
// stack in the account that the AWS CLI would use; else the local cloud's.
func table(ctx context.Context, a options, getenv func(string) string, progress trial.Progress) (*trial.Set, error) {
	store, where, err := opentables.Open(ctx, getenv("CUSTOMERS_TABLE") != "", getenv, "eval", "CUSTOMERS_TABLE", "CATALOGUE_TABLE")
	if err != nil {
		return nil, err
	}
	log, err := orders.Table(ctx, store, a.lines, progress)
	if err != nil {
		return nil, opentables.Located(err, where)
	}
	progress("splits the orders", 0, 0)
	set, err := log.Cut(a.cut)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", where, err)
	}
	return set, nil
}
