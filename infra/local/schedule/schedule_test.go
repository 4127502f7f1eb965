package schedule

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"
	"github.com/aws/smithy-go"
	"go.etcd.io/bbolt"

	"regulars/infra/local/eventdelivery"
	"regulars/infra/local/trail"
)

// fakeTargets records the deliveries and their times.
type fakeTargets struct {
	mu    sync.Mutex
	fired []string // "06:00:00 function input"
	fail  bool     // every delivery fails
}

func (d *fakeTargets) Deliver(_ context.Context, t eventdelivery.Target, input []byte, _ string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail {
		return errors.New("the disk is full")
	}
	_, name, _ := strings.Cut(t.ARN, ":function:")
	d.fired = append(d.fired, time.Now().UTC().Format("15:04:05")+" "+name+" "+string(input))
	return nil
}

func (d *fakeTargets) Record(trail.Step) {}

func (d *fakeTargets) take() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	fired := strings.Join(d.fired, ", ")
	d.fired = nil
	return fired
}

func function(name string) eventdelivery.Target {
	return eventdelivery.Target{ARN: "arn:aws:lambda:us-east-1:000000000000:function:" + name}
}

// fixture runs the service with synctest's fake clock, which begins at midnight
// on 2000-01-01. A test can stop and restart the service.
type fixture struct {
	t       *testing.T
	path    string
	targets *fakeTargets
	db      *bbolt.DB
	*Service
	stop func()
}

func inBubble(t *testing.T, test func(w *fixture)) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "schedules")
	synctest.Test(t, func(t *testing.T) { test(&fixture{t: t, path: path, targets: &fakeTargets{}}) })
}

func (w *fixture) start(configs ...Config) {
	w.t.Helper()
	var err error
	if w.db, err = bbolt.Open(w.path, 0o600, &bbolt.Options{NoSync: true}); err != nil {
		w.t.Fatal(err)
	}
	if w.Service, err = New(w.db, configs, w.targets, w.targets, slog.New(slog.DiscardHandler)); err != nil {
		w.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = w.Run(ctx)
	}()
	w.stop = func() { cancel(); <-ended; _ = w.db.Close() }
}

// pass lets the time d pass, and returns the deliveries in it.
func (w *fixture) pass(d time.Duration) string {
	time.Sleep(d)
	synctest.Wait()
	return w.targets.take()
}

func (w *fixture) want(when, got, want string) {
	w.t.Helper()
	if got != want {
		w.t.Errorf("%s fired %q, want %q", when, got, want)
	}
}

func TestRateFiresAtOnceAndThenAfterEachInterval(t *testing.T) {
	inBubble(t, func(w *fixture) {
		w.start(Config{Name: "Tick", Expression: "rate(1 minute)", Target: function("plan"), Input: `{"a":1}`})
		defer w.stop()
		w.want("the start", w.pass(0), `00:00:00 plan {"a":1}`)
		w.want("two minutes", w.pass(2*time.Minute+time.Second), `00:01:00 plan {"a":1}, 00:02:00 plan {"a":1}`)
	})
}

func TestRuleWithARateFirstFiresAfterOneInterval(t *testing.T) {
	inBubble(t, func(w *fixture) {
		w.start(Config{Name: "Tick", Expression: "rate(5 minutes)", Target: function("plan"), Input: `1`, RuleARN: "arn:rule"})
		defer w.stop()
		w.want("the start", w.pass(4*time.Minute), "")
		w.want("the fifth minute", w.pass(time.Minute), `00:05:00 plan 1`)
	})
}

func TestMissedTimesFireOnceAfterDowntime(t *testing.T) {
	inBubble(t, func(w *fixture) {
		tick := Config{Name: "Tick", Expression: "rate(5 minutes)", Target: function("tick"), Input: `1`}
		night := Config{Name: "Night", Expression: "cron(0 3 * * ? *)", Target: function("night"), Input: `1`}
		w.start(tick, night)
		w.want("the start", w.pass(time.Minute), `00:00:00 tick 1`)
		w.stop()
		time.Sleep(3*24*time.Hour + 3*time.Hour + 7*time.Minute) // 03:08 three days later
		w.start(tick, night)
		defer w.stop()
		w.want("the restart", w.pass(0), `03:08:00 night 1, 03:08:00 tick 1`)
		w.want("two minutes later", w.pass(2*time.Minute), `03:10:00 tick 1`)
		if day := w.pass(24 * time.Hour); strings.Count(day, "night") != 1 || strings.Count(day, "tick") != 288 {
			t.Errorf("the next day fired %s, want 288 ticks and one night", day)
		}
	})
}

