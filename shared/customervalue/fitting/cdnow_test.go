package fitting_test

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"regulars/shared/customervalue"
	"regulars/shared/customervalue/fitting"
)

// buyer is a customer of the CDNOW sample: in 39 weeks from 1997-01-01, and in
// the 39 weeks that follow.
type buyer struct {
	customervalue.History
	next  int
	spent customervalue.Baskets // on repeat orders
}

// cdnow returns the sample as the papers arrange it: the orders of one day are
// one order. It skips the test if the file is missing; its licence does not
// allow us to include it.
func cdnow(t testing.TB) (buyers []buyer) {
	t.Helper()
	cut := time.Date(1997, 9, 30, 0, 0, 0, 0, time.UTC)
	for _, dollars := range cdnowOrders(t) {
		on := slices.SortedFunc(maps.Keys(dollars), time.Time.Compare)
		first := on[0]
		b := buyer{History: customervalue.History{Age: weeks(cut.Sub(first))}}
		for _, at := range on[1:] {
			if at.After(cut) {
				b.next++
				continue
			}
			b.Repeats++
			b.Last = weeks(at.Sub(first))
			b.spent.Sum += dollars[at]
		}
		b.spent.Orders = b.Repeats
		buyers = append(buyers, b)
	}
	return buyers
}

// cdnowOrders returns the dollars that each customer spent on each day.
func cdnowOrders(t testing.TB) map[string]map[time.Time]float64 {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", "cdnow", "cdnow_sample.txt.gz"))
	if err != nil {
		t.Skip("not measured: ../shared/data/cdnow/cdnow_sample.txt.gz is missing next to the module (brucehardie.com/datasets has it)")
	}
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	orders := map[string]map[time.Time]float64{}
	lines := bufio.NewScanner(unpacked)
	for lines.Scan() {
		var master, id, date string
		var units int
		var paid float64
		if _, err := fmt.Sscan(lines.Text(), &master, &id, &date, &units, &paid); err != nil {
			t.Fatalf("%q: %v", lines.Text(), err)
		}
		at, err := time.Parse("20060102", date)
		if err != nil {
			t.Fatal(err)
		}
		if orders[id] == nil {
			orders[id] = map[time.Time]float64{}
		}
		orders[id][at] += paid
	}
	return orders
}

func weeks(d time.Duration) float64 { return d.Hours() / 168 }

func rowsOf(buyers []buyer) (rows []fitting.Row) {
	for _, b := range buyers {
		rows = append(rows, fitting.Row{History: b.History, Customers: 1})
	}
	return rows
}

// near fails the test unless got is within a share of want.
func near(t *testing.T, what string, got, want, share float64) {
	t.Helper()
	if !(math.Abs(got-want) <= share*math.Abs(want)) {
		t.Errorf("%s = %v, want %v within %v of it", what, got, want, share)
	}
}

// The numbers of table 2 of the paper, and the forecast for the next 39 weeks.
func TestCDNOWGivesThePublishedNumbers(t *testing.T) {
	buyers := cdnow(t)
	fit, err := fitting.FitOrders(rowsOf(buyers), customervalue.AfterRepeats)
	if err != nil {
		t.Fatal(err)
	}
	const published = 0.002
	near(t, "r", fit.R, 0.2426, published)
	near(t, "alpha", fit.Alpha, 4.4136, published)
	near(t, "a", fit.A, 0.7929, published)
	near(t, "b", fit.B, 2.4259, published)
	if got := fmt.Sprintf("%.1f", fit.LogLikelihood); got != "-9582.4" {
		t.Errorf("log-likelihood = %s, want -9582.4", got)
	}
	if fit.Customers != 2357 || fit.Repeaters != 946 || len(fit.Limits) > 0 {
		t.Errorf("fit = %+v, want 2357 customers, 946 of them with repeats, and no limits", fit)
	}

	var predicted, naive, off, naiveOff float64
	actual, within := 0, 0
	for _, b := range buyers {
		f, own := fit.Forecast(b.History, 39), 0.0
		if b.Repeats > 0 {
			own = float64(b.Repeats) / b.Age * 39
		}
		predicted, naive, actual = predicted+f.Mean, naive+own, actual+b.next
		off += math.Abs(f.Mean - float64(b.next))
		naiveOff += math.Abs(own - float64(b.next))
		if i := f.Interval(); i.Low <= float64(b.next) && float64(b.next) <= i.High {
			within++
		}
	}
	n := float64(len(buyers))
	got := fmt.Sprintf("actual %d, predicted %.0f, off by %.2f; naive %.0f, off by %.3f", actual, predicted, off/n, naive, naiveOff/n)
	if want := "actual 1882, predicted 1653, off by 0.79; naive 2930, off by 1.024"; got != want {
		t.Errorf("the next 39 weeks:\n%s, want\n%s", got, want)
	}
	if share := float64(within) / n; share < 0.9 {
		t.Errorf("%.3f of the customers are in their interval, want .9 at least", share)
	}
	t.Logf("r %.4f α %.4f a %.4f b %.4f, log-likelihood %.1f; %s, %.1f %% in their interval", fit.R, fit.Alpha, fit.A, fit.B, fit.LogLikelihood, got, 100*float64(within)/n)
}

// With leaving after the first order too, the fit is as likely, and predictions
// are closer for each customer.
func TestCDNOWWithLeavingAfterAnyOrder(t *testing.T) {
	buyers := cdnow(t)
	fit, err := fitting.FitOrders(rowsOf(buyers), customervalue.AfterAny)
	if err != nil {
		t.Fatal(err)
	}
	off, predicted := 0.0, 0.0
	for _, b := range buyers {
		mean := fit.Expected(b.History, 39)
		predicted += mean
		off += math.Abs(mean - float64(b.next))
	}
	if !(fit.LogLikelihood > -9582.4) || off/float64(len(buyers)) > 0.77 {
		t.Errorf("log-likelihood %.1f, off by %.3f; want above -9582.4, and .77 at most", fit.LogLikelihood, off/float64(len(buyers)))
	}
	t.Logf("r %.4f α %.4f a %.4f b %.4f, log-likelihood %.1f; predicted %.0f, off by %.3f", fit.R, fit.Alpha, fit.A, fit.B, fit.LogLikelihood, predicted, off/float64(len(buyers)))
}

// The numbers of Fader and Hardie's note, from the repeat orders of the 946
// customers.
func TestCDNOWSpending(t *testing.T) {
	var spent []customervalue.Baskets
	for _, b := range cdnow(t) {
		spent = append(spent, b.spent)
	}
	fit, err := fitting.FitSpending(spent)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("p %.2f q %.2f v %.2f of %d", fit.P, fit.Q, fit.V, fit.Customers); got != "p 6.25 q 3.74 v 15.44 of 946" {
		t.Errorf("FitSpending = %s, want p 6.25 q 3.74 v 15.44 of 946", got)
	}
	if math.Abs(fit.Correlation-0.11) > 0.01 {
		t.Errorf("correlation = %.3f, want .11", fit.Correlation)
	}
}
