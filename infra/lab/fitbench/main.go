// Command fitbench measures how long it takes to fit the order model of
// customervalue (BG/NBD), and compares it with SciPy in the same run.
//
//	go run ./infra/lab/fitbench -python /path/to/python
//
// Both fit the same simulated customers, group equal ones, use an analytic
// gradient and start at the same points. The time of each is that of the
// fastest of several fits. Without a Python that has SciPy it measures only
// this program, and says so.
package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"os/signal"
	"time"

	"regulars/shared/customervalue"
	"regulars/shared/customervalue/fitting"
)

//go:embed fit.py
var script string

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	python := flag.String("python", "", "a `python` that has SciPy")
	times := flag.Int("times", 10, "fits of each kind; the fastest counts")
	flag.Parse()
	if err := run(ctx, *python, *times, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, python string, times int, out io.Writer) error {
	if python == "" {
		fmt.Fprintln(out, "SciPy is not measured: name a Python that has it (make bench-fit PYTHON=…)")
	}
	for _, customers := range []int{2_357, 20_000, 200_000} {
		rows := sample(customers)
		ours, took, err := measure(rows, times)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%7d customers, %6d distinct: Go %8s", customers, len(rows), took.Round(10*time.Microsecond))
		if python == "" {
			fmt.Fprintln(out)
			continue
		}
		theirs, err := scipy(ctx, python, rows, times)
		if err != nil {
			return err
		}
		if err := agree(ours, theirs); err != nil {
			return err
		}
		other := time.Duration(theirs.Seconds * float64(time.Second))
		fmt.Fprintf(out, ", %s %8s: %.1f times as long\n", theirs.Version, other.Round(10*time.Microsecond), float64(other)/float64(took))
	}
	return nil
}

// measure returns the fit, and the time of the fastest of several.
func measure(rows []fitting.Row, times int) (fit customervalue.Ordering, quickest time.Duration, err error) {
	quickest = math.MaxInt64
	for range times {
		begun := time.Now()
		if fit, err = fitting.FitOrders(rows, customervalue.AfterRepeats); err != nil {
			return fit, 0, err
		}
		quickest = min(quickest, time.Since(begun))
	}
	return fit, quickest, nil
}

// answer is the output of the script.
type answer struct {
	R, Alpha, A, B float64
	Seconds        float64
	Version        string
}

func scipy(ctx context.Context, python string, rows []fitting.Row, times int) (a answer, err error) {
	task := struct {
		Rows   [][4]float64 `json:"rows"`
		Times  int          `json:"times"`
		Starts [][4]float64 `json:"starts"`
	}{Times: times, Starts: fitting.Starts()}
	for _, r := range rows {
		task.Rows = append(task.Rows, [4]float64{float64(r.Repeats), r.Last, r.Age, float64(r.Customers)})
	}
	input, err := json.Marshal(task)
	if err != nil {
		return a, err
	}
	command := exec.CommandContext(ctx, python, "-c", script)
	command.Stdin = bytes.NewReader(input)
	output, err := command.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return a, fmt.Errorf("%s: %w\n%s", python, err, failed.Stderr)
	}
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal(output, &a)
}

// agree fails if the two fits differ: then their times cannot be compared.
func agree(ours customervalue.Ordering, theirs answer) error {
	for _, pair := range [][2]float64{{ours.R, theirs.R}, {ours.Alpha, theirs.Alpha}, {ours.A, theirs.A}, {ours.B, theirs.B}} {
		if math.Abs(pair[0]-pair[1]) > 0.002*pair[1] {
			return fmt.Errorf("the fits differ: Go %+v, SciPy %+v", ours.Orders, theirs)
		}
	}
	return nil
}
