package dynamo_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/frequency"
	"regulars/shared/shop"
)

var why = claim.Reason{Code: "ses:throttled", Text: "SES throttled the account."}

// outcomes are the writes that end an attempt.
var outcomes = map[string]struct {
	write func(context.Context, *dynamo.Store, claim.Send) error
	want  claim.State
}{
	"accepted": {func(ctx context.Context, s *dynamo.Store, d claim.Send) error {
		return s.Accepted(ctx, d, "ses-1", noon.Add(time.Second))
	}, claim.Accepted},
	"wait": {func(ctx context.Context, s *dynamo.Store, d claim.Send) error {
		return s.Wait(ctx, d, why, noon.Add(time.Minute), noon.Add(time.Second))
	}, claim.Queued},
	"lose": {func(ctx context.Context, s *dynamo.Store, d claim.Send) error {
		return s.Lose(ctx, d, why, noon.Add(time.Second))
	}, claim.Lost},
	"refuse": {func(ctx context.Context, s *dynamo.Store, d claim.Send) error {
		return s.Refuse(ctx, d, claim.Refused, why, noon.Add(time.Second))
	}, claim.Refused},
}

func TestOutcomeIsWrittenUnderTheFence(t *testing.T) {
	for name, outcome := range outcomes {
		t.Run(name, func(t *testing.T) {
			store := dynamotest.Store(t)
			c := aClaim("run-1", false)
			must(t, store.Claim(t.Context(), c))
			stale := c.Send
			stale.Owner = "another"
			if err := outcome.write(t.Context(), store, stale); !errors.Is(err, dynamo.ErrConflict) {
				t.Errorf("%s of another owner = %v, want ErrConflict", name, err)
			}
			stale = c.Send
			stale.Attempt = 2
			if err := outcome.write(t.Context(), store, stale); !errors.Is(err, dynamo.ErrConflict) {
				t.Errorf("%s of another attempt = %v, want ErrConflict", name, err)
			}
			if d, _ := store.Send(t.Context(), ann, c.Send.ID); d.State != claim.Sending {
				t.Errorf("a stale %s made the send %s", name, d.State)
			}
			for range 2 { // the second time as after a lost answer
				must(t, outcome.write(t.Context(), store, c.Send))
			}
			if d, _ := store.Send(t.Context(), ann, c.Send.ID); d.State != outcome.want {
				t.Errorf("%s made the send %s, want %s", name, d.State, outcome.want)
			}
		})
	}
}

func TestOutcomeOfAnAbsentSendIsAConflict(t *testing.T) {
	for name, outcome := range outcomes {
		t.Run(name, func(t *testing.T) {
			store := dynamotest.Store(t)
			if err := outcome.write(t.Context(), store, aClaim("run-1", false).Send); !errors.Is(err, dynamo.ErrConflict) {
				t.Errorf("%s = %v, want ErrConflict", name, err)
			}
		})
	}
}

func TestAcceptedRaisesALostOrWaitingSend(t *testing.T) {
	for _, before := range []string{"lose", "wait"} {
		t.Run(before, func(t *testing.T) {
			store := dynamotest.Store(t)
			c := aClaim("run-1", false)
			must(t, store.Claim(t.Context(), c))
			must(t, outcomes[before].write(t.Context(), store, c.Send))
			must(t, store.Accepted(t.Context(), c.Send, "ses-1", noon))
			if d, _ := store.Send(t.Context(), ann, c.Send.ID); d.State != claim.Accepted || d.SESID != "ses-1" || !d.Wake.IsZero() {
				t.Errorf("Accepted after %s left %+v", before, d)
			}
			for id := range due(t, store, noon.Add(time.Hour)) {
				t.Errorf("the accepted send %s is still due", id)
			}
		})
	}
}

