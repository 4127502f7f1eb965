// Command compiler compiles MJML to HTML. It reads sources from its input, each a JSON
// string, and answers each with a JSON array of two strings: the HTML, and the text of
// the error if it failed. Package mjml starts it.
//
// It is the only program with Boostport/mjml-go and its WebAssembly runtime, which cost
// .6 s at each start (50 s under the race detector, so it is built without).
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	boost "github.com/Boostport/mjml-go"

	"regulars/infra/ops/publish/goprogram"
)

// limit is the longest time for one message; a template of the shop takes 0.1
// s.
const limit = 30 * time.Second

func main() {
	if err := goprogram.Serve(os.Stdin, os.Stdout, answer); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// answer returns the HTML, and the text of the error.
func answer(source string) [2]string {
	html, err := compile(source)
	if err != nil {
		return [2]string{html, err.Error()}
	}
	return [2]string{html}
}

func compile(source string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	return boost.ToHTML(ctx, source, boost.WithValidationLevel(boost.Strict), boost.WithKeepComments(false), boost.WithFonts(boost.Fonts{}))
}
