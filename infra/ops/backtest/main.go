// Command backtest tries a policy on the shop's past orders: who would have got which
// message when, what caps, quiet hours, pauses and other messages would have held back,
// and which coupons would have been given.
//
//	go run ./infra/ops/backtest [-aws] [-from 2026-10-01] [-to 2026-11-01] [-campaign C] [-sample N] [-files infra/shop] [FILE]
//
// It reads the tables once, and runs the code of the functions on tables in memory, on
// a clock that goes from -from (default: 30 days before -to) to -to (default: now). The
// policy is that of the files, which need not be published. With -campaign it runs a
// second time without that campaign, to show which messages it crowds out. With -sample
// N it takes one in N mailboxes, with an N-th of each budget.
//
// It writes a page to FILE, var/backtest.html by default, and prints the same numbers.
// It changes nothing in the shop, and sends nothing.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"log/slog"
	"os"
	"slices"
	"time"

	"regulars/infra/opentables"
	"regulars/infra/ops/backtest/replay"
	"regulars/infra/ops/publish/celcheck"
	"regulars/infra/ops/publish/markdown"
	"regulars/infra/ops/publish/mjml"
	"regulars/shared/campaign"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/mailbox"
	"regulars/shared/message"
	"regulars/shared/policycache"
	"regulars/shared/policyfiles"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"

	"golang.org/x/sync/errgroup"
)

func main() {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // what the functions would log of each run
	opentables.Main(func(ctx context.Context, args []string) error {
		return run(ctx, args, os.Getenv, time.Now(), os.Stdout, os.Stderr)
	})
}

// asked is what the command line asks for.
type asked struct {
	account  bool
	from, to time.Time
	campaign shop.CampaignID
	sample   int
	files    string
	out      string
}

const days = 24 * time.Hour

func read(args []string, now time.Time) (a asked, err error) {
	flags := flag.NewFlagSet("backtest", flag.ContinueOnError)
	flags.BoolVar(&a.account, "aws", false, "read the tables of a stack in AWS, not of the local cloud")
	from := flags.String("from", "", "the first day, such as 2026-10-01")
	to := flags.String("to", "", "the day after the last")
	campaign := flags.String("campaign", "", "run again without this campaign, to see what it crowds out")
	flags.IntVar(&a.sample, "sample", 1, "take one in N mailboxes")
	flags.StringVar(&a.files, "files", "infra/shop", "the folder of the policy")
	if err := flags.Parse(args); err != nil {
		return a, err
	}
	if a.to = now; *to != "" {
		if a.to, err = time.Parse(time.DateOnly, *to); err != nil {
			return a, fmt.Errorf("TO=%s is no day; write 2026-11-01", *to)
		}
		if a.to.After(now.Truncate(days).Add(days)) {
			return a, fmt.Errorf("TO=%s has not come yet, and its orders are not known; give tomorrow at the latest", *to)
		}
	}
	if a.from = a.to.Add(-30 * days).Truncate(days); *from != "" {
		if a.from, err = time.Parse(time.DateOnly, *from); err != nil {
			return a, fmt.Errorf("FROM=%s is no day; write 2026-10-01", *from)
		}
	}
	if !a.from.Before(a.to) {
		return a, fmt.Errorf("nothing lies between %s and %s; give an earlier FROM", a.from.Format(time.DateOnly), a.to.Format(time.DateOnly))
	}
	if a.sample < 1 {
		return a, errors.New("SAMPLE is 1 for all mailboxes, 10 for one in ten, and so on")
	}
	a.campaign = shop.CampaignID(*campaign)
	if a.out = flags.Arg(0); a.out == "" {
		a.out = "var/backtest.html"
	}
	return a, nil
}

func run(ctx context.Context, args []string, getenv func(string) string, now time.Time, out, progress io.Writer) error {
	a, err := read(args, now)
	if err != nil {
		return err
	}
	policy, err := policyfiles.Load(os.DirFS(a.files), celcheck.Compile, mjml.Compile, markdown.Parse)
	if err != nil {
		return fmt.Errorf("the shop's files in FILES=%s:\n%w", a.files, err)
	}
	if _, ok := policy.Starts(a.campaign); a.campaign != "" && !ok {
		return fmt.Errorf("no campaign and no journey of %s is named %s", a.files, a.campaign)
	}
	store, where, err := opentables.Open(ctx, a.account, getenv, "backtest", "CUSTOMERS_TABLE", "CATALOGUE_TABLE", "ORDERS_TABLE", "SETTINGS_TABLE")
	if err != nil {
		return err
	}
	p, err := past(ctx, store, policy, a, now, progress)
	if err != nil {
		return opentables.Located(err, where)
	}
	all, rest, err := replays(ctx, p, a.campaign, progress)
	if err != nil {
		return err
	}
	report := count(p, all, a.sample)
	if a.campaign != "" {
		report.compare(a.campaign, rest)
	}
	file, err := os.Create(a.out)
	if err != nil {
		return err
	}
	if err := errors.Join(report.page(file), file.Close()); err != nil {
		return err
	}
	report.print(out)
	fmt.Fprintf(out, "\nThe page: %s\n", a.out)
	return nil
}

