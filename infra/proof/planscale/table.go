package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"regulars/infra/demo"
	"regulars/infra/local/cloud"
	"regulars/infra/local/dynamodb"
	"regulars/infra/local/template"
	"regulars/infra/ops/publish/celcheck"
	"regulars/infra/ops/publish/markdown"
	"regulars/infra/ops/publish/mjml"
	"regulars/shared/campaign"
	"regulars/shared/decide"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/policyfiles"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// measured is the campaign that is planned.
const measured shop.CampaignID = "weekly-picks"

// shopTables is a shop's tables with their customers.
type shopTables struct {
	engine *dynamodb.Engine
	store  *dynamo.Store
	items  func(context.Context) (int64, error) // of the customers' table
	policy shoppolicy.Policy
	people []profile.Profile // the demo's customers, of whom copies are stored
	n      int               // customers that are stored

	inAudience []bool            // for each of people
	function   template.Function // plan
}

// fill starts the engine and stores the policy and n customers.
func fill(ctx context.Context, dir string, n int, at campaign.Run, errs io.Writer) (t *shopTables, err error) {
	t = &shopTables{n: n}
	defer func() {
		if err != nil {
			t.close()
		}
	}()
	declared, err := cloud.ReadTemplate(".", cloud.Settings{Port: 4566})
	if err != nil {
		return t, err
	}
	i := slices.IndexFunc(declared.Functions, func(f template.Function) bool { return f.ID == planFunction })
	if i < 0 {
		return t, fmt.Errorf("template.yaml has no function %s", planFunction)
	}
	t.function = declared.Functions[i]
	names := cloud.StoreTables(declared)
	file := filepath.Join(dir, "dynamo.db")
	if t.engine, err = dynamodb.Start(ctx, ".", "dynoxide", file, filepath.Join(dir, "dynamodb.log")); err != nil {
		return t, err
	}
	client := dynamodb.NewClient(t.engine.Endpoint)
	if err := dynamodb.Create(ctx, client, declared.Tables); err != nil {
		return t, err
	}
	t.store = dynamo.New(client, names)
	t.items = func(ctx context.Context) (int64, error) { return dynamo.CustomerItems(ctx, client, names) }
	if t.policy, err = policyfiles.Load(os.DirFS("infra/shop"), celcheck.Compile, mjml.Compile, markdown.Parse); err != nil {
		return t, err
	}
	packed, err := shoppolicy.Encode(t.policy)
	if err != nil {
		return t, err
	}
	if err := t.store.SavePolicy(ctx, t.policy.Version, packed); err != nil {
		return t, err
	}
	story, err := demo.Tell(at.At)
	if err != nil {
		return t, err
	}
	if err := demo.Import(ctx, story, t, nil, nil); err != nil {
		return t, err
	}
	c, _ := t.policy.Campaign(measured)
	for _, p := range t.people {
		t.inAudience = append(t.inAudience, len(decide.Planned(t.policy, c, at, p, nil)) > 0)
	}
	if err := t.saveCustomers(ctx, at.At, errs); err != nil {
		return t, err
	}
	return t, indexSegments(ctx, file, names.Customers)
}

// saveCustomers stores the customers, each with a contact that has an opt-in.
func (t *shopTables) saveCustomers(ctx context.Context, optedIn time.Time, errs io.Writer) error {
	var stored atomic.Int64
	defer showProgress(errs, "store customers", t.n, func() int { return int(stored.Load()) })()
	const part = 5_000
	for from := 0; from < t.n; from += part {
		h := dynamo.History{Contacts: map[shop.CustomerID]frequency.Contact{}}
		for i := from; i < min(from+part, t.n); i++ {
			p := t.people[i%len(t.people)]
			p.ID = nameOf(i)
			h.Profiles = append(h.Profiles, p)
			h.Contacts[p.ID] = frequency.Contact{}.WithConsent(shop.TopicPromotions, true, optedIn)
		}
		if err := t.store.Import(ctx, h); err != nil {
			return err
		}
		stored.Add(int64(len(h.Profiles)))
	}
	return nil
}

func (t *shopTables) close() {
	if t.engine != nil {
		t.engine.Stop()
	}
}

// Import collects the demo's customers, and stores its products.
func (t *shopTables) Import(ctx context.Context, part dynamo.History) error {
	t.people = append(t.people, part.Profiles...)
	return t.store.Import(ctx, dynamo.History{Products: part.Products})
}

func nameOf(i int) shop.CustomerID { return shop.CustomerID(fmt.Sprintf("c%07d", i)) }

// audience returns how many of the stored customers are in it.
func (t *shopTables) audience() (all int) {
	for i := range t.n {
		if t.inAudience[i%len(t.people)] {
			all++
		}
	}
	return all
}
