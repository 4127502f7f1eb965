package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"regulars/shared/cldrmoney"
	"regulars/shared/customervalue"
	"regulars/shared/dynamo"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// printCustomer prints the forecast for one customer with its uncertainty.
// Before the first night it uses a typical shop, and says so.
func printCustomer(ctx context.Context, store *dynamo.Store, id shop.CustomerID, now time.Time, out io.Writer) error {
	read, err := store.Snapshot(ctx, id)
	if err != nil {
		return err
	}
	if read.Profile.ID == "" {
		return fmt.Errorf("there is no customer %s", id)
	}
	var model customervalue.Model
	_, body, err := store.Model(ctx, customervalue.ModelName)
	if err == nil {
		err = json.Unmarshal(body, &model)
	}
	if err != nil && !errors.Is(err, dynamo.ErrNotFound) {
		return err
	}
	return printProspect(model, read.Profile, now, out)
}

func printProspect(model customervalue.Model, p profile.Profile, now time.Time, out io.Writer) error {
	in := model.Currency
	if in == "" && len(p.Orders) > 0 {
		in = p.Orders[len(p.Orders)-1].Net.Currency
	}
	f, any := model.Prospect(now, p, in)
	if !any {
		return fmt.Errorf("%s has no order that was not cancelled, so there is no forecast", p.ID)
	}
	money := func(minor float64) string {
		return cldrmoney.English(shop.Money{Minor: int64(math.Round(minor)), Currency: in})
	}
	fmt.Fprintf(out, "%s: %d orders in %.0f weeks, the last %.0f days ago\n", p.ID, f.History.Repeats+1, f.History.Age, 7*(f.History.Age-f.History.Last))
	fmt.Fprintf(out, "  still active        %.0f %%", 100*f.Alive)
	if f.AliveRange != nil {
		fmt.Fprintf(out, "; 90 %% interval of this estimate %.0f to %.0f %%", 100*f.AliveRange.Low, 100*f.AliveRange.High)
	}
	fmt.Fprintf(out, "\n  orders in 90 days   %.1f on average; 90 %% interval %.0f to %.0f\n", f.Quarter, f.QuarterRange.Low, f.QuarterRange.High)
	fmt.Fprintf(out, "  spending in a year  %s on average; 90 %% interval %s to %s\n", money(float64(f.Year.Minor)), money(f.YearRange.Low), money(f.YearRange.High))
	fmt.Fprintf(out, "  lateness            %.1f usual gaps since the last order; %.0f %% of active customers like this one take at least as long\n", f.Late, 100*f.GapProbability)
	if !model.Own() {
		fmt.Fprintln(out, "  from a typical shop: this shop has too little data yet")
	}
	return nil
}
