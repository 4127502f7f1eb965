package main

import "regulars/infra/proof/simulate/judge"

// ofSESCalls breaks how SES is called, and how its answers are classified.
func ofSESCalls() []mutant {
	return []mutant{
		{
			name:  "SES is called again",
			means: "a call of SES without an answer is made a second time",
			edits: []edit{{
				"shared/ses/call.go", "response, err := c.http.Do(r)\n",
				"response, err := c.http.Do(r)\n\tif err != nil {\n\t\tr.Body = io.NopCloser(bytes.NewReader(body))\n\t\tresponse, err = c.http.Do(r)\n\t}\n",
			}},
			breaks: []judge.Promise{judge.Once},
		},
		{
			name:  "a lost answer counts as a refusal",
			means: "a message that SES may have accepted ends REFUSED, and its reservation and coupon are given back",
			edits: []edit{{
				"shared/ses/client.go",
				"!errors.As(err, &answer) {\n\t\treturn &Unknown{err}",
				"!errors.As(err, &answer) {\n\t\treturn &Refused{Code: \"NoAnswer\", Text: \"none came\"}",
			}},
			breaks: []judge.Promise{judge.NothingLost, judge.Honoured},
		},
		{
			name:  "a promotion is sent again after a lost answer",
			means: "a message that SES may have accepted waits, and is sent again",
			edits: []edit{{
				"shared/ses/client.go",
				"!errors.As(err, &answer) {\n\t\treturn &Unknown{err}",
				"!errors.As(err, &answer) {\n\t\treturn &Wait{Code: \"NoAnswer\", Text: \"none came\"}",
			}},
			breaks: []judge.Promise{judge.Once},
		},
		{
			name:   "a 5xx counts as a certain refusal",
			means:  "a failure of SES, which can come after it accepted the message, counts as a refusal",
			edits:  []edit{{"shared/ses/client.go", `status < 400 || status > 499 || status ==`, `status < 400 || status ==`}},
			breaks: []judge.Promise{judge.NothingLost, judge.Honoured},
		},
		{
			name:   "an answer without an error code counts as certain",
			means:  "the answer of a proxy counts as SES's answer",
			edits:  []edit{{"shared/ses/client.go", ` || code == ""`, ``}},
			seenBy: &check{"./shared/ses", "TestEveryAnswerWithoutAnErrorTypeIsClassified"}, // there is nothing between the simulated SES and its client
		},
		{
			name:   "a redirect of a call of SES is followed",
			means:  "net/http can read the body of a call of SES again, and so sends it again after a redirect",
			edits:  []edit{{"shared/ses/call.go", "\tr.GetBody = nil //", "\t//"}},
			seenBy: &check{"./shared/ses", "TestEveryAnswerWithoutAnErrorTypeIsClassified"}, // the simulated SES does not redirect
		},
		{
			name:   "a lost answer is not watched",
			means:  "the worker that gets no answer from SES acknowledges its message, and the send is not put on the due index",
			edits:  []edit{{"shared/dispatch/act.go", `return w.Attempts.Watch(ctx, a.send)`, `return nil`}},
			breaks: []judge.Promise{judge.NothingLost},
		},
		{
			name:  "an acceptance that cannot be stored is acknowledged",
			means: "the worker deletes its queue message although the record still says SENDING",
			edits: []edit{{
				"shared/dispatch/act.go",
				`if err := w.Attempts.Accepted(ctx, a.send, sesID, w.Now()); err != nil {`,
				`if err := w.Attempts.Accepted(ctx, a.send, sesID, w.Now()); err != nil && false {`,
			}},
			seenBy: &check{"./functions/send", "TestAnswerThatCannotBeStoredLeavesTheSendOpen"},
		},
		{
			name:  "a decision that cannot be stored is acknowledged",
			means: "the worker deletes its queue message although neither an end nor a wait is stored",
			edits: []edit{{
				"shared/dispatch/act.go",
				"if err != nil || send.State != claim.Sending {\n\t\treturn nil, err",
				"if err != nil || send.State != claim.Sending {\n\t\tif !errors.Is(err, dynamo.ErrConflict) {\n\t\t\terr = nil\n\t\t}\n\t\treturn nil, err",
			}},
			breaks: []judge.Promise{judge.NothingLost},
		},
		{
			name:   "another's SENDING is acknowledged without a watch",
			means:  "a worker that finds another's claim leaves the send to a worker that may be dead",
			edits:  []edit{{"shared/dispatch/dispatch.go", `return w.Attempts.Watch(ctx, w.record)`, `return nil`}},
			breaks: []judge.Promise{judge.NothingLost},
		},
		{
			name:   "a failed watch counts as stored",
			means:  "the queue message is deleted although the claim is not on the due index",
			edits:  []edit{{"shared/dynamo/send_outcome.go", `return fmt.Errorf("watch send %s: %w", d.ID, err)`, `return nil`}},
			seenBy: &check{"./shared/dynamo", "TestFailedWatchReturnsTheError"}, // the store has to fail six times running: rarer than one schedule in 10,000
		},
	}
}
