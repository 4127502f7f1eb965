// Command erase erases a customer: it puts the event customer.erase on the bus,
// and prints what the function privacy has erased.
//
//	go run ./infra/ops/erase -customer c-17
//	go run ./infra/ops/erase -customer guest@example.com
//	go run ./infra/ops/erase -since 2026-11-01
//	go run ./infra/ops/erase
//
// The customer is their ID or, for a guest, their address. If nothing is stored about
// them, the command fails and writes nothing; with -unknown it erases them all the
// same. With -since it erases
// again every customer who was erased from that day on and is in the tables:
// after a table was restored to an earlier time. Without an option it lists the
// open requests of customers with the days that are left, and the erasures. docs/runbooks/erasure.md says what is erased, and what is kept.
//
// With -aws it uses the stack whose outputs are in the environment (make erase
// STACK=…), in the account that the AWS CLI would use. Otherwise it uses the
// local cloud of make run, at AWS_ENDPOINT_URL, or on this machine at PORT
// (4566).
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"regulars/infra/opentables"
	"regulars/shared/dynamo"
	"regulars/shared/intake"
	"regulars/shared/mailbox"
	"regulars/shared/privacy"
	"regulars/shared/privacyrequest"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

func main() {
	c := command{getenv: os.Getenv, out: os.Stdout, now: time.Now, every: time.Second, most: 10 * time.Minute, key: mailboxKey}
	opentables.Main(c.run)
}

type command struct {
	getenv func(string) string
	out    io.Writer
	now    func() time.Time
	every  time.Duration // between two looks at the progress
	most   time.Duration // how long the command waits for the first pass
	bus    bus           // nil: connect returns it
	key    func(ctx context.Context, account bool) (mailbox.Key, error)
	store  *dynamo.Store
}

func mailboxKey(ctx context.Context, account bool) (mailbox.Key, error) {
	return opentables.MailboxKey(ctx, account, os.Getenv, "erase")
}

// bus puts events on EventBridge.
type bus interface {
	PutEvents(context.Context, *eventbridge.PutEventsInput, ...func(*eventbridge.Options)) (*eventbridge.PutEventsOutput, error)
}

func (c command) run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("erase", flag.ContinueOnError)
	account := flags.Bool("aws", false, "use a stack in AWS, not the local cloud")
	customer := flags.String("customer", "", "the `customer` to erase: an ID, or an address, for every customer with it")
	unknown := flags.Bool("unknown", false, "erase the customer even if nothing is stored about them")
	since := flags.String("since", "", "repeat the erasures from this `day` on, such as 2026-11-01")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *customer != "" && *since != "" {
		return errors.New("name a customer or a day, not both")
	}
	var where string
	var err error
	c.store, where, err = opentables.Open(ctx, *account, c.getenv, "erase",
		"CUSTOMERS_TABLE", "ORDERS_TABLE", "SENDS_TABLE", "DECISIONS_TABLE", "JOURNEYS_TABLE", "COUPONS_TABLE", "SETTINGS_TABLE")
	if err != nil {
		return err
	}
	if c.bus == nil {
		if c.bus, err = connect(ctx, *account, where); err != nil {
			return err
		}
	}
	switch {
	case *customer != "":
		if !*unknown {
			err = c.known(ctx, *customer)
		}
		if err == nil {
			err = c.erase(ctx, *customer)
		}
	case *since != "":
		err = c.again(ctx, *account, *since)
	default:
		err = c.list(ctx)
	}
	return opentables.Located(err, where)
}

func connect(ctx context.Context, account bool, where string) (bus, error) {
	if !account {
		return eventbridge.New(eventbridge.Options{
			Region: "us-east-1", BaseEndpoint: &where, Retryer: aws.NopRetryer{},
			Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""), // the local cloud accepts any
		}), nil
	}
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("load the AWS configuration: %w", err)
	}
	return eventbridge.NewFromConfig(cfg), nil
}

// known fails if nothing is stored about the customer, and they have not asked for their
// erasure either. What this command asked for is no sign of a customer: the ID may have
// been mistyped before.
func (c command) known(ctx context.Context, customer string) error {
	id, address := shop.CustomerID(customer), ""
	if strings.Contains(customer, "@") {
		id, address = intake.Guest(customer), customer
	}
	_, rev, err := c.store.ProfileAbout(ctx, id, nil)
	if errors.Is(err, dynamo.ErrUnreadable) { // the erasure does not need to read it
		return nil
	}
	if err != nil || rev != "" {
		return err
	}
	open, err := privacy.OpenRequests(ctx, c.store)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(open, func(r privacyrequest.Request) bool {
		return r.Kind == privacyrequest.Erase && r.Customer == id && r.Source != shop.RequestFromOperator
	}) {
		return nil
	}
	if documents, err := privacy.ExportPerson(ctx, c.store, address, c.now(), id); err != nil || len(documents) > 0 {
		return err
	}
	hint := "look for the right ID or address"
	o, _, err := c.store.Order(ctx, shop.OrderID(customer))
	if err != nil {
		return err
	}
	if o.Customer != "" {
		hint = fmt.Sprintf("it is the ID of an order: CUSTOMER=%s placed it", o.Customer)
	}
	return fmt.Errorf("nothing is stored about the customer %s, and nothing was written; %s. UNKNOWN=1 erases them all the same, such as a customer whom only dead letters name", customer, hint)
}

