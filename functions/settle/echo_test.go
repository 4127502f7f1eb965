package main

import (
	"strings"
	"testing"

	"regulars/shared/inputfault/faulttest"
)

// The tags of a message are our own: a send and a customer are named in the log.
func TestNeitherLogNorDeadLetterRepeatsAValueOfAnSESEvent(t *testing.T) {
	b := newBench(t)
	log := faulttest.Captured(t)
	refused := 0
	for _, in := range faulttest.Marked(t, []byte(sample(t, "bounced-permanent"))) {
		if strings.Contains(in.Field, "/tags/send_id") || strings.Contains(in.Field, "/tags/customer") {
			continue
		}
		b.receive(t, in.Body)
		text := log.Read()
		for _, letter := range b.receiveAll(t, "SettleDeadLetters") {
			refused++
			text += *letter.Attributes["Faults"].StringValue
		}
		if mark := faulttest.Found(text); mark != "" {
			t.Errorf("a marker in %s: %q is repeated in %s", in.Field, mark, text)
		}
	}
	if refused < 30 {
		t.Errorf("only %d inputs were refused: the markers do not reach the checks", refused)
	}
}
