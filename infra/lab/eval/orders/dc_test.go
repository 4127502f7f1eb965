package orders_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"regulars/infra/lab/eval/orders"
	"regulars/infra/lab/eval/trial"
)

const dc = `{"train": {"2": [["b", "a", "a"], ["c"]], "1": [[7]], "0": []},
	"validate": {"9": [["a"], ["b"], ["c", "a"]], "8": [["a"]], "7": []}, "test": {"5": [["a"], ["d"]]}}`

func TestDC(t *testing.T) {
	set, err := orders.DC(strings.NewReader(dc), "validate")
	if err != nil {
		t.Fatal(err)
	}
	if err := set.Check(); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff("1: 12-25 7\n2: 12-18 a b, 12-25 c\n9? 12-18 a, 12-25 b: a c\n", format(set)); diff != "" {
		t.Errorf("the set (-want +got):\n%s", diff)
	}
	if notes := strings.Join(set.Notes, "\n"); !strings.Contains(notes, "2 with fewer than two baskets left out") || !strings.Contains(notes, "a week apart") {
		t.Errorf("notes:\n%s", notes)
	}
}

// Baskets may be in any order. A case is predicted at the time of its order:
// its orders are moved to the time at which all methods predict.
func TestDCWithTimes(t *testing.T) {
	for name, c := range map[string]string{
		"in order":     `[{"at": "2026-01-05", "items": ["a"]}, {"items": ["b"], "at": "2026-01-09T12:00:00Z"}, {"at": 1768348800, "items": ["c"]}]`,
		"not in order": `[{"at": "2026-01-14", "items": ["c"]}, {"at": "2026-01-05", "items": ["a"]}, {"at": "2026-01-09 12:00", "items": ["b"]}]`,
	} {
		t.Run(name, func(t *testing.T) {
			set, err := orders.DC(strings.NewReader(`{"train": {"1": [{"at": "2026-02-01", "items": ["c"]}, {"at": "2026-01-20", "items": ["a", 7]}]}, "test": {"9": `+c+`}}`), "test")
			if err != nil {
				t.Fatal(err)
			}
			if err := set.Check(); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff("1: 01-20 7 a, 02-01 c\n9? 01-05 a, 01-09 b: c\n", format(set)); diff != "" {
				t.Errorf("the set (-want +got):\n%s", diff)
			}
			if notes := strings.Join(set.Notes, "\n"); !strings.Contains(notes, "The baskets have times, up to 2026-02-01T00:00:00Z.") || strings.Contains(notes, "a week apart") {
				t.Errorf("notes:\n%s", notes)
			}
			moved := set.CasesFor(trial.Next)[0].Before
			if got, want := set.Now.Sub(moved[0].At), 9*24*time.Hour; got.Round(time.Second) != want || !moved[1].At.Before(set.Now) {
				t.Errorf("the first order is %v before the prediction, want %v", got, want)
			}
			set.LearnFromCases()
			if got := set.Customers[1].Orders[0].At; got.Day() != 5 {
				t.Errorf("methods learn from an order at %v, want its own time", got)
			}
		})
	}
}

func TestDCFailsWithAReason(t *testing.T) {
	timed := `{"at": "2026-01-05", "items": ["a"]}`
	in := func(baskets string) string {
		return `{"train": {"1": [["a"]], "secret": [` + baskets + `]}, "test": {"2": [[1], [2]]}}`
	}
	for name, c := range map[string]struct{ json, split, want string }{
		"another split":           {dc, "train", "want validate or test"},
		"no such split":           {`{"train": {"1": [[1]]}}`, "test", "1 customers in train and 0 in test"},
		"neither part":            {`{"detail-type": "product.changed"}`, "test", `0 customers in train and 0 in test; both are needed: want {"train"`},
		"an empty file":           {"", "test", "the file is empty"},
		"a list":                  {`[{"customer": "secret"}]`, "test", "the file is not an object; want"},
		"a part that is a list":   {`{"train": [["secret"]]}`, "test", "train is not an object; want"},
		"a customer of text":      {`{"train": {"1": "secret"}}`, "test", "train, customer 1: not a list of baskets"},
		"the end is missing":      {dc[:40], "test", "unexpected EOF"},
		"malformed":               {`{"train": {"1": [["secret" 3]]}}`, "test", "train, customer 1: the JSON is malformed near byte"},
		"an item of null":         {in("[null]"), "test", "train, customer 2, basket 1: item 1 is not a number or a text"},
		"a long item":             {in(`["a"], ["b", [` + strings.Repeat(`"secret",`, 9000) + `"secret"]]`), "test", "train, customer 2, basket 2: item 2 is not a number or a text"},
		"a basket of text":        {in(`"secret"`), "test", "train, customer 2, basket 1: want a list of items"},
		"a time after none":       {in(timed), "test", "train, customer 2, basket 1: it has a time, and baskets before it have none; give a time to all baskets or to none"},
		"no time after one":       {`{"train": {"1": [` + timed + `, ["a"]]}, "test": {"2": [` + timed + `]}}`, "test", "train, customer 1, basket 2: it has no time, and baskets before it have one"},
		"parts of different form": {`{"train": {"1": [["a"]]}, "test": {"2": [` + timed + `]}}`, "test", "test, customer 1, basket 1: it has a time"},
		"a time of another form":  {`{"train": {"1": [{"at": "secret 31.12.", "items": ["a"]}]}}`, "test", `at has the form "aaaaaa 99.99."`},
		"a time that is a list":   {`{"train": {"1": [{"at": ["secret"], "items": ["a"]}]}}`, "test", "at has the form"},
		"a time without items":    {`{"train": {"1": [{"at": "2026-01-05"}]}}`, "test", `want {"at": time, "items": [item, …]}`},
		"items without a time":    {`{"train": {"1": [{"items": ["a"]}]}}`, "test", `want {"at": time, "items": [item, …]}`},
		"another field":           {`{"train": {"1": [{"at": "2026-01-05", "items": ["a"], "secret": 1}]}}`, "test", `want {"at": time, "items": [item, …]}`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := orders.DC(strings.NewReader(c.json), c.split)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("DC = %.500v, want an error with %q", err, c.want)
			}
			if strings.Contains(err.Error(), "secret") || len(err.Error()) > 400 {
				t.Errorf("DC = %d bytes: %.500v, want a short error that quotes nothing", len(err.Error()), err)
			}
		})
	}
}
