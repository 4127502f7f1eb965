package privacy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/frequency"
	"regulars/shared/journey"
	"regulars/shared/privacyrequest"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// Eraser erases customers. Many goroutines may use it at once.
type Eraser struct {
	Customers Customers
	Orders    Orders
	Coupons   Coupons
	Sends     Sends
	Decisions Decisions
	Positions Positions
	Records   Records
	Broken    Broken
	Letters   []Letters
	Own       Letters // of erasures that were refused or failed: the second pass answers those of the customer

	Mailbox func(address string) shop.Mailbox // names an address's mailbox: a keyed hash
	Name    func(shop.CustomerID) string      // names a customer: a keyed hash
	NewID   func() shop.SendID                // a random name for a send of no customer
	Now     func() time.Time
	Page    int // items read at a time; 0: as many as fit in 1 MB

	Settling time.Duration // between two passes; 0: the constant [Settling]
}

// reserve is how much of the function's time a page and the messages of a queue
// need.
const reserve = 40 * time.Second

// Start returns the job of a request. If the same event came before, the job has
// the time of that one; ok is false if the erasure has ended.
func (e *Eraser) Start(ctx context.Context, request shop.EventID, fact shop.EraseFact) (job Job, ok bool, err error) {
	record, _, err := e.Records.Erasure(ctx, request)
	if err != nil || !record.Done.IsZero() {
		return Job{}, false, err
	}
	at := record.At
	if at.IsZero() {
		at = e.Now()
	}
	return NewJob(request, at, fact), true, nil
}

// Run goes on with a job until its pass has ended or the function's time is
// nearly over. It returns the job that is to be put on the queue, after a delay,
// or that is done.
func (e *Eraser) Run(ctx context.Context, j Job) (next Job, after time.Duration, done bool, err error) {
	for steps := 0; ; steps++ {
		if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < reserve && steps > 0 {
			return j, 0, false, nil
		}
		switch j.Stage {
		case stagePeople:
			err = e.page(ctx, &j, stageSuppress, e.people)
		case stageSuppress:
			if err = e.suppress(ctx, &j); err == nil {
				j.Stage = stageOrders
				return j, 0, false, nil // the queue keeps what was learned; what it was learned from is about to go
			}
		case stageOrders:
			err = e.page(ctx, &j, stageCoupons, e.orders)
		case stageCoupons:
			err = e.page(ctx, &j, stageSends, e.coupons)
		case stageSends:
			if err = e.sends(ctx, &j); err == nil {
				j.Stage = stageLetters
			}
		case stageLetters:
			err = e.letters(ctx, &j)
		case stageCustomer:
			if err = e.customer(ctx, &j); err != nil {
				break
			}
			if done = !j.Again && j.Pass > 1; done {
				return j, 0, true, e.end(ctx, &j)
			}
			if err = e.record(ctx, &j, j.Pass, time.Time{}); err == nil {
				j.Pass, j.Again = j.Pass+1, false
				j.begin()
				return j, cmp.Or(e.Settling, Settling), false, nil
			}
		default:
			err = errors.New("the job has an unknown stage")
		}
		if errors.Is(err, errLearned) {
			j.begin()
			return j, 0, false, nil
		}
		if err != nil {
			return Job{}, 0, false, fmt.Errorf("erasure %s, stage %s: %w", j.Request, j.Stage, err)
		}
	}
}

// errLearned means that the job has learned another address of the customer, from
// something that it has not erased yet. The pass starts again: the guest with
// that address may have something in a page that was done.
var errLearned = errors.New("another address of the customer was found")

// page does one page of a stage's table, and goes to the next stage after the
// last one.
func (e *Eraser) page(ctx context.Context, j *Job, then Stage, do func(context.Context, *Job) (dynamo.Cursor, error)) error {
	next, err := do(ctx, j)
	if err != nil {
		return err
	}
	if j.Cursor = next; next == dynamo.End {
		j.Stage, j.Cursor = then, ""
	}
	return nil
}

// people adds the customers in one page of the table whose profile has the person's
// address, also if it cannot be read.
func (e *Eraser) people(ctx context.Context, j *Job) (dynamo.Cursor, error) {
	page := dynamo.Page{After: j.Cursor, Limit: e.Page, Broken: func(b dynamo.Broken) error {
		if b.Customer.IsSignUp() || slices.Contains(j.Customers, b.Customer) { // its key decides
			return nil
		}
		switch has, sure := (text{b.Text}).address(j.Person); {
		case !sure:
			j.Unattributed++
		case has && (j.Pass == 1 || !j.laterRow(b)):
			j.addCustomer(b.Customer)
		}
		return nil
	}}
	return e.Customers.ProfilesAlone(ctx, page, func(p profile.Profile) error {
		if normal(p.Email.Value) == j.Person && !j.renewed(p) {
			j.addCustomer(p.ID)
		}
		return nil
	})
}

