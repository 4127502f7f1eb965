package canary

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	awssdk "github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	local "regulars/infra/local/dynamodb"
	"regulars/infra/local/queue"
	"regulars/infra/opentables"
	"regulars/shared/dynamo"
	"regulars/shared/privacyrequest"
	"regulars/shared/shop"
)

// look returns the places that have a mark of the canary.
func (s *system) look(marks []mark) map[string][]string {
	s.t.Helper()
	all, err := dump(s.t.Context(), s.Running, local.NewClient(s.Settings.Endpoint()), addresses)
	must(s.t, err)
	return hits(all, marks)
}

// wait waits until something is so.
func (s *system) wait(what string, is func() bool) {
	s.t.Helper()
	for limit := time.Now().Add(time.Minute); !is(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(limit) {
			s.t.Fatalf("after a minute it is not so that %s", what)
		}
	}
}

// erase asks for the erasure of the canary by each way that there is, and waits until
// it has ended: by the customer's own link, which erases each account with the
// address, by the shop's event for another address, and by Shopify's.
func (s *system) erase() {
	s.t.Helper()
	at := s.now.Add(30 * time.Second)
	asks := 1
	if page := s.form(s.toErase, "confirm=yes"); !strings.Contains(page, "Your data is being erased") {
		s.t.Fatalf("the link answers %.600s, want that the canary is erased", page)
	}
	// The link is of the mail that came last, so it is of any of the canary's accounts
	// with that address: the shop asks for the native one as well.
	for _, customer := range []m{{"id": native, "email": address}, {"id": fmt.Sprint(commerce)}, {"email": second}} {
		s.put("shop", "customer.erase", m{"version": "1", "occurred_at": at.Format(time.RFC3339), "customer": customer})
		asks++
	}
	source, detail := sample("shopifyWebhook", "customers-redact", m{"payload": m{"customer": m{"id": shopify, "email": address, "phone": phone}, "orders_to_redact": []int{5600000777001}}})
	s.put(source, "shopifyWebhook", detail)
	s.idle()
	s.wait("all erasures have ended", func() bool {
		open, by := 0, map[shop.RequestSource]bool{}
		must(s.t, s.Store.PrivacyRequests(s.t.Context(), func(r privacyrequest.Request, _ dynamo.Rev) error {
			switch {
			case r.Means == privacyrequest.ByErasure:
				by[r.Source] = true
			case r.Kind == privacyrequest.Erase && r.Open():
				open++
			}
			return nil
		}, nil))
		return open == 0 && len(by) == 3
	})
	s.idle()
}

// clean fails the test if a mark is anywhere.
func (s *system) clean(when string, marks []mark) {
	s.t.Helper()
	found := s.look(marks)
	for _, kind := range slices.Sorted(maps.Keys(found)) {
		slices.Sort(found[kind])
		s.t.Errorf("%s, %s has %d marks: %q", when, kind, len(found[kind]), slices.Compact(found[kind]))
	}
}

