package main

import "regulars/infra/proof/simulate/judge"

// ofAsking breaks how SES is asked, and how its answers are sorted.
func ofAsking() []mutant {
	return []mutant{
		{
			name:   "the SDK retries SES",
			means:  "the gate keeps the SDK's default retryer, which asks again after a lost answer",
			edits:  []edit{{"shared/ses/client.go", `func(o *sesv2.Options) { o.Retryer = aws.NopRetryer{} }`, `func(*sesv2.Options) {}`}},
			breaks: []judge.Promise{judge.Once},
		},
		{
			name:  "a lost answer is taken for a refusal",
			means: "what SES may have taken ends REFUSED, and its slot and coupon go back",
			edits: []edit{{
				"shared/ses/client.go",
				"!errors.As(err, &answer) {\n\t\treturn &Unknown{err}",
				"!errors.As(err, &answer) {\n\t\treturn &Refused{Code: \"NoAnswer\", Text: \"none came\"}",
			}},
			breaks: []judge.Promise{judge.Vanished, judge.Kept},
		},
		{
			name:  "a lost answer is tried again",
			means: "what SES may have taken waits, and is sent again",
			edits: []edit{{
				"shared/ses/client.go",
				"!errors.As(err, &answer) {\n\t\treturn &Unknown{err}",
				"!errors.As(err, &answer) {\n\t\treturn &Wait{Code: \"NoAnswer\", Text: \"none came\"}",
			}},
			breaks: []judge.Promise{judge.Once},
		},
		{
			name:   "a 5xx is taken for certain",
			means:  "a failure of SES's, which may come after it took the message, counts as a refusal",
			edits:  []edit{{"shared/ses/client.go", `status < 400 || status > 499 || status ==`, `status < 400 || status ==`}},
			breaks: []judge.Promise{judge.Vanished, judge.Kept},
		},
		{
			name:   "an answer without a name is taken for certain",
			means:  "what a proxy on the way says counts as SES's word",
			edits:  []edit{{"shared/ses/client.go", ` || code == unnamed`, ``}},
			seenBy: &check{"./shared/ses", "TestEveryAnswerWithoutAnErrorTypeIsClassified"}, // there is nothing between the simulated SES and its client
		},
		{
			name:   "a lost answer is put on no list",
			means:  "the worker that hears nothing of SES acknowledges its message and has nobody watch the send",
			edits:  []edit{{"shared/dispatch/act.go", `return w.Attempts.Watch(ctx, a.send)`, `return nil`}},
			breaks: []judge.Promise{judge.Vanished},
		},
		{
			name:  "an acceptance that cannot be stored is acknowledged",
			means: "the worker forgets its message although the record still says SENDING",
			edits: []edit{{
				"shared/dispatch/act.go",
				`return w.Attempts.Accepted(ctx, a.send, sesID, w.Now())`,
				"_ = w.Attempts.Accepted(ctx, a.send, sesID, w.Now())\n\t\treturn nil",
			}},
			breaks: []judge.Promise{judge.Vanished},
		},
		{
			name:  "a decision that cannot be stored is acknowledged",
			means: "the worker forgets its message although neither an end nor a wait is on record",
			edits: []edit{{
				"shared/dispatch/act.go",
				"if err != nil || send.State != claim.Sending {\n\t\treturn nil, err",
				"if err != nil || send.State != claim.Sending {\n\t\tif !errors.Is(err, dynamo.ErrConflict) {\n\t\t\terr = nil\n\t\t}\n\t\treturn nil, err",
			}},
			breaks: []judge.Promise{judge.Vanished},
		},
		{
			name:   "another's SENDING is acknowledged without a watch",
			means:  "whoever meets a claim of another leaves it to a worker that may be dead",
			edits:  []edit{{"shared/dispatch/dispatch.go", `return w.Attempts.Watch(ctx, w.record)`, `return nil`}},
			breaks: []judge.Promise{judge.Vanished},
		},
		{
			name:   "a watch that failed is taken for made",
			means:  "what meets a claim is acknowledged although the claim is on no list",
			edits:  []edit{{"shared/dynamo/send_outcome.go", `return fmt.Errorf("watch send %s: %w", d.ID, err)`, `return nil`}},
			seenBy: &check{"./shared/dynamo", "TestFailedWatchReturnsTheError"}, // the store has to fail six times running: rarer than one schedule in 10,000
		},
	}
}
