package goprogram_test

import (
	"bytes"
	"strings"
	"testing"

	"regulars/infra/ops/publish/goprogram"
)

func TestServeAnswersEachQuestion(t *testing.T) {
	var out bytes.Buffer
	long := func(question string) int { return len(question) }
	if err := goprogram.Serve(strings.NewReader(`"a" "four"`), &out, long); err != nil || out.String() != "1\n4\n" {
		t.Errorf("Serve = %v and %q, want 1 and 4", err, &out)
	}
	if err := goprogram.Serve(strings.NewReader(`"a`), &out, long); err == nil {
		t.Error("Serve took half a question")
	}
}

// A program that cannot be built is reported with what Go says, at each question.
func TestAskFailsWithoutItsProgram(t *testing.T) {
	p := goprogram.Program{Path: "regulars/infra/ops/publish/goprogram/missing", Name: "the missing one"}
	for range 2 {
		var answer string
		err := p.Ask("a", &answer)
		if err == nil || !strings.Contains(err.Error(), "ask the missing one") || !strings.Contains(err.Error(), "is not in std") && !strings.Contains(err.Error(), "no required module provides") {
			t.Errorf("Ask = %v, want what Go says about the program", err)
		}
	}
}