func TestNothingOfTheErasedCanaryIsLeft(t *testing.T) {
	if testing.Short() {
		t.Skip("builds every function")
	}
	s := start(t)
	for _, p := range paths {
		s.t.Logf("path: %s", p.name)
		p.go_(s)
	}
	var marks []mark
	for _, text := range append(texts(), s.code(), strings.ReplaceAll(s.code(), "-", "")) {
		marks = append(marks, newMark(text))
	}

	// Before the erasure the canary is everywhere, or the test would prove nothing.
	before := s.look(marks)
	for _, kind := range []string{
		"table Orders", "table Customers", "table Sends", "table Journeys", "table Coupons",
		"queue " + s.queue("RecordDeadLetters"), "queue " + s.queue("PlanDeadLetters"), "queue " + s.queue("JourneyDeadLetters"), "queue " + s.queue("SendDeadLetters"),
		"queue " + s.queue("SettleDeadLetters"), "queue " + s.queue("PrivacyDeadLetters"),
	} {
		if len(before[kind]) == 0 {
			t.Errorf("before the erasure %s has no mark: a path does not work", kind)
		}
	}
	for kind, found := range before {
		t.Logf("before the erasure: %s has %d marks", kind, len(found))
		if strings.HasPrefix(kind, "log") || strings.HasPrefix(kind, "mail") {
			t.Errorf("before the erasure %s has marks: %q", kind, found)
		}
	}

	s.erase()
	must(t, s.Store.Erasures(t.Context(), func(e dynamo.Erasure) error {
		t.Logf("erased %s: %d passes, %v", e.Request, e.Passes, e.Erased)
		return nil
	}))
	s.clean("after the erasure", marks)

	// What comes late brings nothing back, and neither does an import.
	s.event("order.shipped", m{"order": m{"id": "zq-2"}})
	s.webhook("order.updated", s.wooOrder("order-updated-processing", nil))
	s.idle()
	s.clean("after late events", marks)
	printed := s.contacts()
	s.clean("after an import", marks)
	if !strings.Contains(printed, "erased") {
		t.Errorf("the import prints %s, want that it left out an erased contact", printed)
	}
	s.stillSuppressed()
	if !t.Failed() {
		t.Logf("nothing has one of %d marks in %d forms", len(marks), len(marks)*(len(marks[0].lower)+len(marks[0].exact)))
	}
	s.plant(marks)
}

// stillSuppressed fails the test if a mail goes to the canary's address, or its
// mailbox is not suppressed.
func (s *system) stillSuppressed() {
	s.t.Helper()
	key, err := opentables.LocalMailboxKey(s.t.Context(), s.Settings.Endpoint())
	must(s.t, err)
	for _, a := range addresses {
		c, _, err := s.Store.MailboxContact(s.t.Context(), key.Mailbox(a))
		if err != nil || c.Suppressed == nil || c.Consented(shop.TopicPromotions, new(true)) {
			s.t.Errorf("the contact of a mailbox of the canary is %+v, %v, want it suppressed", c, err)
		}
	}
	mails := len(s.mails())
	s.put("shop", "campaign.run", m{"version": "1", "campaign": "weekly-picks", "run": time.Now().UTC().Truncate(time.Second).Format(time.RFC3339)})
	s.idle()
	if now := len(s.mails()); now != mails {
		s.t.Errorf("%d mails went to the erased canary", now-mails)
	}
}

// plant puts a mark into each kind of place, and fails the test if it is not found.
func (s *system) plant(marks []mark) {
	s.t.Helper()
	ctx, db := s.t.Context(), local.NewClient(s.Settings.Endpoint())
	log := filepath.Join(s.Settings.Var, "log", "planted.log")
	item := map[string]types.AttributeValue{"setting": &types.AttributeValueMemberS{Value: "planted"}, "note": &types.AttributeValueMemberS{Value: strings.ToUpper(last)}}
	put := func() error {
		_, err := db.PutItem(ctx, &dynamodb.PutItemInput{TableName: awssdk.String("Settings"), Item: item})
		return err
	}
	for kind, plant := range map[string]func() error{
		"log planted.log": func() error {
			return os.WriteFile(log, []byte(`{"msg":"a mail was sent","to":"zephyrine.quillfeather%40canary-mail.example"}`), 0o600)
		},
		"table Settings": put,
		"queue " + s.queue("SettleDeadLetters"): func() error {
			return s.Queues().Enqueue(ctx, queue.ARN(s.queue("SettleDeadLetters")), `{"Message":"eyJ0byI6IlplcGh5cmluZS5RdWlsbGZlYXRoZXJAY2FuYXJ5LW1haWwuZXhhbXBsZSJ9"}`, nil, "")
		},
	} {
		must(s.t, plant())
		if found := s.look(marks); len(found[kind]) == 0 {
			s.t.Errorf("a mark that was planted in %s is not found", kind)
		} else {
			s.t.Logf("planted in %s: found %q", kind, found[kind][0])
		}
	}
}
