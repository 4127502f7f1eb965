// Command compiler compiles MJML to HTML. It reads sources from its input, each a JSON
// string, and answers each with a JSON array of two strings: the HTML, and the text of
// the error if it failed. Package mjml starts it.
//
// It is the only program with Boostport/mjml-go and its WebAssembly runtime, which cost
// .6 s at each start (50 s under the race detector, so it is built without).
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	boost "github.com/Boostport/mjml-go"
)

// limit is the longest time for one message; a template of the shop takes 0.1
// s.
const limit = 30 * time.Second

func main() {
	if err := serve(json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serve(in *json.Decoder, out *json.Encoder) error {
	for {
		var source string
		if err := in.Decode(&source); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read a source: %w", err)
		}
		html, err := compile(source)
		answer := [2]string{html}
		if err != nil {
			answer[1] = err.Error()
		}
		if err := out.Encode(answer); err != nil {
			return fmt.Errorf("answer: %w", err)
		}
	}
}

func compile(source string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	return boost.ToHTML(ctx, source, boost.WithValidationLevel(boost.Strict), boost.WithKeepComments(false), boost.WithFonts(boost.Fonts{}))
}
