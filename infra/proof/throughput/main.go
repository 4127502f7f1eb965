// Command throughput measures, on a virtual clock, how many messages a second the
// containers of send and settle sustain together: it runs their production code
// (dispatch, the claims, the send rate's permits, the breakers, SES's events) over
// tables in memory, of which each call takes as long as AWS's do (latencies.csv), and
// of which an item takes no more than DynamoDB's 1,000 write units a second. It
// prints the items that are written most, and whether a cap or the rate was broken.
//
//	go run ./infra/proof/throughput -containers 10,125,1000 -rate 1250
//
// Not simulated: faults (infra/proof/simulate), the reads of the catalogue, and
// Lambda's own scaling. The processor time of a message is given, since the one of the
// trial is short.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
)

func main() {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := realMain(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "throughput:", err)
		os.Exit(1)
	}
}

func realMain(ctx context.Context, args []string, out, errs io.Writer) error {
	flags := flag.NewFlagSet("throughput", flag.ContinueOnError)
	flags.SetOutput(errs)
	var (
		containers = flags.String("containers", "10,125,1000", "`numbers` of containers of send, one trial each")
		rate       = flags.Float64("rate", 1250, "messages a second that SES allows; promotions get four fifths")
		seconds    = flags.Int("seconds", 20, "how many seconds of the rate the trial has messages for")
		cpu        = flags.Duration("cpu", 5500*time.Microsecond, "processor time of a message in send: make bench measures it")
		shards     = flags.Int("shards", 0, "each message has a coupon, of one budget in that many shards; 0: none has one")
		seed       = flags.Uint64("seed", 17, "of the latencies")
	)
	if err := flags.Parse(args); err != nil {
		return err
	}
	settings, err := settingsOf(*containers, setting{rate: *rate, messages: int(*rate * float64(*seconds)), shards: *shards, cpu: *cpu, seed: *seed})
	if err != nil {
		return err
	}
	debug.SetGCPercent(400)
	fmt.Fprintln(out, head)
	held := true
	for _, s := range settings {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		bar := progressbar.NewOptions(s.messages, progressbar.OptionSetWriter(errs), progressbar.OptionSetDescription(fmt.Sprint(s.containers, " containers")),
			progressbar.OptionThrottle(time.Second), progressbar.OptionShowCount(), progressbar.OptionClearOnFinish())
		w, err := run(s, func(done int) { _ = bar.Set(done) })
		if err != nil {
			return err
		}
		_ = bar.Finish()
		fmt.Fprintln(out, w.row())
		for _, line := range w.hottest(4) {
			fmt.Fprintln(out, line)
		}
		for _, broken := range w.broken() {
			held = false
			fmt.Fprintln(out, "broken:", broken)
		}
	}
	if !held {
		return fmt.Errorf("a cap or the rate was broken")
	}
	return nil
}

// settingsOf returns a setting for each number of containers.
func settingsOf(containers string, s setting) (all []setting, err error) {
	var faults []string
	if s.rate < 1 || s.messages < 1 || s.cpu <= 0 || s.shards < 0 {
		faults = append(faults, "-rate, -seconds and -cpu must be positive, -shards 0 or more")
	}
	for text := range strings.SplitSeq(containers, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 1 || n > 2000 {
			faults = append(faults, fmt.Sprintf("-containers has %q; want numbers from 1 to 2000 with commas", text))
			continue
		}
		s.containers = n
		all = append(all, s)
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("%s", strings.Join(faults, "; "))
	}
	return all, nil
}
