package decide

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/shared/campaign"
	"regulars/shared/profile"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// The test predicts the hour of each order of a real shop, once 500 orders before it show
// the shop's hours: by bestTime, by noon, the hour at which most orders of this shop
// come, and by ten, at which a campaign might run.
func TestTheBestHourPredictsTheNextOrder(t *testing.T) {
	file, err := os.Open("../../../shared/data/online-retail/online_retail.csv.gz")
	if err != nil {
		t.Skip("not measured: ../shared/data/online-retail/online_retail.csv.gz is missing next to the module (doi:10.24432/C5BW33)")
	}
	defer file.Close()
	r := Config{Policy: shoppolicy.Policy{Shop: shoppolicy.Shop{Zone: "Europe/London"}}}
	london := r.Shop.Location()
	c := campaign.Campaign{SendTime: campaign.Best, NotAfter: 48 * time.Hour}
	var best, noon, ten [2]hits // of customers with fewer than five orders before, and of the others
	before := map[string]profile.Profile{}
	for n, o := range ordersOf(t, file, london) {
		p := before[o.customer]
		if n >= 500 {
			run := campaign.Run{At: time.Date(o.at.Year(), o.at.Month(), o.at.Day(), 10, 0, 0, 0, london)}
			many := min(len(p.Orders)/5, 1)
			p.Orders = slices.DeleteFunc(slices.Clone(p.Orders), func(v profile.Visit) bool { return !v.At.Before(o.at) })
			best[many].count(r.bestTime(c, run, p).In(london).Hour(), o.at.Hour())
			noon[many].count(12, o.at.Hour())
			ten[many].count(10, o.at.Hour())
		}
		r.CustomerValue.Hours[o.at.Hour()]++
		p = before[o.customer]
		p.Orders = append(p.Orders, profile.Visit{Order: shop.OrderID(o.id), At: o.at})
		p.Orders = p.Orders[max(0, len(p.Orders)-profile.Recent):]
		before[o.customer] = p
	}
	for many, who := range []string{"fewer than five orders", "five orders or more"} {
		t.Logf("of %d orders of customers with %s, %.1f %% came in the best hour and %.1f %% at most an hour from it; at noon %.1f %% and %.1f %%, at ten %.1f %% and %.1f %%", best[many].all, who,
			best[many].share(best[many].exact), best[many].share(best[many].near), noon[many].share(noon[many].exact), noon[many].share(noon[many].near), ten[many].share(ten[many].exact), ten[many].share(ten[many].near))
		if best[many].exact <= noon[many].exact || best[many].near <= noon[many].near {
			t.Errorf("of customers with %s, noon predicts the next order better than the best hour", who)
		}
	}
}

// hits counts how often an hour was predicted, exactly or to an hour.
type hits struct{ all, exact, near int }

func (h *hits) count(predicted, came int) {
	h.all++
	away := (predicted - came + 24) % 24
	if away == 0 {
		h.exact++
	}
	if min(away, 24-away) <= 1 {
		h.near++
	}
}

func (h *hits) share(n int) float64 { return 100 * float64(n) / float64(h.all) }

type timedOrder struct {
	id, customer string
	at           time.Time
}

// ordersOf returns the orders of the data set, oldest first, without cancellations.
func ordersOf(t *testing.T, file io.Reader, zone *time.Location) (all []timedOrder) {
	t.Helper()
	unpacked, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, met := csv.NewReader(unpacked), map[string]bool{}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		id, customer := row[0], row[6]
		at, err := time.ParseInLocation("2006-01-02 15:04:05", row[4], zone)
		if err != nil || customer == "" || strings.HasPrefix(id, "C") || met[id] {
			continue
		}
		met[id] = true
		all = append(all, timedOrder{id, customer, at})
	}
	slices.SortStableFunc(all, func(a, b timedOrder) int { return a.at.Compare(b.at) })
	return all
}
