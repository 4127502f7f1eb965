package live

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"regulars/infra/lab/eval/orders"
	"regulars/infra/lab/eval/trial"
)

// data opens a data set that is stored next to the module, or skips the test.
func data(t *testing.T, name string) *os.File {
	t.Helper()
	f, err := os.Open(filepath.Join("../../../../../shared/data", name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("not measured: ../shared/data/%s is missing next to the module (the README of the data names its source)", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// The live counters reach at least 97 % of the exact count in each measure.
func TestLiveCountersAreAsGood(t *testing.T) {
	for name, read := range map[string]func(*testing.T) (*trial.Set, error){
		"Dunnhumby DC, validation": func(t *testing.T) (*trial.Set, error) {
			return orders.DC(data(t, "dunnhumby-dc/dc.json.gz"), "validate")
		},
		"Online Retail before 2011-07-01": func(t *testing.T) (*trial.Set, error) {
			log, err := orders.CSV(data(t, "online-retail/online_retail.csv.gz"), nil, orders.Lines)
			if err != nil {
				return nil, err
			}
			return log.Cut(time.Date(2011, 7, 1, 0, 0, 0, 0, time.UTC))
		},
	} {
		t.Run(name, func(t *testing.T) {
			set, err := read(t)
			if err != nil {
				t.Fatal(err)
			}
			counters := &Counters{}
			report, err := trial.Run(t.Context(), set, []trial.Entry{{Method: &Exact{}, Modes: trial.Both}, {Method: counters, Modes: trial.Both}}, trial.Options{Draws: 1})
			if err != nil {
				t.Fatal(err)
			}
			for _, mode := range report.Modes {
				exact, got := mode.Rows[0], mode.Rows[1]
				t.Logf("%-4s %4d customers: exact recall %.4f NDCG %.4f, live %.4f %.4f: %.1f %% and %.1f %% of it", mode.Mode, mode.Customers,
					exact.Recall.Mean, exact.NDCG.Mean, got.Recall.Mean, got.NDCG.Mean, 100*got.Recall.Mean/exact.Recall.Mean, 100*got.NDCG.Mean/exact.NDCG.Mean)
				if got.Recall.Mean < .97*exact.Recall.Mean || got.NDCG.Mean < .97*exact.NDCG.Mean {
					t.Errorf("%s: the live counters reach less than 97 %% of the exact count", mode.Mode)
				}
			}
			t.Logf("%d orders: %.2f writes of rows an order, and %.2f cuts", counters.Orders,
				float64(counters.Writes)/float64(counters.Orders), float64(counters.Cuts)/float64(counters.Orders))
		})
	}
}
