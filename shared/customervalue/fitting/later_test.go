package fitting_test

import (
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"regulars/shared/customervalue"
	"regulars/shared/customervalue/fitting"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// A forecast is judged on a period that is later than all that it was learned
// from: the customers as of a day are given to a learner, and what conditions
// would read then is compared with the 90 days after it.

// profilesOf returns profiles from what each customer spent at each time.
func profilesOf(orders map[string]map[time.Time]float64, currency shop.Currency) (people []profile.Profile) {
	for _, id := range slices.Sorted(maps.Keys(orders)) {
		p := profile.Profile{ID: shop.CustomerID(id)}
		for _, at := range slices.SortedFunc(maps.Keys(orders[id]), time.Time.Compare) {
			p.Orders = append(p.Orders, profile.Visit{At: at, Net: shop.Money{Minor: int64(math.Round(100 * orders[id][at])), Currency: currency}})
		}
		people = append(people, p)
	}
	return people
}

// onlineRetail returns what each customer of Online Retail spent, by the time
// of the invoice. It skips the test if the file is missing.
func onlineRetail(t testing.TB) map[string]map[time.Time]float64 {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "..", "shared", "data", "online-retail", "online_retail.csv.gz"))
	if err != nil {
		t.Skip("not measured: ../shared/data/online-retail/online_retail.csv.gz is missing next to the module (doi:10.24432/C5BW33)")
	}
	defer file.Close()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	orders, invoiced := map[string]map[time.Time]float64{}, map[string]time.Time{}
	for lines := csv.NewReader(unpacked); ; {
		row, err := lines.Read()
		if errors.Is(err, io.EOF) {
			return orders
		}
		if err != nil {
			t.Fatal(err)
		}
		units, _ := strconv.ParseFloat(row[3], 64)
		price, _ := strconv.ParseFloat(row[5], 64)
		at, err := time.Parse("2006-01-02 15:04:05", row[4])
		if err != nil || row[6] == "" || strings.HasPrefix(row[0], "C") || units <= 0 || price <= 0 {
			continue // the heading, returns, and lines without a customer
		}
		if earlier, seen := invoiced[row[0]]; seen {
			at = earlier
		}
		invoiced[row[0]] = at
		if orders[row[6]] == nil {
			orders[row[6]] = map[time.Time]float64{}
		}
		orders[row[6]][at] += units * price
	}
}

// judged is how a model's forecast of 90 days did.
type judged struct {
	bias     float64 // of the total number of orders: -.1 is 10 % too low
	absolute float64 // mean error, in orders for each customer
	deviance float64 // mean error by the Poisson distribution
}

// asOf returns the profile as it was at a time.
func asOf(p profile.Profile, at time.Time) profile.Profile {
	p.Orders = slices.Clone(p.Orders)
	p.Orders = slices.DeleteFunc(p.Orders, func(v profile.Visit) bool { return v.At.After(at) })
	return p
}

// learnAsOf returns what a night at a time would learn, and what it would have
// learned before there were calibration and seasons: the likelier model.
func learnAsOf(people []profile.Profile, at time.Time, currency shop.Currency) (now, before customervalue.Model) {
	learner := fitting.NewLearner(at)
	var rows []fitting.Row
	var spent []customervalue.Baskets
	for _, p := range people {
		p = asOf(p, at)
		learner.Add(p)
		if h, any := customervalue.Of(p, at); any {
			rows = append(rows, fitting.Row{History: h, Customers: 1})
			spent = append(spent, customervalue.BasketsOf(p, currency))
		}
	}
	return learner.Model(), fitting.FitModel(rows, spent, currency)
}

func judge(m customervalue.Model, people []profile.Profile, at time.Time) (j judged) {
	end := at.AddDate(0, 0, fitting.Trial)
	var n, expected, actual float64
	for _, p := range people {
		then := asOf(p, at)
		if _, any := customervalue.Of(then, at); !any {
			continue
		}
		mean, orders := m.Outlook(at, then, m.Currency).Quarter, 0.0
		for _, v := range p.Orders {
			if v.At.After(at) && !v.At.After(end) {
				orders++
			}
		}
		n++
		expected += mean
		actual += orders
		j.absolute += math.Abs(mean - orders)
		j.deviance += 2 * (mean - orders)
		if orders > 0 {
			j.deviance += 2 * orders * math.Log(orders/mean)
		}
	}
	j.bias, j.absolute, j.deviance = expected/actual-1, j.absolute/n, j.deviance/n
	return j
}

