// Command function is the Lambda function that the tests run. Its event selects
// the behaviour.
package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
)

type request struct {
	Do string `json:"do"`

	// Fields of a function URL's event.
	RawPath         string            `json:"rawPath"`
	RawQueryString  string            `json:"rawQueryString"`
	Body            string            `json:"body"`
	IsBase64Encoded bool              `json:"isBase64Encoded"`
	Cookies         []string          `json:"cookies"`
	Headers         map[string]string `json:"headers"`
}

func main() {
	switch os.Getenv("INIT") {
	case "exit":
		fmt.Fprintln(os.Stderr, "the setting TENANT is missing")
		os.Exit(1)
	case "hang":
		select {}
	}
	calls := 0
	lambda.Start(func(ctx context.Context, r request) (any, error) {
		calls++
		call, _ := lambdacontext.FromContext(ctx)
		if r.RawPath != "" {
			return page(r)
		}
		switch r.Do {
		case "sleep":
			fmt.Println("sleeping")
			time.Sleep(time.Hour)
		case "wait": // until the test creates the file GATE, or for 10 s
			for range 1000 {
				if _, err := os.Stat(os.Getenv("GATE")); err == nil {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
		case "crash":
			fmt.Println("about to crash")
			os.Exit(3)
		case "panic":
			panic("out of cheese")
		case "fail":
			return nil, errors.New("no such customer")
		case "large":
			return strings.Repeat("x", 7<<20), nil
		}
		deadline, _ := ctx.Deadline()
		fmt.Println("did", r.Do)
		return map[string]any{
			"pid": os.Getpid(), "calls": calls, "request": call.AwsRequestID, "arn": call.InvokedFunctionArn,
			"left": time.Until(deadline).Seconds(), "env": os.Environ(), "trace": ctx.Value("x-amzn-trace-id"),
		}, nil
	})
}

func page(r request) (any, error) {
	body := []byte(r.Body)
	if r.IsBase64Encoded {
		body, _ = base64.StdEncoding.DecodeString(r.Body)
	}
	switch r.RawPath {
	case "/bare":
		return map[string]string{"said": string(body)}, nil
	case "/broken":
		return nil, errors.New("broken")
	}
	text := fmt.Sprintf("%s|%s|%s|%s|%s", r.RawPath, r.RawQueryString, body, strings.Join(r.Cookies, ","), r.Headers["x-extra"])
	return map[string]any{
		"statusCode": 201, "headers": map[string]string{"Content-Type": "text/plain", "X-Answer": "yes"},
		"cookies": []string{"a=1", "b=2"}, "body": base64.StdEncoding.EncodeToString([]byte(text)), "isBase64Encoded": true,
	}, nil
}
