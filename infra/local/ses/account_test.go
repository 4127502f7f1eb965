package ses

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
)

func TestAccountCanBePausedAndSuspended(t *testing.T) {
	b := newBench(t, nil)
	out, err := b.GetAccount(ctx, &sesv2.GetAccountInput{})
	if err != nil {
		t.Fatal(err)
	}
	if !out.SendingEnabled || !out.ProductionAccessEnabled || aws.ToString(out.EnforcementStatus) != "HEALTHY" ||
		out.SendQuota.MaxSendRate != 200 || len(out.SuppressionAttributes.SuppressedReasons) != 2 {
		t.Errorf("GetAccount = %+v", out)
	}

	if _, err := b.PutAccountSendingAttributes(ctx, &sesv2.PutAccountSendingAttributesInput{SendingEnabled: false}); err != nil {
		t.Fatal(err)
	}
	_, err = b.SendEmail(ctx, letterTo("ann@example.com"))
	wantRefusal(t, err, 400, "SendingPausedException", "disabled")
	again, err := New(b.db, b.bus, b.steps, b.cfg)
	if err != nil || !again.account.Paused {
		t.Errorf("after a restart Paused = %v, %v; want true", again.account.Paused, err)
	}
	if _, err := b.PutAccountSendingAttributes(ctx, &sesv2.PutAccountSendingAttributesInput{SendingEnabled: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := b.SendEmail(ctx, letterTo("ann@example.com")); err != nil {
		t.Errorf("SendEmail after sending was enabled again = %v, want nil", err)
	}

	if err := b.Suspend(true); err != nil {
		t.Fatal(err)
	}
	_, err = b.SendEmail(ctx, letterTo("ann@example.com"))
	wantRefusal(t, err, 400, "AccountSuspendedException", "suspended")
	if out, _ := b.GetAccount(ctx, &sesv2.GetAccountInput{}); out.SendingEnabled || *out.EnforcementStatus != "SHUTDOWN" {
		t.Errorf("GetAccount = %+v, want sending disabled and SHUTDOWN", out)
	}
}

func TestSuppressionListCanBeReadAndChanged(t *testing.T) {
	b := newBench(t, nil)
	for i, address := range []string{"C@example.com", "a@example.com", "b/slash@example.com"} {
		b.clock.pass(time.Hour)
		reason := types.SuppressionListReasonBounce
		if i == 1 {
			reason = types.SuppressionListReasonComplaint
		}
		if _, err := b.PutSuppressedDestination(ctx, &sesv2.PutSuppressedDestinationInput{EmailAddress: &address, Reason: reason}); err != nil {
			t.Fatal(err)
		}
	}
	one, err := b.GetSuppressedDestination(ctx, &sesv2.GetSuppressedDestinationInput{EmailAddress: aws.String("B/Slash@example.com")})
	if err != nil || one.SuppressedDestination.Reason != "BOUNCE" || !one.SuppressedDestination.LastUpdateTime.Equal(noon.Add(3*time.Hour)) {
		t.Errorf("GetSuppressedDestination = %+v, %v", one, err)
	}
	var got []string
	pages := sesv2.NewListSuppressedDestinationsPaginator(b.Client, &sesv2.ListSuppressedDestinationsInput{PageSize: aws.Int32(2)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range page.SuppressedDestinationSummaries {
			got = append(got, *s.EmailAddress)
		}
	}
	if len(got) != 3 || got[0] != "a@example.com" || got[2] != "c@example.com" {
		t.Errorf("list = %v, want all three, ordered by address", got)
	}
	some, err := b.ListSuppressedDestinations(ctx, &sesv2.ListSuppressedDestinationsInput{
		Reasons: []types.SuppressionListReason{"BOUNCE"}, StartDate: aws.Time(noon.Add(150 * time.Minute)),
	})
	if err != nil || len(some.SuppressedDestinationSummaries) != 1 {
		t.Errorf("bounces since 14:30 = %+v, %v; want one", some, err)
	}
	if _, err := b.DeleteSuppressedDestination(ctx, &sesv2.DeleteSuppressedDestinationInput{EmailAddress: aws.String("a@example.com")}); err != nil {
		t.Fatal(err)
	}
	_, err = b.DeleteSuppressedDestination(ctx, &sesv2.DeleteSuppressedDestinationInput{EmailAddress: aws.String("a@example.com")})
	wantRefusal(t, err, 404, "NotFoundException", "a@example.com")
	_, err = b.GetSuppressedDestination(ctx, &sesv2.GetSuppressedDestinationInput{EmailAddress: aws.String("a@example.com")})
	wantRefusal(t, err, 404, "NotFoundException", "does not exist")
	_, err = b.PutSuppressedDestination(ctx, &sesv2.PutSuppressedDestinationInput{EmailAddress: aws.String("invalid"), Reason: "BOUNCE"})
	wantRefusal(t, err, 400, "BadRequestException", "invalid")
}

func TestIdentitiesAndConfigurationSetsCanBeRead(t *testing.T) {
	b := newBench(t, func(c *Config) { c.Identities = append(c.Identities, Identity{Name: "Shop@other.test"}) })
	list, err := b.ListEmailIdentities(ctx, &sesv2.ListEmailIdentitiesInput{})
	if err != nil || len(list.EmailIdentities) != 2 || list.EmailIdentities[1].IdentityType != "EMAIL_ADDRESS" {
		t.Errorf("ListEmailIdentities = %+v, %v", list, err)
	}
	id, err := b.GetEmailIdentity(ctx, &sesv2.GetEmailIdentityInput{EmailIdentity: aws.String("Shop@other.test")})
	if err != nil || !id.VerifiedForSendingStatus {
		t.Errorf("GetEmailIdentity = %+v, %v", id, err)
	}
	_, err = b.GetEmailIdentity(ctx, &sesv2.GetEmailIdentityInput{EmailIdentity: aws.String("none.test")})
	wantRefusal(t, err, 404, "NotFoundException", "none.test")
	sets, err := b.ListConfigurationSets(ctx, &sesv2.ListConfigurationSetsInput{})
	if err != nil || len(sets.ConfigurationSets) != 1 || sets.ConfigurationSets[0] != "regulars" {
		t.Errorf("ListConfigurationSets = %+v, %v", sets, err)
	}
	one, err := b.GetConfigurationSet(ctx, &sesv2.GetConfigurationSetInput{ConfigurationSetName: aws.String("regulars")})
	if err != nil || !one.SendingOptions.SendingEnabled {
		t.Errorf("GetConfigurationSet = %+v, %v", one, err)
	}
	to, err := b.GetConfigurationSetEventDestinations(ctx, &sesv2.GetConfigurationSetEventDestinationsInput{ConfigurationSetName: aws.String("regulars")})
	if err != nil || len(to.EventDestinations) != 1 || to.EventDestinations[0].MatchingEventTypes[0] != "SEND" || to.EventDestinations[0].EventBridgeDestination == nil {
		t.Errorf("GetConfigurationSetEventDestinations = %+v, %v", to, err)
	}
	for from, want := range map[string]bool{
		"Shop@OTHER.test": true, "shop@other.test": false, "x@mail.example.com": true, "x@example.com.evil.test": false,
	} {
		if _, got := b.cfg.identity(from); got != want {
			t.Errorf("identity(%s) = %v, want %v", from, got, want)
		}
	}
}

func TestNewNamesEveryFaultOfTheConfig(t *testing.T) {
	_, err := New(openDB(t, t.TempDir()+"/x.db"), &bus{}, &steps{}, Config{
		Identities: []Identity{{}, {Name: "example.com", ConfigurationSet: "missing"}},
		ConfigurationSets: []ConfigurationSet{{Name: "a", EventDestinations: []EventDestination{
			{Name: "d", Types: []string{"SENT"}, Bus: "arn:aws:events:us-east-1:000000000000:event-bus/other"},
		}}},
	})
	want := `configure SES: configuration set a, event destination d: unknown event type "SENT"
configuration set a, event destination d: bus "arn:aws:events:us-east-1:000000000000:event-bus/other": SES sends events only to the default bus
identity 1 has no name
identity example.com: no configuration set is named "missing"`
	if err == nil || err.Error() != want {
		t.Errorf("New = %v, want\n%s", err, want)
	}
}

func TestTrailStepsContainNoAddress(t *testing.T) {
	b := newBench(t, nil)
	for _, to := range []string{"ann@example.com", "bounce+ann@" + Simulator} {
		if _, err := b.SendEmail(ctx, letterTo(to)); err != nil {
			t.Fatal(err)
		}
	}
	b.publish(t)
	var names []string
	for _, s := range b.steps.list {
		names = append(names, s.Kind+" "+s.Name)
	}
	want := []string{"mail a customer", "mail simulator: bounce", "notified Email Sent", "notified Email Sent", "notified Email Delivered", "notified Email Bounced"}
	if len(names) != len(want) {
		t.Fatalf("steps = %v, want %v", names, want)
	}
	for i := range want {
		if names[i] != want[i] {
			t.Errorf("step %d = %s, want %s", i, names[i], want[i])
		}
	}
}