// suppress learns the customer's addresses and other IDs from the profiles and
// from the orders that the request names. Then it stores that these customers
// are erased, so that no earlier event makes a profile again, and suppresses the
// mailboxes.
func (e *Eraser) suppress(ctx context.Context, j *Job) error {
	for _, id := range slices.Clone(j.Orders) {
		o, _, err := e.Orders.Order(ctx, id)
		if errors.Is(err, dynamo.ErrUnreadable) { // the stage of the orders erases it
			continue
		}
		if err != nil {
			return err
		}
		if j.has(o.Order) {
			j.addCustomer(o.Customer)
		}
	}
	for i := 0; i < len(j.Customers); i++ { // grows by the guests of the addresses
		p, _, err := e.Customers.ProfileAbout(ctx, j.Customers[i], nil)
		if err != nil && !errors.Is(err, dynamo.ErrUnreadable) {
			return err
		}
		if !j.renewed(p) {
			j.addAddress(p.Email.Value)
		}
	}
	if err := e.record(ctx, j, j.Pass-1, time.Time{}); err != nil {
		return err
	}
	for _, id := range j.Customers {
		if err := e.Records.SaveErased(ctx, e.Name(id), j.At); err != nil {
			return err
		}
	}
	for _, address := range j.Addresses {
		mailbox := e.Mailbox(address)
		if mailbox == "" { // no message can go to it
			continue
		}
		err := e.Customers.UpdateMailbox(ctx, mailbox, func(c frequency.Contact) (frequency.Contact, bool) {
			return c.Erased(j.At), true
		})
		if errors.Is(err, dynamo.ErrDamaged) {
			err = e.Customers.ReplaceMailbox(ctx, mailbox, frequency.Contact{}.Erased(j.At))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// record stores the progress in the record of the request: how many passes have
// ended, and when the erasure ended, or zero.
func (e *Eraser) record(ctx context.Context, j *Job, passes int, done time.Time) error {
	return dynamo.Retry(ctx, nil, func() error {
		r, rev, err := e.Records.Erasure(ctx, j.Request)
		if err != nil {
			return err
		}
		r.Request, r.At, r.Passes, r.Done, r.Erased, r.Unattributed = j.Request, j.At, passes, shop.Millis(done), j.Erased, j.Unattributed
		for _, id := range j.Customers {
			if name := e.Name(id); !slices.Contains(r.Names, name) {
				r.Names = append(r.Names, name)
			}
		}
		for _, address := range j.Addresses {
			if m := e.Mailbox(address); m != "" && !slices.Contains(r.Mailboxes, m) {
				r.Mailboxes = append(r.Mailboxes, m)
			}
		}
		return e.Records.SaveErasure(ctx, r, rev)
	})
}

// orders erases the customer's orders in one page of the table. It fails with
// [errLearned] before it erases one with an address that was not known, or if one with
// the person's address belongs to a profile that cannot be read, and so was not listed.
func (e *Eraser) orders(ctx context.Context, j *Job) (dynamo.Cursor, error) {
	which := func(o shop.Order) bool { return j.has(o) || o.Erased.Equal(j.At) || e.person(o, j) }
	return e.Orders.OrdersOf(ctx, e.listing(ctx, j), which, func(o dynamo.Order, rev dynamo.Rev) error {
		if e.person(o.Order, j) {
			_, _, err := e.Customers.ProfileAbout(ctx, o.Customer, nil)
			if errors.Is(err, dynamo.ErrUnreadable) {
				j.addCustomer(o.Customer)
				return errLearned
			}
			return err
		}
		j.addOrder(o.ID)
		if !o.Erased.IsZero() { // by this job, before it died
			return nil
		}
		if o.Placed != nil && j.addAddress(o.Placed.Customer.Email) {
			return errLearned
		}
		if err := e.order(ctx, j, o, rev); err != nil {
			return err
		}
		j.count("orders", 1)
		return nil
	})
}

// person reports whether an order of a customer who is not known has the address of
// which every customer is to be erased.
func (e *Eraser) person(o shop.Order, j *Job) bool {
	return j.Person != "" && o.Customer != "" && o.Placed != nil && !slices.Contains(j.Customers, o.Customer) && normal(o.Placed.Customer.Email) == j.Person && !j.has(o)
}

func (e *Eraser) order(ctx context.Context, j *Job, o dynamo.Order, rev dynamo.Rev) error {
	return dynamo.Retry(ctx, nil, func() error {
		err := e.Orders.SaveErasedOrder(ctx, o.Stub(j.At), rev)
		if errors.Is(err, dynamo.ErrConflict) {
			var errRead error
			if o, rev, errRead = e.Orders.Order(ctx, o.ID); errRead != nil {
				return errRead
			}
			if !o.Erased.IsZero() {
				return nil
			}
		}
		return err
	})
}

// sends strips the records of the customer's sends. From the second pass on it
// moves them to no customer. Until then the record under its own key lets a
// message that is still on a queue end, and be counted once.
func (e *Eraser) sends(ctx context.Context, j *Job) error {
	if err := e.broken(ctx, j); err != nil {
		return err
	}
	if err := e.inputs(ctx, j); err != nil {
		return err
	}
	for _, id := range j.Customers {
		err := dynamo.Retry(ctx, nil, func() error {
			var all []claim.Send
			err := e.Sends.SendsOf(ctx, id, func(d claim.Send) error {
				if !d.Intent.Planned.After(j.At) {
					all = append(all, d)
				}
				return nil
			})
			for _, d := range all {
				if err != nil {
					return err
				}
				kept := d.Stripped(j.At)
				if j.Pass > 1 {
					err = e.Sends.MoveSend(ctx, d, kept.Anonymous(e.NewID()))
				} else {
					err = e.Sends.StripSend(ctx, d, kept)
				}
			}
			if err == nil && j.Pass == 1 {
				j.count("sends", len(all))
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// inputs deletes what decisions about the customer, and about the sign-ups of their
// addresses, were made from: all of it, also what is later than the erasure, because
// nothing depends on it.
func (e *Eraser) inputs(ctx context.Context, j *Job) error {
	ids := slices.Clone(j.Customers)
	for _, address := range j.Addresses {
		ids = append(ids, shop.SignUpID(e.Mailbox(address)))
	}
	for _, id := range ids {
		var all []shop.SendID
		err := e.Decisions.InputsOf(ctx, id, func(in dynamo.Inputs) error {
			all = append(all, in.Send)
			return nil
		})
		for _, send := range all {
			if err == nil {
				err = e.Decisions.DeleteInputs(ctx, id, send)
			}
		}
		if err != nil {
			return err
		}
		j.count("inputs of decisions", len(all))
	}
	return nil
}

// letters deletes the dead letters that name the customer.
func (e *Eraser) letters(ctx context.Context, j *Job) error {
	all, queues := true, e.Letters
	if j.Pass > 1 && e.Own != nil {
		queues = append(slices.Clone(queues), e.Own)
	}
	for _, queue := range queues {
		deleted, seen, err := queue.Delete(ctx, j.named)
		j.count("dead letters", deleted)
		if err != nil {
			return err
		}
		all = all && seen
	}
	if !all {
		j.Again = true
	}
	j.Stage = stageCustomer
	return nil
}

// customer closes the customer's requests for their data and deletes the profiles.
// It fails with [errLearned] before it deletes one with an address that was not
// known.
func (e *Eraser) customer(ctx context.Context, j *Job) error {
	if err := e.requests(ctx, j, j.At, func(r privacyrequest.Request) bool { return r.Kind == privacyrequest.Export }, true); err != nil {
		return err
	}
	for _, id := range j.Customers {
		if err := e.positions(ctx, j, id); err != nil {
			return err
		}
		err := dynamo.Retry(ctx, nil, func() error {
			p, rev, err := e.Customers.ProfileAbout(ctx, id, nil)
			if errors.Is(err, dynamo.ErrUnreadable) {
				return e.unreadableProfile(ctx, j, id)
			}
			if err != nil || j.renewed(p) {
				return err
			}
			if j.addAddress(p.Email.Value) { // it changed while the job ran
				return errLearned
			}
			return e.Customers.DeleteCustomer(ctx, id, rev)
		})
		if err != nil {
			return err
		}
	}
	for _, address := range j.Addresses {
		if err := e.signUp(ctx, j, shop.SignUpID(e.Mailbox(address))); err != nil {
			return err
		}
	}
	return nil
}

// positions deletes the customer's positions in the journeys that they entered
// before the erasure.
func (e *Eraser) positions(ctx context.Context, j *Job, id shop.CustomerID) error {
	var old []shop.CampaignID
	err := e.Positions.Positions(ctx, id, func(p journey.Position) error {
		if !p.Entered.After(j.At) {
			old = append(old, p.Journey)
		}
		return nil
	})
	for _, of := range old {
		if err == nil {
			err = e.Positions.DeletePosition(ctx, id, of)
		}
	}
	if err == nil {
		j.count("journeys", len(old))
	}
	return err
}

// signUp deletes a sign-up that the customer has not confirmed, unless it is later
// than the erasure.
func (e *Eraser) signUp(ctx context.Context, j *Job, id shop.CustomerID) error {
	return dynamo.Retry(ctx, nil, func() error {
		p, rev, err := e.Customers.ProfileAbout(ctx, id, nil)
		if errors.Is(err, dynamo.ErrUnreadable) {
			return e.unreadableProfile(ctx, j, id)
		}
		if err != nil || p.SignUp == nil || p.SignUp.At.After(j.At) {
			return err
		}
		return e.Customers.DeleteCustomer(ctx, id, rev)
	})
}
