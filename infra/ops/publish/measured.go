package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"regulars/shared/campaign"
	"regulars/shared/cldrmoney"
	"regulars/shared/dynamo"
	measured "regulars/shared/outcome" // this package has a type outcome
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// nights has what the nights found; [dynamo.Store] does.
type nights interface {
	Model(ctx context.Context, name string) (version string, data []byte, err error)
}

// sayMeasured prints with which value each campaign competes whose value is measured.
func sayMeasured(ctx context.Context, p shoppolicy.Policy, from nights, out io.Writer) error {
	if !slices.ContainsFunc(p.Campaigns, func(c campaign.Campaign) bool { return c.Measured }) {
		return nil
	}
	values := measured.Values{}
	night, body, err := from.Model(ctx, measured.ValuesName)
	if err == nil {
		err = json.Unmarshal(body, &values)
	}
	if err != nil && !errors.Is(err, dynamo.ErrNotFound) {
		return fmt.Errorf("the policy is published; but the measured values of campaigns cannot be read: %w", err)
	}
	for _, c := range p.Campaigns {
		money := func(minor int64) string {
			return cldrmoney.English(shop.Money{Minor: minor, Currency: p.Shop.Currency})
		}
		value, known := values[c.ID]
		switch {
		case !c.Measured:
		case known:
			fmt.Fprintf(out, "%s: a message competes with %s, as the night of %s measured it\n", shoppolicy.FileOf(c), money(value), night)
		default:
			fmt.Fprintf(out, "%s: a message competes with %s, its value_until_measured: too few customers have ordered to measure it\n", shoppolicy.FileOf(c), money(c.Value))
		}
	}
	return nil
}
