package ses

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
)

func TestEventsOfEachKindOfAddress(t *testing.T) {
	for phrase, test := range map[string]struct {
		to    string
		want  string
		state State
	}{
		"customer":                       {"ann@example.com", "Email Sent, Email Delivered", Delivered},
		"simulator success":              {"success@" + Simulator, "Email Sent, Email Delivered", Delivered},
		"simulator out of office":        {"ooto@" + Simulator, "Email Sent, Email Delivered", Delivered},
		"simulator bounce":               {"bounce@" + Simulator, "Email Sent, Email Bounced Permanent/General", Bounced},
		"simulator bounce with a label":  {"Bounce+order-7@Simulator.AmazonSES.com", "Email Sent, Email Bounced Permanent/General", Bounced},
		"simulator complaint":            {"complaint@" + Simulator, "Email Sent, Email Delivered, Email Complaint Received", Complained},
		"simulator suppression list":     {"suppressionlist@" + Simulator, "Email Sent, Email Bounced Permanent/OnAccountSuppressionList", Bounced},
		"suppressed for a bounce":        {"Gone@example.com", "Email Sent, Email Bounced Permanent/OnAccountSuppressionList", Bounced},
		"bounce@ another domain":         {"bounce@example.com", "Email Sent, Email Delivered", Delivered},
		"suppressed, ignored by the set": {"spam@example.com", "Email Sent, Email Delivered", Delivered},
	} {
		t.Run(phrase, func(t *testing.T) {
			b := newBench(t, func(c *Config) { c.ConfigurationSets[0].SuppressedReasons = []string{"BOUNCE"} })
			for address, reason := range map[string]types.SuppressionListReason{"gone@example.com": "BOUNCE", "spam@example.com": "COMPLAINT"} {
				if _, err := b.PutSuppressedDestination(ctx, &sesv2.PutSuppressedDestinationInput{EmailAddress: &address, Reason: reason}); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := b.SendEmail(ctx, letterTo(test.to)); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range b.publish(t) {
				var d struct {
					Bounce *struct{ BounceType, BounceSubType string }
				}
				if err := json.Unmarshal(e.Detail.(json.RawMessage), &d); err != nil {
					t.Fatal(err)
				}
				name := e.DetailType
				if d.Bounce != nil {
					name += " " + d.Bounce.BounceType + "/" + d.Bounce.BounceSubType
				}
				got = append(got, name)
			}
			if strings.Join(got, ", ") != test.want {
				t.Errorf("published %v, want %s", got, test.want)
			}
			if s := b.Messages(Filter{}).Items[0].State; s != test.state {
				t.Errorf("state = %s, want %s", s, test.state)
			}
		})
	}
}

// The fields are those of "Examples of event data that Amazon SES publishes".
func TestBounceEventHasTheFieldsOfSES(t *testing.T) {
	b := newBench(t, nil)
	in := letterTo("bounce@" + Simulator)
	in.Content.Simple.Subject.Data = aws.String("Dziękujemy")
	out, err := b.SendEmail(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	events := b.publish(t)
	if len(events) != 2 {
		t.Fatalf("%d events, want 2", len(events))
	}
	e := events[1]
	if e.Source != "aws.ses" || e.DetailType != "Email Bounced" || len(e.ID) != 36 || e.Account != "000000000000" ||
		len(e.Resources) != 1 || e.Resources[0] != "arn:aws:ses:us-east-1:000000000000:configuration-set/regulars" {
		t.Errorf("event = %+v", e)
	}
	var got map[string]any
	if err := json.Unmarshal(e.Detail.(json.RawMessage), &got); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"eventType":            "Bounce",
		"bounce.bounceType":    "Permanent",
		"bounce.bounceSubType": "General",

		"bounce.bouncedRecipients.0.emailAddress":   "bounce@simulator.amazonses.com",
		"bounce.bouncedRecipients.0.action":         "failed",
		"bounce.bouncedRecipients.0.status":         "5.1.1",
		"bounce.bouncedRecipients.0.diagnosticCode": "smtp; 550 5.1.1 user unknown",
		"bounce.timestamp":                          "2026-11-22T12:00:00.200Z",
		"mail.timestamp":                            "2026-11-22T12:00:00.000Z",
		"mail.messageId":                            *out.MessageId,
		"mail.source":                               "The Shop <shop@example.com>",
		"mail.sourceArn":                            "arn:aws:ses:us-east-1:000000000000:identity/shop@example.com",
		"mail.sendingAccountId":                     "000000000000",
		"mail.destination.0":                        "bounce@simulator.amazonses.com",
		"mail.headersTruncated":                     "false",
		"mail.commonHeaders.subject":                "Dziękujemy",
		"mail.commonHeaders.to.0":                   "bounce@simulator.amazonses.com",
		"mail.commonHeaders.messageId":              *out.MessageId,
		"mail.tags.campaign.0":                      "thanks",
		"mail.tags.ses:configuration-set.0":         "regulars",
		"mail.tags.ses:from-domain.0":               "example.com",
		"mail.tags.ses:caller-identity.0":           "local",
		"mail.tags.ses:source-ip.0":                 "127.0.0.1",
		"mail.headers.0.name":                       "Date",
		"bounce.feedbackId":                         "*",
		"bounce.reportingMTA":                       "*",
		"mail.tags.ses:operation.0":                 "SendEmail",
		"mail.headers.1.value":                      "\"The Shop\" <shop@example.com>",
	} {
		if value := at(got, path); value != want && (want != "*" || value == "<nil>") {
			t.Errorf("%s = %s, want %s", path, value, want)
		}
	}
}

// at returns the value at a path of names and indexes, separated by dots.
func at(v any, path string) string {
	for part := range strings.SplitSeq(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			v = in[part]
		case []any:
			var n int
			if _, err := fmt.Sscan(part, &n); err != nil || n >= len(in) {
				return "<nil>"
			}
			v = in[n]
		default:
			return "<nil>"
		}
	}
	return fmt.Sprint(v)
}

