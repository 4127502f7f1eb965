package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"regulars/infra/ops/value/picture"
	"regulars/shared/customervalue"
)

func TestReadAnswers(t *testing.T) {
	for phrase, c := range map[string]struct{ file, want string }{
		"three answers and an empty line": {"10\n 9\n\n3\n", ""},
		"an empty file":                   {"", ""},
		"a word":                          {"10\nnine\n", `:2: "nine" is not an answer; write a number from 0 to 10, one a line`},
		"above 10":                        {"11\n", `:1: "11" is not an answer`},
		"a decimal":                       {"9.5\n", `:1: "9.5" is not an answer`},
	} {
		name := filepath.Join(t.TempDir(), "answers.csv")
		if err := os.WriteFile(name, []byte(c.file), 0o600); err != nil {
			t.Fatal(err)
		}
		score, err := readAnswers(name)
		switch {
		case c.want == "" && (err != nil || score.Answers != len(strings.Fields(c.file))):
			t.Errorf("%s: readAnswers = %+v, %v", phrase, score, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), name+c.want)):
			t.Errorf("%s: readAnswers = %v, want %s", phrase, err, c.want)
		}
	}
}

func TestRunSaysWhatToDo(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	where := "http://" + free.Addr().String()
	_ = free.Close() // now no server listens there
	getenv := func(name string) string { return map[string]string{"AWS_ENDPOINT_URL": where}[name] }
	page := filepath.Join(t.TempDir(), "value.html")
	for phrase, c := range map[string]struct {
		args []string
		want string
	}{
		"no file":                   {nil, "name the file to write"},
		"no server, with -customer": {[]string{"-customer", "c-1"}, "nothing answers at " + where},
		"no server":                 {[]string{page}, "nothing answers at " + where + ": start the local cloud with make run"},
	} {
		var out strings.Builder
		if err := run(t.Context(), c.args, getenv, time.Now(), &out); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: run = %v, want %s", phrase, err, c.want)
		}
	}
	if _, err := os.Stat(page); err == nil {
		t.Error("a page was written without data")
	}
}

func TestWrite(t *testing.T) {
	page := filepath.Join(t.TempDir(), "value.html")
	var out strings.Builder
	shop := picture.Shop{
		Model:  customervalue.Model{Why: []string{"there are too few customers"}, Calibration: customervalue.Calibration{Orders: 1.25}},
		Report: customervalue.Report{Customers: 12, StillActive: 9.6, Expected: 4, Trial: &customervalue.TrialResult{Expected: 3, Plain: 2, Actual: 5, Naive: 1}},
	}
	if err := write(shop, page, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"12 customers, about 10 of them still active", "3 orders predicted (2 without calibration and season), 5 placed (naive 1)", "expected orders times 1.25, the amount of an order times 1.00, by 0 past quarters; no season", "too few customers", "written to " + page} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("write prints %q, want %q in it", out.String(), want)
		}
	}
	if html, err := os.ReadFile(page); err != nil || !strings.HasSuffix(strings.TrimSpace(string(html)), "</html>") {
		t.Errorf("the page is not complete: %v", err)
	}
	if err := write(shop, filepath.Join(page, "below"), &out); err == nil {
		t.Error("write into a path that is not a folder: no error")
	}
}
