package dynamo_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"regulars/shared/checkout"
	"regulars/shared/claim"
	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/frequency"
	"regulars/shared/shop"
)

// writes are all conditional writes, each with the state that it needs before,
// and a check that it was made exactly once.
var writes = map[string]struct {
	operation string
	before    func(*testing.T, *dynamo.Store)
	write     func(context.Context, *dynamo.Store) error
	made      func(*testing.T, *dynamo.Store) bool
}{
	"save a fold": {
		operation: "TransactWriteItems",
		write:     func(ctx context.Context, s *dynamo.Store) error { return s.SaveFold(ctx, firstFold("o-1")) },
		made: func(t *testing.T, s *dynamo.Store) bool {
			_, rev, _ := s.Order(t.Context(), "o-1")
			return rev != ""
		},
	},
	"save an order alone": {
		operation: "PutItem",
		write: func(ctx context.Context, s *dynamo.Store) error {
			return s.SaveFold(ctx, dynamo.Fold{Order: anOrder("o-1")})
		},
		made: func(t *testing.T, s *dynamo.Store) bool {
			_, rev, _ := s.Order(t.Context(), "o-1")
			return rev != ""
		},
	},
	"change the contact of a mailbox": {
		operation: "PutItem",
		write:     func(ctx context.Context, s *dynamo.Store) error { return s.UpdateMailbox(ctx, "m-1", consented(noon)) },
		made: func(t *testing.T, s *dynamo.Store) bool {
			c, _, _ := s.MailboxContact(t.Context(), "m-1")
			return c.Consents[shop.TopicPromotions].Given
		},
	},
	"change a customer's own contact": {
		operation: "TransactWriteItems",
		write:     func(ctx context.Context, s *dynamo.Store) error { return s.UpdateContact(ctx, ann, consented(noon)) },
		made: func(t *testing.T, s *dynamo.Store) bool {
			c, _, _ := s.Contact(t.Context(), ann)
			return c.Consents[shop.TopicPromotions].Given
		},
	},
	"create a budget": {
		operation: "TransactWriteItems",
		write:     func(ctx context.Context, s *dynamo.Store) error { return s.EnsureBudget(ctx, "spring", 1, 7, 3) },
		made: func(t *testing.T, s *dynamo.Store) bool {
			shards, _ := s.Budget(t.Context(), "spring", 1)
			return len(shards) == 3 && shards[0] == 3 && shards[2] == 2
		},
	},
	"claim": {
		operation: "TransactWriteItems",
		write:     func(ctx context.Context, s *dynamo.Store) error { return s.Claim(ctx, aClaim("run-1", true)) },
		made: func(t *testing.T, s *dynamo.Store) bool {
			d, _ := s.Send(t.Context(), ann, aClaim("run-1", true).Send.ID)
			return d.State == claim.Sending && left(t, s) == 9
		},
	},
	"hold for an order": {
		operation: "TransactWriteItems",
		write: func(ctx context.Context, s *dynamo.Store) error {
			r, changes, err := checkout.Redemption{}.Hold(checkout.Redemption{Order: "o-1", Uses: []checkout.Use{{Offer: "welcome", Version: 1}}}, noon)
			if err != nil {
				return err
			}
			return s.SaveRedemption(ctx, dynamo.Checkout{Redemption: r, Changes: changes, Now: noon})
		},
		made: func(t *testing.T, s *dynamo.Store) bool {
			r, _, _ := s.Redemption(t.Context(), "o-1")
			return r.State == checkout.Held && left(t, s) == 9
		},
	},
	"end": {
		operation: "PutItem",
		write: func(ctx context.Context, s *dynamo.Store) error {
			d := aClaim("run-1", false).Send
			d.State, d.Attempt, d.Owner = claim.Capped, 0, ""
			return s.End(ctx, d)
		},
		made: isNow(claim.Capped),
	},
	"accept": {operation: "UpdateItem", before: claimed, write: outcome("accepted"), made: isNow(claim.Accepted)},
	"wait":   {operation: "UpdateItem", before: claimed, write: outcome("wait"), made: isNow(claim.Queued)},
	"lose":   {operation: "UpdateItem", before: claimed, write: outcome("lose"), made: isNow(claim.Lost)},
	"refuse": {
		operation: "TransactWriteItems", before: claimed, write: outcome("refuse"),
		made: func(t *testing.T, s *dynamo.Store) bool { return isNow(claim.Refused)(t, s) && left(t, s) == 10 },
	},
	"put a policy in force": {
		operation: "TransactWriteItems",
		write:     func(ctx context.Context, s *dynamo.Store) error { return s.SavePolicy(ctx, "v1", []byte("policy")) },
		made: func(t *testing.T, s *dynamo.Store) bool {
			v, b, _ := s.Policy(t.Context())
			return v == "v1" && string(b) == "policy"
		},
	},
	"advance a run": {
		operation: "UpdateItem",
		before: func(t *testing.T, s *dynamo.Store) {
			_, err := s.StartRun(t.Context(), winterRun, 2, noon)
			must(t, err)
		},
		write: func(ctx context.Context, s *dynamo.Store) error {
			_, err := s.Advance(ctx, winterRun, 1, "", "there", 5)
			return err
		},
		made: func(t *testing.T, s *dynamo.Store) bool {
			p, _ := s.RunProgress(t.Context(), winterRun)
			return p.Planned == 5 && p.Cursors[1] == "there"
		},
	},
}

