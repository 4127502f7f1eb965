package main

import (
	"compress/gzip"
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"

	"regulars/shared/lift"
)

// hillstromSums has the sums of the MineThatData e-mail challenge of 2008 (Kevin
// Hillstrom): no row of it. Its customers were divided at random among two mailings
// and no mail, and observed for two weeks.
//
//go:embed hillstrom.json
var hillstromSums []byte

// groups are the spellings of the data; the last one got no mail.
var groups = []string{"Mens E-Mail", "Womens E-Mail", "No E-Mail"}

// hillstrom is the arms of the three groups. In Visits an "order" is a visit. In
// both, what customers had spent in the year before is their past in every measure;
// the data do not know their past orders.
type hillstrom struct {
	Visits    map[string]*lift.Arm `json:"visits"`
	Purchases map[string]*lift.Arm `json:"purchases"`
}

func storedHillstrom() (h hillstrom, err error) {
	err = json.Unmarshal(hillstromSums, &h)
	return h, err
}

// readHillstrom adds up the rows of the public file, packed by gzip.
func readHillstrom(packed io.Reader) (hillstrom, error) {
	h := hillstrom{map[string]*lift.Arm{}, map[string]*lift.Arm{}}
	for _, g := range groups {
		h.Visits[g], h.Purchases[g] = &lift.Arm{}, &lift.Arm{}
	}
	unpacked, err := gzip.NewReader(packed)
	if err != nil {
		return h, err
	}
	rows, err := csv.NewReader(unpacked).ReadAll()
	if err != nil {
		return h, err
	}
	column := map[string]int{}
	for n, row := range rows {
		if n == 0 {
			for i, name := range row {
				column[name] = i
			}
			continue
		}
		cents := func(name string) int64 {
			value, wrong := strconv.ParseFloat(row[column[name]], 64)
			if wrong != nil {
				err = fmt.Errorf("row %d: %s: %w", n+1, name, wrong)
			}
			return int64(math.Round(100 * value))
		}
		before, group := cents("history"), row[column["segment"]]
		if h.Visits[group] == nil {
			return h, fmt.Errorf("row %d: segment %q is not known", n+1, group)
		}
		h.Visits[group].Add(lift.Customer{Orders: cents("visit") / 100, OrdersBefore: before})
		h.Purchases[group].Add(lift.Customer{Orders: cents("conversion") / 100, Net: cents("spend"), OrdersBefore: before, NetBefore: before})
	}
	return h, err
}

// mailing is the effects of one mailing of the data.
type mailing struct {
	Name   string
	Effect lift.Effect
}

// effects returns the effects of both mailings on visits, conversion and spend. Two
// mailings and three measures are six comparisons; each has the error rate alpha.
func (h hillstrom) effects() (all []mailing) {
	none := groups[2]
	for _, g := range groups[:2] {
		all = append(all,
			mailing{Name: g + ": visits", Effect: lift.Compare(*h.Visits[g], *h.Visits[none], lift.Converted, alpha)},
			mailing{Name: g + ": conversion", Effect: lift.Compare(*h.Purchases[g], *h.Purchases[none], lift.Converted, alpha)},
			mailing{Name: g + ": spend", Effect: lift.Compare(*h.Purchases[g], *h.Purchases[none], lift.Net, alpha)})
	}
	return all
}
