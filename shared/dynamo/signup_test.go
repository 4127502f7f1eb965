package dynamo_test

import (
	"errors"
	"testing"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/dynamo/dynamotest"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// A sign-up is stored under the revision that was read, and no listing of
// customers has it.
func TestASignUpIsNoCustomer(t *testing.T) {
	store := dynamotest.Store(t)
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	p := profile.Profile{ID: shop.SignUpID("mailbox-1"), Mailbox: "mailbox-1", SignUp: &profile.SignUp{At: at, Send: "s1"}}
	rev, err := store.SaveSignUp(t.Context(), p, "")
	if err != nil {
		t.Fatal(err)
	}
	if got, read, err := store.Profile(t.Context(), p.ID); err != nil || read != rev || got.SignUp == nil || got.SignUp.Send != "s1" {
		t.Errorf("Profile = %+v, %q, %v, want revision %q", got, read, err, rev)
	}
	other := p
	other.SignUp = &profile.SignUp{At: at, Send: "s2"}
	if _, err := store.SaveSignUp(t.Context(), other, ""); !errors.Is(err, dynamo.ErrConflict) {
		t.Errorf("a second sign-up of the mailbox = %v, want a conflict", err)
	}
	if _, err := store.SaveSignUp(t.Context(), other, rev); err != nil {
		t.Errorf("a sign-up over the one that was read = %v", err)
	}
	for i := range 3 {
		if n, err := store.CountSignUp(t.Context(), "network", at); err != nil || n != i+1 {
			t.Errorf("CountSignUp = %d, %v, want %d", n, err, i+1)
		}
	}
	if n, err := store.CountSignUp(t.Context(), "network", at.Add(time.Hour)); err != nil || n != 1 {
		t.Errorf("CountSignUp of the next hour = %d, %v, want 1", n, err)
	}
	_, err = store.Profiles(t.Context(), dynamo.Page{Segments: 1, Limit: 100}, func(p profile.Profile) error {
		t.Errorf("the customers have %s", p.ID)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
