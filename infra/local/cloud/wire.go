package cloud

import (
	"time"

	"regulars/infra/local/bus"
	"regulars/infra/local/eventdelivery"
	"regulars/infra/local/lambda"
	"regulars/infra/local/poll"
	"regulars/infra/local/queue"
	"regulars/infra/local/schedule"
	"regulars/infra/local/ses"
	"regulars/infra/local/template"
)

// The functions below convert the template's resources to each service's
// configuration.

func functionConfigs(t *template.Template, programs Programs) []lambda.Config {
	var out []lambda.Config
	for _, f := range t.Functions {
		program := programs.Functions[f.ID]
		out = append(out, lambda.Config{
			ID: f.ID, Name: f.Name, ARN: f.ARN, Binary: program.Path, Built: program.Built, Handler: f.Handler,
			Timeout: f.Timeout, MemoryMB: f.MemoryMB, Reserved: f.Reserved, Env: f.Env,
			LogFormat: f.LogFormat, LogLevel: f.LogLevel,
			Retries: f.Async.Retries, MaxAge: f.Async.MaxAge, OnFailure: f.Async.OnFailure, DeadLetters: f.Async.DeadLetters,
			URL: f.URL, SignedURL: f.SignedURL, Streams: f.Streams,
		})
	}
	return out
}

func queueConfigs(t *template.Template) []queue.Config {
	var out []queue.Config
	for _, q := range t.Queues {
		out = append(out, queue.Config{
			Name: q.Name, VisibilityTimeout: q.Visibility, Delay: q.Delay, Retention: q.Retention, ReceiveWait: q.Wait,
			MaxMessageBytes: q.MaxSize, DeadLetterARN: q.DeadLetters, MaxReceiveCount: q.MaxReceives,
		})
	}
	return out
}

func mappingConfigs(t *template.Template) []poll.Config {
	var out []poll.Config
	for _, m := range t.Mappings {
		out = append(out, poll.Config{
			QueueARN: m.Queue, Function: m.Function, BatchSize: m.BatchSize, Window: m.Window,
			MaxConcurrency: m.MaxConcurrency, ReportFailures: m.Partial,
		})
	}
	return out
}

func target(t template.Target) eventdelivery.Target {
	return eventdelivery.Target{ARN: t.ARN, Attempts: t.Retries, MaxAge: t.MaxAge, DeadLetterARN: t.DeadLetters}
}

func ruleConfigs(t *template.Template) []bus.Rule {
	var out []bus.Rule
	for _, r := range t.Rules {
		rule := bus.Rule{Name: r.Name, Bus: r.Bus, Pattern: string(r.Pattern), Disabled: r.Disabled}
		for _, to := range r.Targets {
			rule.Targets = append(rule.Targets, bus.Target{
				ID: to.ID, Target: target(to), Input: to.Input, InputPath: to.InputPath,
				InputPaths: to.InputPaths, InputTemplate: to.InputShape,
			})
		}
		out = append(out, rule)
	}
	return out
}

func scheduleConfigs(t *template.Template) []schedule.Config {
	var out []schedule.Config
	for _, s := range t.Schedules {
		out = append(out, schedule.Config{
			Name: s.Name, Expression: s.Expression, Zone: s.Zone, Start: s.Start, End: s.End,
			Disabled: s.Disabled, Target: target(s.Target), Input: s.Target.Input, RuleARN: s.RuleARN,
		})
	}
	return out
}

func mailConfig(t *template.Template) ses.Config {
	var c ses.Config
	for _, identity := range t.Identities {
		c.Identities = append(c.Identities, ses.Identity{Name: identity.Name, ConfigurationSet: identity.ConfigurationSet})
	}
	for _, set := range t.ConfigurationSets {
		s := ses.ConfigurationSet{Name: set.Name, SendingDisabled: !set.Sending, SuppressedReasons: set.Suppressed}
		for _, d := range set.Events {
			s.EventDestinations = append(s.EventDestinations, ses.EventDestination{Name: d.Name, Types: d.Types, Bus: d.Bus})
		}
		c.ConfigurationSets = append(c.ConfigurationSets, s)
	}
	return c
}

// stopTimeout is how long running function calls may go on after the program is
// stopped.
const stopTimeout = 5 * time.Second
