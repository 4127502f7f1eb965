package funnel

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"regulars/shared/breaker"
	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/dispatch"
	"regulars/shared/journey"
	"regulars/shared/linktoken"
	"regulars/shared/recommend"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

const (
	mostDecided = 2_000 // customers of an audience whose messages are decided; of more, as many at random
	deciding    = 8     // messages that are decided at the same time
)

// Funnel rehearses campaigns.
type Funnel struct {
	Tables   Tables
	Items    func(context.Context) (int64, error) // of the customers' table, about
	InForce  dispatch.Policies
	Breakers dispatch.Breakers // nil: none has tripped
	Tenant   string
	Now      func() time.Time
	Named    int                // customers who are named for each stage, at most
	Progress func(done, of int) // of the messages that are decided; nil: is not told
}

// Result is what becomes of a campaign's messages.
type Result struct {
	Campaign shop.CampaignID `json:"campaign"`
	Version  int             `json:"version"`
	Class    shop.Class      `json:"class,omitempty"`   // none of a journey
	Product  shop.ProductID  `json:"product,omitempty"` // of a campaign about products
	At       time.Time       `json:"at"`                // the time as of which it was decided

	Steps []shop.CampaignID `json:"steps,omitempty"` // of a journey: the campaigns that send its messages, none of which is decided

	Read      int    `json:"read"`      // customers who were read
	Customers Number `json:"customers"` // whom the shop has
	Audience  Number `json:"audience"`  // of them, those in the audience
	Messages  Number `json:"messages"`  // one for each of the audience; of own days, one for each day

	Decided int     `json:"decided"` // messages that were decided
	Groups  []Group `json:"groups"`  // in the order of [Stages]; those without a message are left out
}

// Group is the messages with one stage.
type Group struct {
	Stage    Stage             `json:"stage"`
	Reason   string            `json:"reason,omitempty"` // the reason's code, for [Other]
	Messages Number            `json:"messages"`
	Decided  int               `json:"decided"`           // of those that were decided
	Coupons  int               `json:"coupons,omitempty"` // of those, messages with a coupon
	From     time.Time         `json:"from,omitzero"`     // of those that wait: the earliest time at which one is decided again
	Until    time.Time         `json:"until,omitzero"`    // the latest
	Examples []shop.CustomerID `json:"examples"`          // at most [Funnel.Named]
}

// NoAudience is the error for a campaign whose audience cannot be counted. It says why,
// and what to do.
type NoAudience struct{ Text string }

func (e *NoAudience) Error() string { return e.Text }

func noAudience(text string, args ...any) error { return &NoAudience{fmt.Sprintf(text, args...)} }

// Of returns what would become of the campaign's messages if its run, or the pass that
// finds the customers' own days, were now for everybody. A campaign about products needs
// a product, and is rehearsed as if that had just come, come back or become cheaper. Of a
// journey with a schedule the audience is counted, and no message is decided: the audience
// may enter, and whether a customer does depends on their earlier ways as well. The
// error is a [*NoAudience] if the campaign's audience cannot be counted.
//
// Each message is decided after the others of its mailbox, and by itself otherwise: the
// budget of an offer is what is left now, and no message waits for the send rate. A
// customer who has several is sent them in the order of their occasions; which comes
// first on the queue is chance.
func (f *Funnel) Of(ctx context.Context, id shop.CampaignID, product shop.ProductID) (Result, error) {
	now := f.Now()
	r, c, err := f.begin(ctx, now, id, product)
	if err != nil {
		return Result{}, err
	}
	items, err := f.Items(ctx)
	if err != nil {
		return Result{}, err
	}
	s, err := Take(ctx, f.Tables, items)
	if err != nil {
		return Result{}, err
	}
	intents, beyond, err := r.audience(ctx, c, s.Profiles, s.Of)
	if err != nil {
		return Result{}, err
	}
	out := Result{
		Campaign: c.ID, Version: c.Version, Class: c.Class, Product: product, At: now,
		Read: len(s.Profiles), Customers: s.count(len(s.Profiles)), Audience: s.About(len(byCustomer(intents)), len(s.Profiles)),
	}
	if j, isJourney := r.policy.Journey(c.ID); isJourney {
		out.Steps = steps(j)
		return out, nil
	}
	out.Messages = s.count(len(intents))
	decided, err := r.decide(ctx, slices.Concat(Some(byCustomer(intents), mostDecided)...), f.tell)
	if err != nil {
		return Result{}, err
	}
	out.Decided, out.Groups = len(decided), grouped(decided, f.Named, func(n int) Number { return s.part(n, len(decided), len(intents)) })
	if beyond > 0 {
		out.Groups = append(out.Groups, Group{Stage: Beyond, Messages: s.About(beyond, len(s.Profiles))})
	}
	return out, nil
}

