package frequency_test

import (
	"fmt"
	"math/rand"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"regulars/shared/frequency"
	"regulars/shared/shop"
)

const (
	all  = shop.TopicPromotions
	news = shop.Topic("news")
)

// said returns the contact after these statements, in their order.
func said(statements ...shop.ConsentStatement) (c frequency.Contact) {
	for _, s := range statements {
		c = c.WithStatement(s)
	}
	return c
}

// The same statements give the same contact in any order and number. A yes never
// counts after an opt-out of the same time or later.
func TestStatementsGiveTheSameContactInAnyOrderAndNumber(t *testing.T) {
	at := utc(t, "2026-11-01 10:00")
	rapid.Check(t, func(t *rapid.T) {
		var statements []shop.ConsentStatement
		for range rapid.IntRange(1, 12).Draw(t, "statements") {
			s := shop.ConsentStatement{
				Topic: rapid.SampledFrom([]shop.Topic{all, news, "vip"}).Draw(t, "topic"),
				Given: rapid.Bool().Draw(t, "given"),
				At:    at.Add(time.Duration(rapid.IntRange(0, 4).Draw(t, "hour")) * time.Hour),
			}
			if s.Given {
				s.Source = rapid.SampledFrom([]shop.ConsentSource{"", shop.SourceAccount, shop.SourceSignUpForm}).Draw(t, "source")
				s.Wording = rapid.SampledFrom([]string{"", "Send me news.", "Send me offers."}).Draw(t, "wording")
			}
			statements = append(statements, s)
		}
		want := said(statements...)
		again := append([]shop.ConsentStatement{}, statements...)
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(statements)-1), 0, 6).Draw(t, "duplicates") {
			again = append(again, statements[i])
		}
		rand.New(rand.NewSource(rapid.Int64().Draw(t, "shuffle"))).Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		if got := said(again...); !reflect.DeepEqual(got, want) {
			t.Fatalf("the contact depends on the order of the statements\nin order: %+v\nshuffled: %+v", want, got)
		}
		for _, topic := range []shop.Topic{all, news, "vip"} {
			var yes, no time.Time
			for _, s := range statements {
				if s.Given && s.Topic == topic && s.At.After(yes) {
					yes = s.At
				}
				if !s.Given && (s.Topic == topic || s.Topic == all) && s.At.After(no) {
					no = s.At
				}
			}
			if got, want := want.Allows(topic, nil), yes.After(no); got != want {
				t.Fatalf("%s is allowed: %t, want %t; the last yes is of %s, the last no of %s", topic, got, want, yes, no)
			}
		}
	})
}

func TestATopicNeedsItsOwnYes(t *testing.T) {
	at := utc(t, "2026-11-22 10:00")
	say := func(topic shop.Topic, given bool, hours int) shop.ConsentStatement {
		return shop.ConsentStatement{Topic: topic, Given: given, At: at.Add(time.Duration(hours) * time.Hour)}
	}
	ticked := true
	for name, c := range map[string]struct {
		contact frequency.Contact
		want    bool
	}{
		"nothing was said":                           {said(), false},
		"a yes to promotions":                        {said(say(all, true, 0)), false},
		"a yes to the topic":                         {said(say(news, true, 0)), true},
		"a no to the topic":                          {said(say(news, true, 0), say(news, false, 1)), false},
		"an opt-out of everything":                   {said(say(news, true, 0), say(all, false, 1)), false},
		"an opt-out at the same time":                {said(say(news, true, 0), say(all, false, 0)), false},
		"a yes after the opt-out of everything":      {said(say(all, false, 0), say(news, true, 1)), true},
		"a yes to promotions revives no other topic": {said(say(news, true, 0), say(all, false, 1), say(all, true, 2)), false},
		"an opt-out that was stored before":          {frequency.Contact{Consents: map[shop.Topic]frequency.Consent{news: {Given: true, At: at}, all: {At: at.Add(time.Hour)}}}, false},
	} {
		if got := c.contact.Allows(news, &ticked); got != c.want {
			t.Errorf("%s: Allows = %t, want %t", name, got, c.want)
		}
	}
	if got := fmt.Sprint(said(say(news, false, 0)).Allows(all, &ticked)); got != "true" {
		t.Errorf("a no to a topic stops promotions, want it to stop that topic only")
	}
}