func claimed(t *testing.T, s *dynamo.Store) { must(t, s.Claim(t.Context(), aClaim("run-1", true))) }

func outcome(name string) func(context.Context, *dynamo.Store) error {
	return func(ctx context.Context, s *dynamo.Store) error {
		return outcomes[name].write(ctx, s, aClaim("run-1", true).Send)
	}
}

func isNow(state claim.State) func(*testing.T, *dynamo.Store) bool {
	return func(t *testing.T, s *dynamo.Store) bool {
		d, _ := s.Send(t.Context(), ann, aClaim("run-1", true).Send.ID)
		return d.State == state
	}
}

// faulty returns a store on which the write of that name can be made, and its
// Faults.
func faulty(t *testing.T, name string) (*dynamo.Store, *dynamotest.Faults) {
	t.Helper()
	store, faults := dynamotest.FaultyStore(t)
	must(t, store.EnsureBudget(t.Context(), "welcome", 1, 10, 1))
	if before := writes[name].before; before != nil {
		before(t, store)
	}
	return store, faults
}

// The SDK repeats a call whose answer was lost, and then finds its own write.
func TestWriteSucceedsAfterOneLostAnswer(t *testing.T) {
	for name, w := range writes {
		t.Run(name, func(t *testing.T) {
			store, faults := faulty(t, name)
			faults.Lose(w.operation, 1)
			if err := w.write(t.Context(), store); err != nil {
				t.Errorf("%s, answer lost once: %v", name, err)
			}
			if !w.made(t, store) {
				t.Errorf("%s, answer lost once: the write was not made, or made twice", name)
			}
		})
	}
}

// If the answers of all attempts of the SDK are lost, the store reads back.
func TestLostAnswersAreReadBack(t *testing.T) {
	for name, w := range writes {
		t.Run(name, func(t *testing.T) {
			store, faults := faulty(t, name)
			faults.Lose(w.operation, dynamotest.SDKAttempts)
			if err := w.write(t.Context(), store); err != nil {
				t.Errorf("%s, all answers lost: %v", name, err)
			}
			if !w.made(t, store) {
				t.Errorf("%s, all answers lost: the write was not made, or made twice", name)
			}
		})
	}
}

// A write that was not carried out must not count as made.
func TestThrottledWriteIsNotMade(t *testing.T) {
	for name, w := range writes {
		t.Run(name, func(t *testing.T) {
			store, faults := faulty(t, name)
			faults.Refuse(w.operation, dynamotest.SDKAttempts, "ProvisionedThroughputExceededException")
			if err := w.write(t.Context(), store); !errors.Is(err, dynamo.ErrThrottled) {
				t.Errorf("%s, throttled = %v, want ErrThrottled", name, err)
			}
			if w.made(t, store) {
				t.Errorf("%s was made, without a call to the engine", name)
			}
		})
	}
}

func TestWriteRetriesWhileAnotherTransactionIsInTheWay(t *testing.T) {
	for name, w := range writes {
		t.Run(name, func(t *testing.T) {
			store, faults := faulty(t, name)
			inTheWay(faults, w.operation, 2)
			if err := w.write(t.Context(), store); err != nil {
				t.Errorf("%s, two transactions in the way: %v", name, err)
			}
			if !w.made(t, store) {
				t.Errorf("%s, two transactions in the way: the write was not made, or made twice", name)
			}
		})
	}
}

