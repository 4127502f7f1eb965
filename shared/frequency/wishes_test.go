package frequency_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/shared/frequency"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// wishes returns the wishes of a mailbox with a pace and a pause.
func wishes(pace, pause string) frequency.Wishes {
	return frequency.Wishes{Pace: frequency.Wish{Value: pace}, Pause: frequency.Wish{Value: pause}}
}

// Of each wish the latest counts, in any order of arrival and with repetitions.
func TestTheLatestWishCountsInAnyOrder(t *testing.T) {
	base := utc(t, "2026-11-22 10:00")
	rapid.Check(t, func(t *rapid.T) {
		wish := rapid.Custom(func(t *rapid.T) frequency.Wish {
			return frequency.Wish{Value: rapid.SampledFrom([]string{"", "weekly", "monthly"}).Draw(t, "value"), At: base.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "at")) * time.Second)}
		})
		all := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) frequency.Wishes {
			return frequency.Wishes{Pace: wish.Draw(t, "pace"), Pause: wish.Draw(t, "pause"), Language: wish.Draw(t, "language"), Plain: wish.Draw(t, "plain")}
		}), 1, 6).Draw(t, "wishes")
		merged := func(all []frequency.Wishes) (c frequency.Contact) {
			for _, w := range all {
				c = c.WithWishes(w)
			}
			return c
		}
		first := merged(all)
		shuffled := rapid.Permutation(all).Draw(t, "order")
		if again := merged(append(shuffled, all[0])); again.Wishes != first.Wishes {
			t.Fatalf("in another order the wishes are %+v, want %+v", again.Wishes, first.Wishes)
		}
		latest := slices.MaxFunc(all, func(a, b frequency.Wishes) int { return a.Pace.At.Compare(b.Pace.At) })
		if !first.Wishes.Pace.At.Equal(latest.Pace.At) {
			t.Fatalf("the pace is that of %s, want the latest, of %s", first.Wishes.Pace.At, latest.Pace.At)
		}
	})
}

// A wish belongs to the mailbox: it goes with a customer whose address changes, it
// comes with a customer whose address becomes known, and an erasure ends it.
func TestWishesGoWithTheMailbox(t *testing.T) {
	at := utc(t, "2026-11-22 10:00")
	chose := func(value string, at time.Time) frequency.Contact {
		return frequency.Contact{}.WithWishes(frequency.Wishes{Pace: frequency.Wish{Value: value, At: at}})
	}
	of := profile.Profile{ID: "c-1"}
	for name, c := range map[string]struct {
		got  frequency.Contact
		want string
	}{
		"the address changes":                    {second(frequency.Move(of, chose(frequency.Monthly, at), frequency.Contact{})), frequency.Monthly},
		"the new mailbox has a later wish":       {second(frequency.Move(of, chose(frequency.Monthly, at), chose(frequency.Weekly, at.Add(time.Hour)))), frequency.Weekly},
		"the new mailbox has an earlier wish":    {second(frequency.Move(of, chose(frequency.Monthly, at), chose(frequency.Weekly, at.Add(-time.Hour)))), frequency.Monthly},
		"the new mailbox took a wish back since": {second(frequency.Move(of, chose(frequency.Monthly, at), chose("", at.Add(time.Hour)))), ""},
		"the address becomes known":              {frequency.Contact{}.Adopt(chose(frequency.Monthly, at), of), frequency.Monthly},
		"an opt-out and an opt-in":               {chose(frequency.Monthly, at).WithRefusal(shop.TopicPromotions, at).WithConsent(shop.TopicPromotions, true, at.Add(time.Hour)), frequency.Monthly},
		"an erasure":                             {chose(frequency.Monthly, at).Erased(at.Add(time.Hour)), ""},
	} {
		if got := c.got.Wishes.Pace.Value; got != c.want {
			t.Errorf("%s: the pace is %q, want %q", name, got, c.want)
		}
	}
}

// An erasure takes along all that a person chose and asked for.
func TestAnErasureForgetsWishesAndLinks(t *testing.T) {
	at := utc(t, "2026-11-22 10:00")
	w := frequency.Wish{Value: "x", At: at}
	c := frequency.Contact{}.WithWishes(frequency.Wishes{Pace: w, Pause: w, Language: w, Plain: w}).
		WithLinkAsked(shop.AskedErasure, frequency.LinkRequest{At: at, Send: "s"})
	if got := c.Erased(at.Add(time.Hour)); got.Wishes != (frequency.Wishes{}) || got.Links != nil {
		t.Errorf("after the erasure the contact has %+v and %+v", got.Wishes, got.Links)
	}
}

func second(_, joined frequency.Contact) frequency.Contact { return joined }
