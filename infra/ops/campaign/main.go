// Command campaign lists the campaigns with their states, and pauses, cancels or
// resumes one.
//
//	go run ./infra/ops/campaign [-aws]
//	go run ./infra/ops/campaign [-aws] -pause weekly-picks [-by ann] [-why "wrong picture"]
//	go run ./infra/ops/campaign [-aws] -cancel weekly-picks
//	go run ./infra/ops/campaign [-aws] -resume weekly-picks
//
// A pause holds the campaign's messages until it is resumed; what expires before
// ends, with the pause as its reason. A cancellation ends them. Both are in force
// within seconds, also for messages that are queued or wait.
// docs/runbooks/campaign.md says which one to take.
//
// Without -aws it works on the local cloud of make run, at AWS_ENDPOINT_URL, or
// on this machine at PORT (4566). With -aws it works on the tables that
// SETTINGS_TABLE and SENDS_TABLE name, in the account that the AWS CLI would use;
// make campaign STACK=… sets both.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"regulars/infra/opentables"
	"regulars/shared/campaigncontrol"
	"regulars/shared/shop"
)

func main() {
	opentables.Main(func(ctx context.Context, args []string) error { return run(ctx, args, os.Getenv, os.Stdout, time.Now) })
}

func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer, now func() time.Time) error {
	flags := flag.NewFlagSet("campaign", flag.ContinueOnError)
	account := flags.Bool("aws", false, "work on a table in AWS, not on the local cloud")
	pause := flags.String("pause", "", "the campaign to pause")
	cancel := flags.String("cancel", "", "the campaign to cancel")
	resume := flags.String("resume", "", "the campaign to resume")
	by := flags.String("by", getenv("USER"), "who says so")
	why := flags.String("why", "", "why, in a few words")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("campaign takes flags only; to pause a campaign, use -pause %s", flags.Arg(0))
	}
	store, where, err := opentables.Open(ctx, *account, getenv, "campaign", "SETTINGS_TABLE", "SENDS_TABLE")
	if err != nil {
		return err
	}
	c := &campaigncontrol.Control{Store: store, Waiting: store, Now: now}
	word := campaigncontrol.Word{By: *by, Why: *why}
	if word.By == "" {
		word.By = "unknown"
	}
	switch named := *pause + *cancel + *resume; named {
	case "":
		err = list(ctx, c, out)
	case *pause:
		word.Campaign = shop.CampaignID(named)
		err = say(ctx, out, c.Pause, word, "within 5 seconds no function decides to send a message of it; queued and waiting ones are held, and sent after RESUME or end with that reason when they expire")
	case *cancel:
		word.Campaign = shop.CampaignID(named)
		err = say(ctx, out, c.Cancel, word, "within 5 seconds no function decides to send a message of it; queued and waiting ones end as CANCELLED, and no run is planned until RESUME or a higher version")
	case *resume:
		word.Campaign = shop.CampaignID(named)
		err = say(ctx, out, c.Resume, word, "what a pause held is sent, or waits for its hour; what a cancellation ended stays ended")
	default:
		err = errors.New("give only one of PAUSE, CANCEL and RESUME")
	}
	return opentables.Located(err, where)
}

// say makes one call and prints what follows from it.
func say(ctx context.Context, out io.Writer, call func(context.Context, campaigncontrol.Word) (campaigncontrol.Result, error), w campaigncontrol.Word, follows string) error {
	r, err := call(ctx, w)
	if err != nil && r.State.Name == "" {
		return err
	}
	if r.Warning != "" {
		fmt.Fprintln(out, "WARNING: "+r.Warning)
	}
	if !r.Changed {
		fmt.Fprint(out, "nothing changed: ")
	}
	show(out, r.State)
	if r.Changed {
		fmt.Fprintln(out, "  "+follows)
	}
	if r.Woken > 0 {
		fmt.Fprintf(out, "  %d waiting messages are decided again within some minutes, as fast as the account may send\n", r.Woken)
	}
	return err
}

func list(ctx context.Context, c *campaigncontrol.Control, out io.Writer) error {
	all, err := c.List(ctx)
	for _, s := range all {
		show(out, s)
	}
	return err
}

// show prints a campaign in one line.
func show(out io.Writer, s campaigncontrol.State) {
	fmt.Fprintf(out, "%s  %s", s.Campaign, s.Name)
	if s.Version > 0 {
		fmt.Fprintf(out, ", version %d, class %s", s.Version, s.Class)
	}
	if s.Said != nil {
		fmt.Fprintf(out, ", since %s by %s", s.Said.At.UTC().Format(time.RFC3339), s.Said.By)
		if s.Said.Why != "" {
			fmt.Fprint(out, ": "+s.Said.Why)
		}
	}
	fmt.Fprintln(out)
}
