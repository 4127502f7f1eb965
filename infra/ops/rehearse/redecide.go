package main

import (
	"context"
	"fmt"
	"io"

	"regulars/shared/redecide"
)

// all makes all stored decisions again and prints the counts. It fails if one is not the
// same.
func all(ctx context.Context, archive *redecide.Archive, list redecide.List, out, progress io.Writer) error {
	shown := 0
	c, err := archive.All(ctx, list, func(c redecide.Count) {
		if c.Total() > shown { // a page can be empty
			shown = c.Total()
			fmt.Fprintf(progress, "\r%d decisions made again", shown)
		}
	})
	fmt.Fprintf(progress, "\r%40s\r", "") // clears the line
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d decisions made again from their stored inputs: %d the same byte for byte, %d different, %d with inputs that are not complete\n", c.Total(), c.Same, c.Different, c.Incomplete)
	for _, d := range c.Found {
		fmt.Fprintf(out, "  customer %s, send %s: %s\n", d.Customer, d.Send, d.What)
	}
	switch {
	case c.Total() == 0:
		fmt.Fprintln(out, "no inputs are stored: privacy.yaml says for how many days they are kept (keep, inputs)")
	case c.Same < c.Total():
		return fmt.Errorf("%d of %d decisions are not the same; make why CUSTOMER=… CAMPAIGN=… shows one of them", c.Total()-c.Same, c.Total())
	}
	return nil
}
