package main

// ofRivals breaks how messages give way to each other. The only promise about it is
// that the waiting of every message ends.
func ofRivals() []mutant {
	return []mutant{
		{
			name:  "a send yields to an ended rival for ever",
			means: "a better message that has ended counts as one that is about to be sent",
			edits: []edit{{
				"shared/dispatch/rivals.go",
				`	w.rivals.seen[id] = true
	if listed {
		w.rivals.over = append(w.rivals.over, rival)
	}
	return nil, nil
`,
				`	return &claim.Send{ID: id, Intent: rival}, nil
`,
			}},
			seenBy: &check{"./shared/dispatch", "TestRivalThatDoesNotComeIsNotWaitedFor"}, // it ends OUTRANKED, which is an end
		},
	}
}