// erase erases one customer and prints what was erased in the first pass.
func (c command) erase(ctx context.Context, customer string) error {
	request, err := c.put(ctx, customer)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "asked for the erasure %s\n", request)
	for until := c.now().Add(c.most); ; {
		e, _, err := c.store.Erasure(ctx, request)
		if err != nil {
			return err
		}
		if e.Passes > 0 {
			fmt.Fprintf(c.out, "erased: %s%s\n", counts(e.Erased), left(e))
			fmt.Fprintln(c.out, "their profile and contact, if they had any, are erased too")
			if e.Done.IsZero() {
				fmt.Fprintf(c.out, "what was in flight is erased in %s; make erase lists the erasures\n", privacy.Settling)
			}
			return nil
		}
		if c.now().After(until) {
			return fmt.Errorf("the erasure goes on, or has failed; make erase lists it, and docs/runbooks/erasure.md says what to do")
		}
		select {
		case <-ctx.Done():
			return errors.New("stopped waiting; the erasure goes on")
		case <-time.After(c.every):
		}
	}
}

// put puts the event on the bus and returns its ID.
func (c command) put(ctx context.Context, customer string) (shop.EventID, error) {
	who := map[string]string{"id": customer}
	if strings.Contains(customer, "@") {
		who = map[string]string{"email": customer}
	}
	detail, err := json.Marshal(map[string]any{"version": "1", "source": shop.RequestFromOperator, "customer": who})
	if err != nil {
		return "", err
	}
	out, err := c.bus.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []types.PutEventsRequestEntry{{
		EventBusName: aws.String(cmp.Or(c.getenv("EVENT_BUS"), "default")),
		Source:       aws.String("shop"), DetailType: aws.String("customer.erase"), Detail: aws.String(string(detail)),
	}}})
	if err != nil {
		return "", fmt.Errorf("put customer.erase on the bus: %w", err)
	}
	if result := out.Entries[0]; result.EventId == nil {
		return "", fmt.Errorf("put customer.erase on the bus: %s", aws.ToString(result.ErrorCode))
	}
	return shop.EventID(*out.Entries[0].EventId), nil
}

// again erases the customers who were erased from a day on and who are in the
// tables all the same.
func (c command) again(ctx context.Context, account bool, day string) error {
	since, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return fmt.Errorf("SINCE=%s is no day; write 2026-11-01", day)
	}
	if since.After(c.now()) {
		return fmt.Errorf("SINCE=%s has not come yet, and nothing was written; give the day to which the tables were restored, or an earlier one", day)
	}
	key, err := c.key(ctx, account)
	if err != nil {
		return err
	}
	names := map[string]bool{}
	err = c.store.Erasures(ctx, func(e dynamo.Erasure) error {
		for _, name := range e.Names {
			names[name] = names[name] || !e.At.Before(since)
		}
		return nil
	})
	if err != nil {
		return err
	}
	found := map[shop.CustomerID]bool{}
	find := func(id shop.CustomerID) {
		if id != "" && names[key.Customer(id)] {
			found[id] = true
		}
	}
	broken := func(b dynamo.Broken) error { find(b.Customer); return nil } // the key of an order names none
	for page := (dynamo.Page{Broken: broken}); page.After != dynamo.End; {
		page.After, err = c.store.ProfilesAlone(ctx, page, func(p profile.Profile) error { find(p.ID); return nil })
		if err != nil {
			return err
		}
	}
	for page := (dynamo.Page{Broken: broken}); page.After != dynamo.End; {
		page.After, err = c.store.OrdersOf(ctx, page, func(o shop.Order) bool { return names[key.Customer(o.Customer)] }, func(o dynamo.Order, _ dynamo.Rev) error {
			found[o.Customer] = true
			return nil
		})
		if err != nil {
			return err
		}
	}
	for _, id := range slices.Sorted(maps.Keys(found)) {
		if _, err := c.put(ctx, string(id)); err != nil {
			return err
		}
	}
	fmt.Fprintf(c.out, "asked again for the erasure of %d customers\n", len(found))
	return nil
}

// list prints the open requests, the first to end first, and all erasures, the
// latest first.
func (c command) list(ctx context.Context) error {
	open, err := privacy.OpenRequests(ctx, c.store)
	if err != nil {
		return err
	}
	for _, r := range open {
		fmt.Fprintln(c.out, "open: "+r.Line(c.now()))
	}
	var all []dynamo.Erasure
	if err := c.store.Erasures(ctx, func(e dynamo.Erasure) error { all = append(all, e); return nil }); err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b dynamo.Erasure) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Request, b.Request)) })
	for _, e := range all {
		state := "goes on"
		if !e.Done.IsZero() {
			state = "done " + e.Done.Format(time.RFC3339) + left(e)
		}
		fmt.Fprintf(c.out, "%s  %s  %s  %s\n", e.At.Format(time.RFC3339), e.Request, state, counts(e.Erased))
	}
	if len(all) == 0 {
		fmt.Fprintln(c.out, "no customer was erased yet")
	}
	return nil
}

// left returns what an erasure could not decide, as text; "" if nothing.
func left(e dynamo.Erasure) string {
	if e.Unattributed == 0 {
		return ""
	}
	return fmt.Sprintf("; %d rows could not be attributed: docs/runbooks/erasure.md says what to do", e.Unattributed)
}

// counts returns the counts as text, such as "2 orders, 1 sends".
func counts(of map[string]int) string {
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(of)) {
		parts = append(parts, fmt.Sprintf("%s: %d", kind, of[kind]))
	}
	return cmp.Or(strings.Join(parts, ", "), "nothing was stored but the suppression")
}