// replays runs the whole policy and, if a campaign is named, at the same time the policy
// without it.
func replays(ctx context.Context, p replay.Past, without shop.CampaignID, progress io.Writer) (all, rest replay.Result, err error) {
	began := time.Now()
	work, ctx := errgroup.WithContext(ctx)
	work.Go(func() (err error) {
		all, err = replay.Run(ctx, p, func(at time.Time) {
			fmt.Fprintf(progress, "\rReplaying: %s of %s", at.Format(time.DateOnly), p.To.Format(time.DateOnly))
		})
		return err
	})
	if without != "" {
		other := p
		other.Policy = leaving(p.Policy, without)
		work.Go(func() (err error) {
			rest, err = replay.Run(ctx, other, func(time.Time) {})
			return err
		})
	}
	if err = work.Wait(); err == nil {
		fmt.Fprintf(progress, "\rReplayed %d events and %d intents in %.1f s\n", all.Events, len(all.Sends), time.Since(began).Seconds())
	}
	return all, rest, err
}

// leaving returns the policy without a campaign or a journey.
func leaving(p shoppolicy.Policy, id shop.CampaignID) shoppolicy.Policy {
	p.Campaigns = slices.DeleteFunc(slices.Clone(p.Campaigns), func(c campaign.Campaign) bool { return c.ID == id || c.Journey == id })
	journeys := slices.Clone(p.Journeys)
	p.Journeys = journeys[:0]
	for _, j := range journeys {
		if j.Entry.ID != id {
			p.Journeys = append(p.Journeys, j)
		}
	}
	return p
}

// past reads what the replay needs.
func past(ctx context.Context, store *dynamo.Store, policy shoppolicy.Policy, a asked, now time.Time, progress io.Writer) (replay.Past, error) {
	p := replay.Past{Policy: policy, From: a.from, To: a.to, Items: map[shop.ProductID]recommend.Item{}, Contacts: map[shop.CustomerID]frequency.Contact{}}
	inForce := policycache.New(store, func() time.Time { return now }, message.Renderer{})
	var err error
	if p.Model, err = inForce.Model(ctx); err != nil {
		return p, err
	}
	if published, err := inForce.Policy(ctx); err == nil {
		p.Policy.CustomerValue = published.CustomerValue
	} else if !errors.Is(err, dynamo.ErrNotFound) {
		return p, err
	}
	for i, c := range p.Policy.Campaigns {
		p.Policy.Campaigns[i] = c.WithFixedShares()
	}
	for i := range p.Policy.Offers {
		p.Policy.Offers[i].Budget.Uses /= a.sample
	}
	kept, named := map[shop.CustomerID]bool{}, map[string]shop.Mailbox{}
	for page := (dynamo.Page{}); page.After != dynamo.End; {
		page.After, err = store.Profiles(ctx, page, func(of profile.Profile) error {
			if in(of, a.sample) && !of.ID.IsSignUp() {
				kept[of.ID] = true
				p.Profiles = append(p.Profiles, of)
				if normal, ok := mailbox.Normalize(of.Email.Value); ok && of.Mailbox != "" {
					named[normal] = of.Mailbox
				}
			}
			return nil
		})
		if err != nil {
			return p, err
		}
		fmt.Fprintf(progress, "\rReading the shop: %d customers", len(p.Profiles))
	}
	p.Mailbox = func(address string) shop.Mailbox {
		normal, ok := mailbox.Normalize(address)
		if !ok {
			return ""
		}
		if known, ok := named[normal]; ok {
			return known
		}
		return shop.Mailbox("of " + normal) // an address that the customer has no more
	}
	for some := range slices.Chunk(p.Profiles, 50) {
		if err := contacts(ctx, store, some, p.Contacts); err != nil {
			return p, err
		}
	}
	for page := (dynamo.Page{}); page.After != dynamo.End; {
		page.After, err = store.Orders(ctx, page, func(o shop.Order) error {
			if kept[o.Customer] {
				p.Orders = append(p.Orders, o)
			}
			return nil
		})
		if err != nil {
			return p, err
		}
		fmt.Fprintf(progress, "\rReading the shop: %d customers, %d orders", len(p.Profiles), len(p.Orders))
	}
	return p, products(ctx, store, &p, progress)
}

// in reports whether a sample has the customer. Customers of one mailbox stay together.
func in(p profile.Profile, sample int) bool {
	name := string(p.Mailbox)
	if name == "" {
		name = string(p.ID)
	}
	h := fnv.New32a()
	io.WriteString(h, name)
	return h.Sum32()%uint32(sample) == 0
}

func contacts(ctx context.Context, store *dynamo.Store, of []profile.Profile, into map[shop.CustomerID]frequency.Contact) error {
	var ids []shop.CustomerID
	var mailboxes []shop.Mailbox
	for _, p := range of {
		if ids = append(ids, p.ID); p.Mailbox != "" && !slices.Contains(mailboxes, p.Mailbox) {
			mailboxes = append(mailboxes, p.Mailbox)
		}
	}
	read, err := store.Customers(ctx, ids, mailboxes, nil)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if c, rev, ok := read.Contact(id); ok && rev != "" {
			into[id] = c
		}
	}
	return nil
}

func products(ctx context.Context, store *dynamo.Store, p *replay.Past, progress io.Writer) (err error) {
	var ids []shop.ProductID
	for page := (dynamo.Page{}); page.After != dynamo.End; {
		page.After, err = store.Products(ctx, page, func(item recommend.Item) error {
			ids = append(ids, item.ID)
			return nil
		})
		if err != nil {
			return err
		}
	}
	for some := range slices.Chunk(ids, 100) {
		items, err := store.Items(ctx, p.Model, some)
		if err != nil {
			return err
		}
		for id, item := range items {
			p.Items[id] = item
		}
	}
	fmt.Fprintf(progress, "\rReading the shop: %d customers, %d orders, %d products\n", len(p.Profiles), len(p.Orders), len(ids))
	return nil
}
