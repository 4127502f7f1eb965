package main

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

//go:embed latencies.csv
var latenciesFile string

// latency is a log-normal distribution of the time that a call takes.
type latency struct{ median, spread float64 } // milliseconds, and the deviation of their logarithm

func (l latency) draw(r *rand.Rand) time.Duration {
	return time.Duration(l.median * math.Exp(l.spread*r.NormFloat64()) * float64(time.Millisecond))
}

// readLatencies reads the table of latencies, by the name of the call. It fails with
// the line that it cannot read.
func readLatencies(text string) (map[string]latency, error) {
	in := csv.NewReader(strings.NewReader(text))
	in.Comment, in.FieldsPerRecord = '#', 3
	rows, err := in.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read the table of latencies: %w", err)
	}
	all := map[string]latency{}
	for _, row := range rows[1:] {
		half, errHalf := strconv.ParseFloat(row[1], 64)
		most, errMost := strconv.ParseFloat(row[2], 64)
		if errHalf != nil || errMost != nil || half <= 0 || most < half {
			return nil, fmt.Errorf("read the table of latencies: %s has %s and %s; want two numbers of milliseconds, the second not below the first", row[0], row[1], row[2])
		}
		const ninetyNine = 2.326 // deviations from the median
		all[row[0]] = latency{half, math.Log(most/half) / ninetyNine}
	}
	return all, nil
}
