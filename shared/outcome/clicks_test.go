package outcome_test

import (
	"testing"
	"time"

	"regulars/shared/claim"
	"regulars/shared/outcome"
	"regulars/shared/profile"
)

// clicked returns the send with clicks, each some minutes after its claim.
func clicked(s claim.Send, clicks ...claim.Click) claim.Send {
	s.Changed = s.Claimed
	for i, c := range clicks {
		if !c.Machine {
			c.At = s.Claimed.Add(time.Duration(i+1) * 10 * time.Minute)
		}
		s.Clicks = append(s.Clicks, c)
	}
	return s
}

// Clicks count in each row that their message counts in, and change nothing else: a
// click makes no lift, and no order.
func TestClicksAreCountedByMessageAndByLink(t *testing.T) {
	program := claim.Click{Link: 7, Machine: true}
	sends := []claim.Send{
		clicked(send("picks", 1, claim.Delivered, 0), claim.Click{Link: 1}, claim.Click{Link: 2}, claim.Click{Link: 1}, program),
		clicked(send("picks", 2, claim.Complained, 7), claim.Click{Link: 1}),
		clicked(send("picks", 3, claim.Delivered, 14), program),
		send("picks", 4, claim.Delivered, 21),
		clicked(send("thanks", 1, claim.Delivered, 0), claim.Click{Link: 1}),
	}
	with, without := outcome.New(question), outcome.New(question)
	with.Add(outcome.Customer{Profile: profile.Profile{ID: "ann", Orders: []profile.Visit{order(1, 1_000, 0)}}, Sends: sends})
	for i := range sends {
		sends[i].Clicks = nil
	}
	without.Add(outcome.Customer{Profile: profile.Profile{ID: "ann", Orders: []profile.Visit{order(1, 1_000, 0)}}, Sends: sends})
	for key, want := range map[outcome.Key]outcome.Clicks{
		{Campaign: "picks"}:  {Messages: 2, Links: 3, Machines: 2},
		{Campaign: "thanks"}: {Messages: 1, Links: 1},
		{}:                   {Messages: 3, Links: 4, Machines: 2},
		{Campaign: "picks", By: outcome.Month, Name: "2026-10"}: {Messages: 2, Links: 3, Machines: 2},
	} {
		if got := row(t, with, key).Clicks; got != want {
			t.Errorf("%+v: %+v, want %+v", key, got, want)
		}
	}
	for _, a := range with.Rows() {
		b := row(t, without, a.Key)
		if a.After != b.After || a.Mailed != b.Mailed || a.Held != b.Held || a.Reached != b.Reached {
			t.Errorf("%+v: clicks changed what the campaign added", a.Key)
		}
	}
	merged := outcome.New(question)
	merged.Merge(with)
	merged.Merge(with)
	if got := row(t, merged, outcome.Key{}).Clicks; got != (outcome.Clicks{Messages: 6, Links: 8, Machines: 4}) {
		t.Errorf("merged: %+v", got)
	}
}