func TestRefuseGivesBackAllThatTheClaimTook(t *testing.T) {
	for name, waited := range map[string]bool{"while sending": false, "after a wait": true} {
		t.Run(name, func(t *testing.T) {
			store := budgeted(t, 10)
			must(t, store.UpdateContact(t.Context(), ann, consented(noon)))
			before, rev, err := store.Contact(t.Context(), ann)
			must(t, err)
			c := aClaim("run-1", true)
			c.ContactRev, c.Contact.Consents = rev, before.Consents
			must(t, store.Claim(t.Context(), c))
			if waited {
				must(t, store.Wait(t.Context(), c.Send, why, noon.Add(time.Minute), noon))
			}
			must(t, store.Refuse(t.Context(), c.Send, claim.Refused, why, noon))

			if _, got, _ := store.Contact(t.Context(), ann); got != rev {
				t.Errorf("after Refuse the contact is at rev %q, want %q as before the claim", got, rev)
			}
			if coupon, _ := store.Coupon(t.Context(), c.Coupon.Hash); coupon.State != "voided" {
				t.Errorf("after Refuse the coupon is %s, want voided", coupon.State)
			}
			if n := left(t, store); n != 10 {
				t.Errorf("after Refuse %d of 10 uses are left, want 10", n)
			}
			must(t, store.Refuse(t.Context(), c.Send, claim.Refused, why, noon))
			if n := left(t, store); n != 10 {
				t.Errorf("after a second Refuse %d of 10 uses are left, want 10", n)
			}
		})
	}
}

func TestRefuseRetriesIfTheContactChanged(t *testing.T) {
	store, faults := dynamotest.FaultyStore(t)
	c := aClaim("run-1", false)
	must(t, store.Claim(t.Context(), c))
	faults.Before("TransactWriteItems", func() { must(t, store.UpdateContact(t.Context(), ann, consented(noon))) })
	must(t, store.Refuse(t.Context(), c.Send, claim.Refused, why, noon))
	contact, _, err := store.Contact(t.Context(), ann)
	must(t, err)
	if len(contact.Ledger) != 0 || !contact.Consents[shop.TopicPromotions].Given {
		t.Errorf("Contact = %+v, want no reservation, and the consent that was stored in between", contact)
	}
}

// Other calls add reservations while Refuse removes one: none is lost.
func TestRefuseWithConcurrentWriters(t *testing.T) {
	store := dynamotest.Store(t)
	c := aClaim("run-1", false)
	must(t, store.Claim(t.Context(), c))
	done := make(chan error)
	go func() {
		var err error
		for range 5 {
			err = errors.Join(err, store.UpdateContact(t.Context(), ann, func(k frequency.Contact) (frequency.Contact, bool) {
				k.Ledger = append(k.Ledger, frequency.Entry{Send: "other", At: noon})
				return k, true
			}))
		}
		done <- err
	}()
	errRefuse := store.Refuse(t.Context(), c.Send, claim.Refused, why, noon)
	must(t, <-done)
	must(t, errRefuse)
	contact, _, err := store.Contact(t.Context(), ann)
	must(t, err)
	if len(contact.Ledger) != 5 {
		t.Errorf("the ledger has %d entries, want the other five: %+v", len(contact.Ledger), contact.Ledger)
	}
}

func TestRefuseOfASendWithAUsedCouponIsAConflict(t *testing.T) {
	client, tables := dynamotest.Tables(t)
	store := dynamo.New(client, tables)
	must(t, store.EnsureBudget(t.Context(), "welcome", 1, 10, 1))
	c := aClaim("run-1", true)
	must(t, store.Claim(t.Context(), c))
	_, err := client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{ // as the checkout does
		TableName: &tables.Coupons, Key: map[string]types.AttributeValue{"coupon": &types.AttributeValueMemberS{Value: "code#" + c.Coupon.Hash}},
		UpdateExpression:          new("SET #state = :redeemed"),
		ExpressionAttributeNames:  map[string]string{"#state": "state"},
		ExpressionAttributeValues: map[string]types.AttributeValue{":redeemed": &types.AttributeValueMemberS{Value: "redeemed"}},
	})
	must(t, err)
	if err := store.Refuse(t.Context(), c.Send, claim.Refused, why, noon); !errors.Is(err, dynamo.ErrConflict) {
		t.Errorf("Refuse of a send whose coupon was used = %v, want ErrConflict", err)
	}
	if n := left(t, store); n != 9 {
		t.Errorf("%d of 10 uses are left, want 9", n)
	}
}

