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

// The test predicts the hour of each order of a real shop whose customer had five before: by
// the customer's best hour, and by noon, the hour at which most orders of this shop come.
func TestTheBestHourPredictsTheNextOrder(t *testing.T) {
	file, err := os.Open("../../../shared/data/online-retail/online_retail.csv.gz")
	if err != nil {
		t.Skip("not measured: ../shared/data/online-retail/online_retail.csv.gz is missing next to the module (doi:10.24432/C5BW33)")
	}
	defer file.Close()
	r := Config{Policy: shoppolicy.Policy{Shop: shoppolicy.Shop{Zone: "Europe/London"}}}
	london := r.Shop.Location()
	c := campaign.Campaign{SendTime: campaign.Best, NotAfter: 48 * time.Hour}
	var best, noon hits
	before := map[string]profile.Profile{}
	for _, o := range ordersOf(t, file, london) {
		p := before[o.customer]
		if len(p.Orders) >= fewestHours {
			run := campaign.Run{At: time.Date(o.at.Year(), o.at.Month(), o.at.Day(), 12, 0, 0, 0, london)}
			p.Orders = slices.DeleteFunc(slices.Clone(p.Orders), func(v profile.Visit) bool { return !v.At.Before(o.at) })
			best.count(r.bestTime(c, run, p).In(london).Hour(), o.at.Hour())
			noon.count(12, o.at.Hour())
		}
		p = before[o.customer]
		p.Orders = append(p.Orders, profile.Visit{Order: shop.OrderID(o.id), At: o.at})
		p.Orders = p.Orders[max(0, len(p.Orders)-profile.Recent):]
		before[o.customer] = p
	}
	t.Logf("of %d orders, %.1f %% came in the customer's best hour and %.1f %% at most an hour from it; at noon %.1f %% and %.1f %%",
		best.all, best.share(best.exact), best.share(best.near), noon.share(noon.exact), noon.share(noon.near))
	if best.exact <= noon.exact || best.near <= noon.near {
		t.Error("noon predicts the next order better than the customer's best hour")
	}
}

// hits counts how often an hour was predicted, exactly or to an hour.
type hits struct{ all, exact, near int }

func (h *hits) count(foretold, came int) {
	h.all++
	away := (foretold - came + 24) % 24
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