func TestOnlyMatchedEventTypesArePublished(t *testing.T) {
	b := newBench(t, func(c *Config) { c.ConfigurationSets[0].EventDestinations[0].Types = []string{"BOUNCE"} })
	if _, err := b.SendEmail(ctx, letterTo("complaint@"+Simulator)); err != nil {
		t.Fatal(err)
	}
	in := letterTo("ann@example.com")
	in.ConfigurationSetName = nil
	if _, err := b.SendEmail(ctx, in); err != nil {
		t.Fatal(err)
	}
	if events := b.publish(t); len(events) != 0 {
		t.Errorf("published %v, want no events", events)
	}
	if s := b.Messages(Filter{}).Items[1].State; s != Complained {
		t.Errorf("state = %s, want complained, although no event was published", s)
	}
}

func TestEventsAreNotPublishedBeforeTheyAreDue(t *testing.T) {
	b := newBench(t, nil)
	if _, err := b.SendEmail(ctx, letterTo("ann@example.com")); err != nil {
		t.Fatal(err)
	}
	then, err := b.PublishDue(ctx)
	if err != nil || len(b.bus.events) != 1 || b.bus.events[0].DetailType != "Email Sent" {
		t.Errorf("events at once = %v, %v; want only Email Sent", b.bus.events, err)
	}
	if want := noon.Add(b.cfg.NotifyAfter); !then.Equal(want) {
		t.Errorf("next event is due at %v, want %v", then, want)
	}
}

// If the program is killed after it accepted a message, it publishes the events
// after its next start; if the bus fails, it publishes them later.
func TestDueEventsSurviveAKillAndABusFailure(t *testing.T) {
	b := newBench(t, nil)
	for range 3 {
		if _, err := b.SendEmail(ctx, letterTo("ann@example.com")); err != nil {
			t.Fatal(err)
		}
	}
	b.bus.down = true
	if events := b.publish(t); len(events) != 0 {
		t.Fatalf("the bus is down but accepted %v", events)
	}
	copied := filepath.Join(t.TempDir(), "after-kill.db") // the file as a killed process leaves it
	tx, err := b.db.Begin(false)
	if err != nil {
		t.Fatal(err)
	}
	if err := tx.CopyFile(copied, 0o600); err != nil {
		t.Fatal(err)
	}
	_ = tx.Rollback()

	again := &bench{bus: &bus{}, steps: &steps{}, clock: b.clock, db: openDB(t, copied)}
	if again.Server, err = New(again.db, again.bus, again.steps, b.cfg); err != nil {
		t.Fatal(err)
	}
	if n := again.Messages(Filter{}).Total; n != 3 {
		t.Errorf("%d messages after the start, want 3", n)
	}
	events := again.publish(t)
	if len(events) != 6 {
		t.Errorf("published %d events after the start, want 6", len(events))
	}
	if _, err := again.PublishDue(ctx); err != nil || len(again.bus.events) != 6 {
		t.Errorf("after publishing again: %d events, %v; want each once", len(again.bus.events), err)
	}
	b.bus.down = false
	first := b.publish(t)
	if len(first) != 6 || first[0].ID != events[0].ID {
		t.Errorf("published %d events after the bus recovered, the first %s; want 6, and %s as after the restart", len(first), first[0].ID, events[0].ID)
	}
	for _, s := range again.Messages(Filter{}).Items {
		if s.State != Delivered {
			t.Errorf("state of %s = %s, want delivered", s.ID, s.State)
		}
	}
}
