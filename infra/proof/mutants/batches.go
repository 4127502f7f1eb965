package main

// ofBatches breaks how the messages of a batch are handled side by side. Two messages
// of one customer at the same time break no promise: the contact's revision keeps
// them apart ("the claim does not check the contact's revision").
func ofBatches() []mutant {
	return []mutant{
		{
			name:   "a failed message of a batch is acknowledged",
			means:  "the answer to SQS names no failed message, so that SQS deletes it",
			edits:  []edit{{"shared/queue/queue.go", "b.failed[i] = true", "b.failed[i] = false"}},
			seenBy: &check{"./shared/queue", "TestSideBySideReturnsTheFailedInTheirOrder"},
		},
		{
			name:   "a message that was not begun is acknowledged",
			means:  "what waits in a batch when the function's time is over is deleted from the queue",
			edits:  []edit{{"shared/queue/side_by_side.go", `return errors.New("the function's time was over before this message was begun")`, `_ = errors.New; return nil`}},
			seenBy: &check{"./shared/queue", "TestSideBySideAnswersBeforeTheFunctionsTimeIsOver"},
		},
		{
			name:   "a batch takes all of the function's time",
			means:  "a call that hangs has the messages delivered again that were done beside it",
			edits:  []edit{{"shared/queue/side_by_side.go", "deadline.Add(-forAnswer)", "deadline"}},
			seenBy: &check{"./shared/queue", "TestSideBySideAnswersBeforeTheFunctionsTimeIsOver"},
		},
	}
}