func inTheWay(faults *dynamotest.Faults, operation string, times int) {
	if operation == "TransactWriteItems" {
		faults.Refuse(operation, times, "TransactionCanceledException", "None", "TransactionConflict")
	} else {
		faults.Refuse(operation, times, "TransactionConflictException")
	}
}

func TestClaimFailsAfterEightThrottledAttempts(t *testing.T) {
	for _, reason := range []string{"TransactionConflict", "ProvisionedThroughputExceeded", "ThrottlingError"} {
		t.Run(reason, func(t *testing.T) {
			store, faults := dynamotest.FaultyStore(t)
			store.Pause = noPause
			faults.Refuse("TransactWriteItems", 100, "TransactionCanceledException", "None", reason)
			err := store.Claim(t.Context(), aClaim("run-1", false))
			if !errors.Is(err, dynamo.ErrThrottled) || errors.Is(err, dynamo.ErrConflict) {
				t.Errorf("Claim = %v, want ErrThrottled and no ErrConflict", err)
			}
			if n := faults.Calls("TransactWriteItems"); n != 8 {
				t.Errorf("Claim was tried %d times, want 8", n)
			}
		})
	}
}

func TestClaimWithEndedContextFails(t *testing.T) {
	store, faults := dynamotest.FaultyStore(t)
	faults.Refuse("TransactWriteItems", 100, "TransactionCanceledException", "TransactionConflict", "None")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := store.Claim(ctx, aClaim("run-1", false)); !errors.Is(err, context.Canceled) {
		t.Errorf("Claim with an ended context = %v, want context.Canceled", err)
	}
}

func TestFailedConditionIsReportedBeforeATransactionConflict(t *testing.T) {
	store, faults := dynamotest.FaultyStore(t)
	faults.Refuse("TransactWriteItems", 1, "TransactionCanceledException", "TransactionConflict", "ConditionalCheckFailed")
	var stop *dynamo.ClaimRefused
	if err := store.Claim(t.Context(), aClaim("run-1", false)); !errors.As(err, &stop) || !stop.Contact || stop.Send {
		t.Errorf("Claim = %v, want it refused for the contact", err)
	}
}

// A failed claim does not succeed because another worker has claimed the send.
func TestReadBackDoesNotAcceptAnotherOwner(t *testing.T) {
	store, faults := dynamotest.FaultyStore(t)
	must(t, store.Claim(t.Context(), aClaim("run-1", false)))
	mine := aClaim("run-1", false)
	mine.Send.Owner = "mine"
	faults.Refuse("TransactWriteItems", dynamotest.SDKAttempts, "InternalServerError")
	err := store.Claim(t.Context(), mine)
	if err == nil || !strings.Contains(err.Error(), "InternalServerError") {
		t.Errorf("Claim of another's send after a failure = %v, want the failure", err)
	}
}

func TestUpdateContactFailsAfterEightConflicts(t *testing.T) {
	store := dynamotest.Store(t)
	store.Pause = noPause
	n := 0
	err := store.UpdateContact(t.Context(), ann, func(c frequency.Contact) (frequency.Contact, bool) {
		n++
		must(t, store.UpdateContact(t.Context(), ann, consented(noon.AddDate(0, 0, n)))) // always before this one
		c.Wishes.Pause.Value = "2026-11-22"
		return c, true
	})
	if !errors.Is(err, dynamo.ErrConflict) || n != 8 {
		t.Errorf("UpdateContact, always overtaken, = %v after %d attempts, want ErrConflict after 8", err, n)
	}
}

// The caller of Watch acknowledges the queue message of the send. The record of
// the send does not show whether Watch was made, so a failure must be returned.
func TestFailedWatchReturnsTheError(t *testing.T) {
	store, faults := dynamotest.FaultyStore(t)
	must(t, store.Claim(t.Context(), aClaim("run-1", false)))
	faults.Refuse("UpdateItem", 1, "InternalServerError")
	if err := store.Watch(t.Context(), aClaim("run-1", false).Send); err == nil {
		t.Error("Watch that failed: no error")
	}
}