func TestCronFiresInItsZone(t *testing.T) {
	inBubble(t, func(w *fixture) {
		w.start(Config{Name: "Morning", Expression: "cron(0 9 ? * MON-FRI *)", Zone: "Europe/Athens", Target: function("plan"), Input: `1`})
		defer w.stop()
		w.want("the weekend", w.pass(2*24*time.Hour), "") // 2000-01-01 is a Saturday
		w.want("Monday", w.pass(24*time.Hour), `07:00:00 plan 1`)
	})
}

func TestChangedExpressionResetsTheSchedule(t *testing.T) {
	inBubble(t, func(w *fixture) {
		c := Config{Name: "Tick", Expression: "rate(1 hour)", Target: function("plan"), Input: `1`}
		w.start(c)
		w.want("the start", w.pass(0), `00:00:00 plan 1`)
		w.stop()
		c.Expression = "rate(2 hours)"
		w.start(c)
		defer w.stop()
		w.want("the new expression", w.pass(time.Second), `00:00:00 plan 1`)
	})
}

func TestMissedOneTimeScheduleFiresOnce(t *testing.T) {
	inBubble(t, func(w *fixture) {
		c := Config{Name: "Launch", Expression: "at(2000-01-01T06:00:00)", Target: function("plan"), Input: `1`}
		w.start(c)
		w.want("before", w.pass(time.Hour), "")
		w.stop()
		time.Sleep(10 * time.Hour)
		w.start(c)
		w.want("the restart", w.pass(0), `11:00:00 plan 1`)
		w.stop()
		w.start(c)
		defer w.stop()
		w.want("another restart", w.pass(24*time.Hour), "")
	})
}

func TestFailedDeliveryIsRetried(t *testing.T) {
	inBubble(t, func(w *fixture) {
		w.targets.fail = true
		w.start(Config{Name: "Tick", Expression: "rate(1 hour)", Target: function("plan"), Input: `1`})
		defer w.stop()
		w.want("the failing delivery", w.pass(5*time.Second), "")
		w.targets.mu.Lock()
		w.targets.fail = false
		w.targets.mu.Unlock()
		w.want("the retry", w.pass(time.Minute), `00:00:10 plan 1`)
	})
}

func TestDisabledAndEndedSchedulesDoNotFire(t *testing.T) {
	inBubble(t, func(w *fixture) {
		now := time.Now()
		w.start(
			Config{Name: "Off", Expression: "rate(1 minute)", Disabled: true, Target: function("off"), Input: `1`},
			Config{Name: "Window", Expression: "rate(1 minute)", Start: now.Add(10 * time.Minute), End: now.Add(11 * time.Minute), Target: function("window"), Input: `1`},
		)
		defer w.stop()
		w.want("an hour", w.pass(time.Hour), `00:10:00 window 1, 00:11:00 window 1`)
	})
}

func TestInputOfTheTarget(t *testing.T) {
	due := time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name   string
		config Config
		want   string
	}{
		{"as it is", Config{Input: `{"detail-type":"campaign.tick"}`}, `{"detail-type":"campaign.tick"}`},
		{
			"with context attributes",
			Config{Name: "N", Group: "g", Input: `{"at":"<aws.scheduler.scheduled-time>","arn":"<aws.scheduler.schedule-arn>"}`},
			`{"at":"2026-11-22T03:00:00Z","arn":"arn:aws:scheduler:us-east-1:000000000000:schedule/g/N"}`,
		},
		{
			"none, for a rule",
			Config{RuleARN: "arn:rule"},
			`{"version":"0","id":"E","detail-type":"Scheduled Event","source":"aws.events","account":"000000000000","time":"2026-11-22T03:00:00Z","region":"us-east-1","resources":["arn:rule"],"detail":{}}`,
		},
	} {
		item := &schedule{Config: c.config}
		if got := string(item.input(due, "E")); got != c.want {
			t.Errorf("%s: input = %s, want %s", c.name, got, c.want)
		}
	}
}

