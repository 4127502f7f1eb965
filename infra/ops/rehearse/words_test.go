package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"regulars/shared/claim"
	"regulars/shared/decide"
	"regulars/shared/rehearsal"
)

// told returns what why prints of an answer, and the page that preview writes of it.
func told(t *testing.T, a rehearsal.Answer, e decide.Explanation) (why, drawn string) {
	t.Helper()
	var err error
	if a.Decision.Explained, err = json.Marshal(e); err != nil {
		t.Fatal(err)
	}
	var text, html bytes.Buffer
	tell(&text, decide.Rehearsed{Campaign: a.Campaign.ID}, "c-1", rehearsal.Story{Now: a}, a.Intent.Planned)
	if err := page(&html, "c-1", rehearsal.Preview{Answer: a, Shown: decide.Shown{Variant: e.Variant}}, nil); err != nil {
		t.Fatal(err)
	}
	return text.String(), html.String()
}

func TestTheVariantIsNamed(t *testing.T) {
	why, drawn := told(t, rehearsal.Answer{State: claim.Sending}, decide.Explanation{Variant: "warm"})
	if !strings.Contains(why, "\n  variant warm\n") || !strings.Contains(drawn, ", variant warm, for customer") {
		t.Errorf("the variant is missing:\n%s\n%s", why, drawn)
	}
}