// On CDNOW and Online Retail the forecast of a later quarter is closer than
// before, or as close.
func TestLaterQuartersOfRealShops(t *testing.T) {
	day := func(s string) time.Time {
		at, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	for name, c := range map[string]struct {
		orders   func(testing.TB) map[string]map[time.Time]float64
		currency shop.Currency
		cuts     []string
	}{
		"CDNOW":         {cdnowOrders, "USD", []string{"1997-09-30", "1998-01-02", "1998-04-02"}},
		"Online Retail": {onlineRetail, "GBP", []string{"2011-06-13", "2011-09-11"}},
	} {
		t.Run(name, func(t *testing.T) {
			people := profilesOf(c.orders(t), c.currency)
			var bias, biasBefore, deviance, devianceBefore float64
			for _, s := range c.cuts {
				at := day(s)
				now, earlier := learnAsOf(people, at, c.currency)
				after, before := judge(now, people, at), judge(earlier, people, at)
				bias, biasBefore = bias+math.Abs(after.bias), biasBefore+math.Abs(before.bias)
				deviance, devianceBefore = deviance+after.deviance, devianceBefore+before.deviance
				if math.Abs(after.bias) > math.Abs(before.bias)+0.01 {
					t.Errorf("from %s the bias is %+.1f %%, before %+.1f %%: worse by more than 1 %%", s, 100*after.bias, 100*before.bias)
				}
				seasonal := now
				seasonal.Calibration = customervalue.Calibration{}
				t.Logf("from %s: bias %+.1f %%, not calibrated %+.1f, before %+.1f; absolute error %.4f, before %.4f; deviance %.4f, before %.4f; %s, before %s; calibration %+v, season %.2f",
					s, 100*after.bias, 100*judge(seasonal, people, at).bias, 100*before.bias, after.absolute, before.absolute, after.deviance, before.deviance,
					now.Ordering.Leaving, earlier.Ordering.Leaving, now.Calibration, now.Season)
			}
			n := float64(len(c.cuts))
			if bias > biasBefore+0.005*n || deviance > devianceBefore*1.003 {
				t.Errorf("mean bias %.3f, deviance %.4f; before %.3f and %.4f: worse", bias/n, deviance/n, biasBefore/n, devianceBefore/n)
			}
		})
	}
}

// season is a gift shop's: half as many orders again before Christmas.
func season() customervalue.Season {
	return customervalue.Season{0.8, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 1, 1.1, 1.45, 1.4}
}

// A pace is by how much faster all customers of a shop order at a time, at most
// 1.5.
type pace func(at time.Time) float64

func steady(time.Time) float64 { return 1 }

func seasonal(at time.Time) float64 { return season()[at.Month()-1] }

// growing customers order half as much again in each year.
func growing(at time.Time) float64 { return 1.2 * math.Pow(1.5, at.Sub(noon).Hours()/24/365) }

// shopWith simulates a shop's customers, whose first orders came over a number
// of days until noon, ordering until Trial days after it.
func shopWith(seed uint64, n, days int, o customervalue.Orders, now pace) (people []profile.Profile) {
	random := rand.New(rand.NewPCG(seed, 2))
	end := noon.AddDate(0, 0, fitting.Trial)
	const fastest = 1.5
	for i := range n {
		p := profile.Profile{ID: shop.CustomerID(fmt.Sprint("c-", i))}
		rate, leaves := gamma(random, o.R)/o.Alpha, beta(random, o.A, o.B)
		at := daysAgo(float64(days) * random.Float64())
		p.Orders = append(p.Orders, profile.Visit{At: at, Net: gbp(2000)})
		for here := o.Leaving == customervalue.AfterRepeats || random.Float64() >= leaves; here && at.Before(end); {
			gap := min(random.ExpFloat64()/(rate*fastest), 1000) // weeks
			at = at.Add(time.Duration(gap * float64(customervalue.Week)))
			if at.Before(end) && random.Float64() < now(at)/fastest {
				p.Orders = append(p.Orders, profile.Visit{At: at, Net: gbp(2000)})
				here = random.Float64() >= leaves
			}
		}
		people = append(people, p)
	}
	return people
}

// A shop that has seen one Christmas, and the start of another year, knows half
// of the next; one that has no season keeps factors near 1, and its forecast is
// as good as before; below a year there is no season at all.
func TestSeasonIsLearned(t *testing.T) {
	for name, c := range map[string]struct {
		days  int
		pace  pace
		check func(t *testing.T, now, before judged, s customervalue.Season)
	}{
		"two years with Christmas": {730, seasonal, func(t *testing.T, now, before judged, s customervalue.Season) {
			if before.bias > -0.12 || now.bias < 0.75*before.bias || now.deviance >= before.deviance {
				t.Errorf("bias %.3f, before %.3f; deviance %.4f, before %.4f: want three quarters of the bias at most", now.bias, before.bias, now.deviance, before.deviance)
			}
			if len(s) != 12 || s[10] < 1.15 || s[10] > 1.5 || s[5] > 1 {
				t.Errorf("season = %.2f, want a November between 1.15 and 1.5, and a June below 1", s)
			}
		}},
		"two years without a season": {730, steady, func(t *testing.T, now, before judged, s customervalue.Season) {
			for i, f := range s {
				if math.Abs(f-1) > 0.1 {
					t.Errorf("month %d has the factor %.2f, want 1 within .1", i+1, f)
				}
			}
			if math.Abs(now.bias) > math.Abs(before.bias)+0.05 {
				t.Errorf("bias %.3f, before %.3f", now.bias, before.bias)
			}
		}},
		"half a year with Christmas": {180, seasonal, func(t *testing.T, _, _ judged, s customervalue.Season) {
			if s != nil {
				t.Errorf("season = %.2f, want none", s)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			people := shopWith(3, 3000, c.days, asGifts, c.pace)
			at := noon.AddDate(0, 0, -30) // so that the quarter is that of Christmas
			m, earlier := learnAsOf(people, at, "GBP")
			c.check(t, judge(m, people, at), judge(earlier, people, at), m.Season)
		})
	}
}

// A forecast that was too low in each of four quarters is raised, and the next
// quarter is predicted more closely.
func TestDeviationThatLastsIsCorrected(t *testing.T) {
	people := shopWith(8, 3000, 730, asGifts, growing)
	m, earlier := learnAsOf(people, noon, "GBP")
	now, before := judge(m, people, noon), judge(earlier, people, noon)
	if m.Calibration.Orders < 1.03 || math.Abs(now.bias) > 0.9*math.Abs(before.bias) || now.deviance >= before.deviance {
		t.Errorf("calibration %+v: bias %.3f, before %.3f; deviance %.4f, before %.4f; want less", m.Calibration, now.bias, before.bias, now.deviance, before.deviance)
	}
}

// The way of leaving is the one that predicted held-out quarters better, even if
// the other one is in force; if the difference may be chance, the one in force
// stays. A shop without a held-out quarter uses the likelier one.
func TestModelIsChosenByHeldOutError(t *testing.T) {
	leavers := customervalue.Orders{R: 2, Alpha: 10, A: 2, B: 2}
	for _, truth := range []customervalue.Leaving{customervalue.AfterRepeats, customervalue.AfterAny} {
		leavers.Leaving = truth
		learner := fitting.NewLearner(noon)
		learner.Keep(map[bool]customervalue.Leaving{true: customervalue.AfterAny, false: customervalue.AfterRepeats}[truth == customervalue.AfterRepeats]) // clearly wrong
		for _, p := range shopWith(4, 3000, 500, leavers, steady) {
			learner.Add(asOf(p, noon))
		}
		if m := learner.Model(); m.Ordering.Leaving != truth || len(learner.Report().Quarters) == 0 {
			t.Errorf("a shop whose customers leave %s is fitted as %s", truth, m.Ordering.Leaving)
		}
	}
	alike := shopWith(9, 1500, 500, asGifts, steady) // hardly any customer leaves after the first order
	for _, inForce := range []customervalue.Leaving{customervalue.AfterRepeats, customervalue.AfterAny} {
		learner := fitting.NewLearner(noon)
		learner.Keep(inForce)
		for _, p := range alike {
			learner.Add(asOf(p, noon))
		}
		if m := learner.Model(); m.Ordering.Leaving != inForce {
			t.Errorf("both models are about as good, but %s replaces %s, which is in force", m.Ordering.Leaving, inForce)
		}
	}
	young := fitting.NewLearner(noon)
	for _, p := range shopWith(5, 1000, 200, asGifts, steady) {
		young.Add(asOf(p, noon))
	}
	m, r := young.Model(), young.Report()
	if !m.Own() || len(r.Quarters) > 0 || m.Calibration != (customervalue.Calibration{}) || m.Season != nil || r.Trial == nil {
		t.Errorf("a shop of 200 days: %+v, %+v, want its own fit and a trial, but no quarter, no calibration and no season", m, r)
	}
}

// The same customers in another order give the same.
func TestCalibrationDoesNotDependOnTheOrderOfCustomers(t *testing.T) {
	people := shopWith(6, 1500, 600, asGifts, seasonal)
	learn := func() (customervalue.Model, customervalue.Report) {
		l := fitting.NewLearner(noon)
		for _, p := range people {
			l.Add(asOf(p, noon))
		}
		return l.Model(), l.Report()
	}
	m, r := learn()
	slices.SortFunc(people, func(a, b profile.Profile) int { return cmp.Compare(b.ID, a.ID) })
	again, report := learn()
	if !slices.Equal(m.Season, again.Season) || m.Calibration != again.Calibration || !slices.Equal(r.Quarters, report.Quarters) {
		t.Errorf("customers in another order: %+v %v, want %+v %v", again.Calibration, again.Season, m.Calibration, m.Season)
	}
	if len(m.Season) != 12 || len(r.Quarters) != 4 {
		t.Errorf("season %v, %d quarters, want 12 months and 4 quarters", m.Season, len(r.Quarters))
	}
}