func TestNewListsAllFaults(t *testing.T) {
	db, err := bbolt.Open(filepath.Join(t.TempDir(), "db"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	_, err = New(db, []Config{
		{Name: "A", Expression: "rate(5 minute)", Target: function("f")},
		{Name: "B", Expression: "rate(5 minutes)"},
		{Name: "C", Expression: "at(2026-01-01T00:00:00)", Target: function("f"), RuleARN: "arn:rule"},
		{Name: "C", Expression: "rate(5 minutes)", Target: function("f")},
	}, &fakeTargets{}, &fakeTargets{}, slog.New(slog.DiscardHandler))
	for _, want := range []string{"with 5 the unit must be minutes", `schedule "B": target ""`, "a rule cannot have", `"C": two schedules have this name`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("New = %v, want %s in it", err, want)
		}
	}
}

func TestSDKCreatesUpdatesAndDeletesSchedules(t *testing.T) {
	path := filepath.Join(t.TempDir(), "schedules")
	d := &fakeTargets{}
	open := func() (*scheduler.Client, *Service, func()) {
		db, err := bbolt.Open(path, 0o600, &bbolt.Options{NoSync: true})
		if err != nil {
			t.Fatal(err)
		}
		s, err := New(db, []Config{{Name: "Tick", Expression: "rate(1 minute)", Target: function("plan")}}, d, d, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(s)
		return scheduler.New(scheduler.Options{
			Region: "us-east-1", BaseEndpoint: &server.URL, RetryMaxAttempts: 1,
			Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
		}), s, func() { server.Close(); _ = db.Close() }
	}
	client, _, done := open()
	ctx := t.Context()
	target := &types.Target{Arn: aws.String(function("plan").ARN), RoleArn: aws.String("arn:aws:iam::000000000000:role/r"), Input: aws.String(`{"a":1}`)}
	window := &types.FlexibleTimeWindow{Mode: types.FlexibleTimeWindowModeOff}
	start := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	create := &scheduler.CreateScheduleInput{
		Name: aws.String("mine"), ScheduleExpression: aws.String("cron(0 9 * * ? *)"), ScheduleExpressionTimezone: aws.String("Europe/Warsaw"),
		StartDate: &start, Target: target, FlexibleTimeWindow: window,
	}
	if out, err := client.CreateSchedule(ctx, create); err != nil || *out.ScheduleArn != "arn:aws:scheduler:us-east-1:000000000000:schedule/default/mine" {
		t.Fatalf("CreateSchedule = %+v, %v", out, err)
	}
	wantCode := func(name, code string, err error) {
		t.Helper()
		var failure smithy.APIError
		if !errors.As(err, &failure) || failure.ErrorCode() != code {
			t.Errorf("%s = %v, want %s", name, err, code)
		}
	}
	_, err := client.CreateSchedule(ctx, create)
	wantCode("create twice", "ConflictException", err)
	_, err = client.CreateSchedule(ctx, &scheduler.CreateScheduleInput{Name: aws.String("bad"), ScheduleExpression: aws.String("rate(5 minute)"), Target: target, FlexibleTimeWindow: window})
	wantCode("bad expression", "ValidationException", err)
	_, err = client.UpdateSchedule(ctx, &scheduler.UpdateScheduleInput{Name: aws.String("other"), ScheduleExpression: create.ScheduleExpression, Target: target, FlexibleTimeWindow: window})
	wantCode("update of an unknown schedule", "ResourceNotFoundException", err)
	_, err = client.DeleteSchedule(ctx, &scheduler.DeleteScheduleInput{Name: aws.String("Tick")})
	wantCode("delete of a template's schedule", "ValidationException", err)
	if _, err := client.UpdateSchedule(ctx, &scheduler.UpdateScheduleInput{Name: aws.String("mine"), ScheduleExpression: aws.String("rate(2 hours)"), StartDate: &start, Target: target, FlexibleTimeWindow: window}); err != nil {
		t.Error(err)
	}
	done()

	client, _, done = open()
	defer done()
	got, err := client.GetSchedule(ctx, &scheduler.GetScheduleInput{Name: aws.String("mine")})
	if err != nil || *got.ScheduleExpression != "rate(2 hours)" || !got.StartDate.Equal(start) || *got.Target.Input != `{"a":1}` {
		t.Errorf("GetSchedule after a restart = %+v, %v, want the updated schedule", got, err)
	}
	list, err := client.ListSchedules(ctx, &scheduler.ListSchedulesInput{GroupName: aws.String("default")})
	if err != nil || len(list.Schedules) != 2 || *list.Schedules[0].Name != "Tick" || list.Schedules[1].State != types.ScheduleStateEnabled {
		t.Errorf("ListSchedules = %+v, %v, want Tick and mine", list, err)
	}
	if _, err := client.DeleteSchedule(ctx, &scheduler.DeleteScheduleInput{Name: aws.String("mine")}); err != nil {
		t.Error(err)
	}
	_, err = client.GetSchedule(ctx, &scheduler.GetScheduleInput{Name: aws.String("mine")})
	wantCode("get after delete", "ResourceNotFoundException", err)
}