func (f *Funnel) tell(done, of int) {
	if f.Progress != nil {
		f.Progress(done, of)
	}
}

// rehearsal is the rehearsal of one campaign.
type rehearsal struct {
	*dispatch.Dispatcher
	tables *tables
	policy shoppolicy.Policy
	model  recommend.Model
	tenant string
	now    time.Time
	about  campaign.Subject                  // of a campaign about products
	likely map[shop.ProductID]recommend.Item // the rows that lead to its product
}

// begin reads what the rehearsal is made with, which stays the same for all customers,
// and checks that the campaign has an audience.
func (f *Funnel) begin(ctx context.Context, now time.Time, id shop.CampaignID, product shop.ProductID) (r *rehearsal, c campaign.Campaign, err error) {
	r = &rehearsal{tables: &tables{Tables: f.Tables}, tenant: f.Tenant, now: now}
	if r.policy, err = f.InForce.Look(ctx); err != nil {
		return r, c, err
	}
	if r.model, err = f.InForce.Model(ctx); err != nil {
		return r, c, err
	}
	c, known := r.policy.Campaign(id)
	j, isJourney := r.policy.Journey(id)
	switch {
	case isJourney && !j.Entry.Scheduled():
		return r, c, noAudience("%s is a journey that customers enter one by one, by %s, so it has no audience that could be counted; its messages are %s: make why CAMPAIGN=%s CUSTOMER=… says what one would be for one customer, and make backtest CAMPAIGN=%s what all would have been",
			id, joined(j.Entry.On), joined(steps(j)), steps(j)[0], id)
	case isJourney:
		c = j.Entry
	case !known:
		return r, c, noAudience("no campaign is named %q; the campaigns with an audience are %s", id, named(r.policy))
	}
	if err := countable(c, product); err != nil {
		return r, c, err
	}
	if c.Product != nil {
		if err := r.find(ctx, c, product); err != nil {
			return r, c, err
		}
	}
	key := make([]byte, 64) // no function accepts the links and codes of a rehearsal
	_, _ = rand.Read(key)   // never fails
	links, err := linktoken.New(map[string][]byte{"rehearsal": key}, "rehearsal")
	if err != nil {
		return r, c, err
	}
	fixed := fixed{policy: r.policy, model: r.model}
	if f.Breakers != nil {
		if fixed.breakers, err = f.Breakers.Breakers(ctx); err != nil {
			return r, c, err
		}
	}
	r.Dispatcher = &dispatch.Dispatcher{
		Claims: r.tables, Now: func() time.Time { return now },
		Reader: &dispatch.Reader{
			Customers: r.tables, InForce: fixed, Breakers: fixed, Tenant: f.Tenant,
			Links: links, CodeKeys: [][]byte{key}, BaseURL: "https://rehearsal.invalid/",
		},
	}
	return r, c, nil
}

// countable returns why the audience of a campaign cannot be counted, or nil.
func countable(c campaign.Campaign, product shop.ProductID) error {
	switch {
	case c.Product != nil && product == "":
		return noAudience("campaign %s is about a product: name one, with PRODUCT=…", c.ID)
	case c.Product == nil && product != "":
		return noAudience("campaign %s is not about a product: leave PRODUCT out", c.ID)
	case c.Product != nil || c.Scheduled():
		return nil
	case c.Journey != "":
		return noAudience("%s is a step of the journey %s, which customers reach one by one; make why CAMPAIGN=%[1]s CUSTOMER=… says what it would send to one customer, and make backtest CAMPAIGN=%[2]s what it would have sent", c.ID, c.Journey)
	}
	return noAudience("campaign %s is started by %s, one customer at a time, so it has no audience that could be counted; make why CAMPAIGN=%[1]s CUSTOMER=… says what it would send to one customer, and make backtest CAMPAIGN=%[1]s what it would have sent", c.ID, c.On[0])
}