func TestEndOfASendWithAReservationIsAConflict(t *testing.T) {
	store := dynamotest.Store(t)
	c := aClaim("run-1", false)
	must(t, store.Claim(t.Context(), c))
	must(t, store.Wait(t.Context(), c.Send, why, noon.Add(time.Minute), noon))
	d := c.Send
	d.State = claim.Expired
	if err := store.End(t.Context(), d); !errors.Is(err, dynamo.ErrConflict) {
		t.Errorf("End of a send that keeps its reservation = %v, want ErrConflict", err)
	}
	must(t, store.Refuse(t.Context(), c.Send, claim.Expired, why, noon))
	if k, _, _ := store.Contact(t.Context(), ann); len(k.Ledger) != 0 {
		t.Errorf("after the end the ledger is %+v, want it empty", k.Ledger)
	}
}

func TestEndOfAClaimedSendIsAConflict(t *testing.T) {
	store := dynamotest.Store(t)
	c := aClaim("run-1", false)
	must(t, store.Claim(t.Context(), c))
	d := c.Send
	d.State = claim.Suppressed
	if err := store.End(t.Context(), d); !errors.Is(err, dynamo.ErrConflict) {
		t.Errorf("End of a claimed send = %v, want ErrConflict", err)
	}
}

// SES events come twice, late and in any order.
func TestRaiseNeverLowers(t *testing.T) {
	ranked := []claim.State{claim.Accepted, claim.Delivered, claim.Bounced, claim.Complained}
	for i, is := range ranked {
		for j, reported := range ranked {
			t.Run(string(is)+" then "+string(reported), func(t *testing.T) {
				store := dynamotest.Store(t)
				c := aClaim("run-1", false)
				must(t, store.Claim(t.Context(), c))
				if _, raised, err := store.Raise(t.Context(), ann, c.Send.ID, is, "ses-1", noon); err != nil || !raised {
					t.Fatalf("Raise(SENDING to %s) = %v, %v, want it raised", is, raised, err)
				}
				d, raised, err := store.Raise(t.Context(), ann, c.Send.ID, reported, "ses-1", noon)
				want := is
				if j > i {
					want = reported
				}
				if err != nil || raised != (j > i) || d.State != want {
					t.Errorf("Raise(%s to %s) = %s, %v, %v, want %s, %v", is, reported, d.State, raised, err, want, j > i)
				}
				must(t, store.Accepted(t.Context(), c.Send, "ses-1", noon)) // its worker writes last
				if d, _ := store.Send(t.Context(), ann, c.Send.ID); d.State != want || d.SESID != "ses-1" {
					t.Errorf("after a late Accepted the send is %s of %q, want %s", d.State, d.SESID, want)
				}
			})
		}
	}
}

func TestRaiseKeepsEndStatesWithoutAMessage(t *testing.T) {
	for _, end := range []claim.State{claim.Capped, claim.Suppressed, claim.HeldOut, claim.Expired, claim.Outranked, claim.Refused} {
		t.Run(string(end), func(t *testing.T) {
			store := dynamotest.Store(t)
			d := aClaim("run-1", false).Send
			d.State, d.Attempt, d.Owner = end, 0, ""
			must(t, store.End(t.Context(), d))
			if got, raised, err := store.Raise(t.Context(), ann, d.ID, claim.Delivered, "ses-1", noon); err != nil || raised || got.State != end {
				t.Errorf("Raise(%s to DELIVERED) = %s, %v, %v, want it as it was", end, got.State, raised, err)
			}
		})
	}
}

func TestRaiseOfAnAbsentSendIsNotFound(t *testing.T) {
	store := dynamotest.Store(t)
	if _, _, err := store.Raise(t.Context(), ann, "nosuch", claim.Delivered, "ses-1", noon); !errors.Is(err, dynamo.ErrNotFound) {
		t.Errorf("Raise(absent) = %v, want ErrNotFound", err)
	}
	if _, _, err := store.Raise(t.Context(), ann, "nosuch", claim.Capped, "ses-1", noon); err == nil {
		t.Error("Raise(to CAPPED) = nil, want an error: no event reports it")
	}
	if _, err := store.Send(t.Context(), ann, "nosuch"); !errors.Is(err, dynamo.ErrNotFound) {
		t.Errorf("Send(absent) = %v, want ErrNotFound", err)
	}
}
