// Command audience counts the customers in the audience of a campaign, and what would
// become of the message to each of them now, with some customers of each stage to look
// at. It decides with the code that send runs, uses nothing up, and writes nothing.
//
//	go run ./infra/ops/audience -campaign weekly-picks
//	go run ./infra/ops/audience -campaign back-in-stock -product TEA-1
//
// With -at it decides as of another time, such as that of the next run, with what is
// known now. With -files it takes the campaign from a folder of the shop's files, to try
// it before it is published. With -json it prints the numbers as JSON.
//
// With -aws it uses the stack whose outputs are in the environment (make audience
// STACK=…), in the account that the AWS CLI would use. Otherwise it uses the local
// cloud of make run, at AWS_ENDPOINT_URL, or on this machine at PORT (4566).
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"regulars/infra/demo"
	"regulars/infra/opentables"
	"regulars/infra/ops/publish/celcheck"
	"regulars/infra/ops/publish/markdown"
	"regulars/infra/ops/publish/mjml"
	"regulars/shared/dynamo"
	"regulars/shared/funnel"
	"regulars/shared/message"
	"regulars/shared/policycache"
	"regulars/shared/policyfiles"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

func main() {
	c := command{getenv: os.Getenv, now: time.Now, out: os.Stdout, bar: demo.NewBar(os.Stderr)}
	opentables.Main(c.run)
}

// command is what the command uses of its surroundings.
type command struct {
	getenv func(string) string
	now    func() time.Time
	out    io.Writer
	bar    *demo.Bar // nil: shows none
}

func (c command) run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("audience", flag.ContinueOnError)
	account := flags.Bool("aws", false, "use a stack in AWS, not the local cloud")
	id := flags.String("campaign", "", "the campaign")
	product := flags.String("product", "", "the product, of a campaign about products")
	at := flags.String("at", "", `decide as of this time, such as "2026-12-05 10:00" in the shop's zone`)
	files := flags.String("files", "", "take the campaign from the shop's files in this `folder`")
	asJSON := flags.Bool("json", false, "print the numbers as JSON")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *id == "" || flags.NArg() > 0 {
		return errors.New("name one campaign: make audience CAMPAIGN=weekly-picks")
	}
	client, tables, where, err := opentables.Client(ctx, *account, c.getenv, "audience", "CUSTOMERS_TABLE", "CATALOGUE_TABLE", "SENDS_TABLE", "COUPONS_TABLE", "SETTINGS_TABLE")
	if err != nil {
		return err
	}
	store := dynamo.New(client, tables)
	inForce := policies{Cache: policycache.New(store, c.now, message.Renderer{})}
	p, err := inForce.load(ctx, *files)
	if err != nil {
		return opentables.Located(err, where)
	}
	when, err := c.when(*at, p.Shop)
	if err != nil {
		return err
	}
	f := &funnel.Funnel{
		Tables: store, Items: func(ctx context.Context) (int64, error) { return dynamo.CustomerItems(ctx, client, tables) },
		InForce: inForce, Breakers: inForce, Tenant: cmp.Or(c.getenv("TENANT"), "shop"),
		Now: func() time.Time { return when }, Named: 5, Progress: c.progress(),
	}
	r, err := f.Of(ctx, shop.CampaignID(*id), shop.ProductID(*product))
	c.bar.End()
	if err != nil {
		return opentables.Located(err, where)
	}
	if *asJSON {
		enc := json.NewEncoder(c.out)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	}
	show(c.out, r, p.Shop)
	if *at == "" {
		showNext(c.out, p, r)
	}
	return nil
}

// when returns the time as of which the messages are decided.
func (c command) when(at string, s shoppolicy.Shop) (time.Time, error) {
	if at == "" {
		return c.now(), nil
	}
	t, err := time.Parse(time.RFC3339, at)
	if err != nil {
		t, err = time.ParseInLocation("2006-01-02 15:04", at, s.Location())
	}
	if err == nil && t.Before(c.now().Add(-time.Minute)) {
		return t, fmt.Errorf("AT=%q is over: what was known then is not kept; give a later time, or none for now", at)
	}
	if err != nil {
		return t, fmt.Errorf(`AT=%q is no time: write it as "2026-12-05 10:00", in the shop's zone, or as 2026-12-05T10:00:00Z`, at)
	}
	return t, nil
}

// progress shows on stderr how many messages are decided.
func (c command) progress() func(done, of int) {
	return func(done, of int) {
		if done == 1 {
			c.bar.Begin("decide messages", of)
		}
		c.bar.Step(1)
	}
}

// policies is the policy in force, or one of files that is tried.
type policies struct {
	*policycache.Cache
	tried *shoppolicy.Policy
}

// load reads the policy that is rehearsed: the one in force, or that of the files.
func (p *policies) load(ctx context.Context, files string) (shoppolicy.Policy, error) {
	inForce, err := p.Look(ctx)
	if err != nil || files == "" {
		return inForce, err
	}
	tried, err := policyfiles.Load(os.DirFS(files), celcheck.Compile, mjml.Compile, markdown.Parse)
	if err != nil {
		return tried, fmt.Errorf("the shop's files in FILES=%s:\n%w", files, err)
	}
	tried.CustomerValue = inForce.CustomerValue // it is learned, not written
	p.tried = &tried
	return tried, nil
}

func (p policies) Look(ctx context.Context) (shoppolicy.Policy, error) {
	if p.tried != nil {
		return *p.tried, nil
	}
	return p.Cache.Look(ctx)
}