// steps returns the campaigns that send the journey's messages.
func steps(j journey.Journey) (all []shop.CampaignID) {
	for _, s := range j.Steps {
		if s.Message != "" {
			all = append(all, s.Message)
		}
	}
	return all
}

func joined[T ~string](all []T) string {
	var texts []string
	for _, one := range all {
		texts = append(texts, string(one))
	}
	return strings.Join(texts, ", ")
}

func named(p shoppolicy.Policy) string {
	var all []shop.CampaignID
	for _, c := range p.Campaigns {
		if countable(c, "") == nil || c.Product != nil {
			all = append(all, c.ID)
		}
	}
	for _, j := range p.Journeys {
		if j.Entry.Scheduled() {
			all = append(all, j.ID())
		}
	}
	slices.Sort(all)
	return joined(all)
}

// fixed is the policy, the model and the breakers as they were when the rehearsal began.
type fixed struct {
	policy   shoppolicy.Policy
	model    recommend.Model
	breakers breaker.Now
}

func (f fixed) Policy(context.Context) (shoppolicy.Policy, error) { return f.policy, nil }
func (f fixed) Look(context.Context) (shoppolicy.Policy, error)   { return f.policy, nil }
func (f fixed) Model(context.Context) (recommend.Model, error)    { return f.model, nil }
func (f fixed) Breakers(context.Context) (breaker.Now, error)     { return f.breakers, nil }
func (f fixed) ForgetBreakers()                                   {}

// message is a message of the campaign to a customer of its audience.
type message struct {
	intent   campaign.Intent
	mailbox  shop.Mailbox
	affinity float64 // of a campaign about products
}

// byCustomer returns the messages of each customer. It needs those of one customer to be
// neighbours.
func byCustomer(all []message) (each [][]message) {
	for len(all) > 0 {
		n := slices.IndexFunc(all, func(m message) bool { return m.intent.Customer != all[0].intent.Customer })
		if n < 0 {
			n = len(all)
		}
		each, all = append(each, all[:n]), all[n:]
	}
	return each
}

// decided is a message with its decision.
type decided struct {
	message
	send   claim.Send
	stored bool // it had a record before the rehearsal
}

// decide rehearses the messages. Those of one mailbox come one after another.
func (r *rehearsal) decide(ctx context.Context, all []message, tell func(done, of int)) ([]decided, error) {
	lanes := make([][]int, deciding)
	for i, m := range all {
		lane := fnv.New32a()
		_, _ = lane.Write([]byte(cmp.Or(string(m.mailbox), string(m.intent.Customer))))
		at := lane.Sum32() % deciding
		lanes[at] = append(lanes[at], i)
	}
	results := make([]decided, len(all))
	var mu sync.Mutex
	done := 0
	work, ctx := errgroup.WithContext(ctx)
	for _, lane := range lanes {
		work.Go(func() (err error) {
			for _, i := range lane {
				if results[i], err = r.rehearse(ctx, all[i]); err != nil {
					return err
				}
				mu.Lock()
				done++
				tell(done, len(all))
				mu.Unlock()
			}
			return nil
		})
	}
	return results, work.Wait()
}

// rehearse decides one message, and keeps the contact that it would leave.
func (r *rehearsal) rehearse(ctx context.Context, m message) (decided, error) {
	record, err := r.tables.Send(ctx, m.intent.Customer, m.intent.SendID(r.tenant))
	switch {
	case err == nil:
		return decided{m, record, true}, nil
	case !notFound(err):
		return decided{}, err
	}
	d, left, err := r.Rehearse(ctx, m.intent)
	if err != nil {
		return decided{}, err
	}
	if left != nil {
		r.tables.leave(d.Send, *left)
	}
	return decided{m, d.Send, false}, nil
}
