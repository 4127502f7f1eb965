// Package startup starts a Lambda function: it reads the settings and makes the
// clients once, before the first call, and ends the process with one log line
// if that fails.
package startup

import (
	"context"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"

	"regulars/shared/env"
)

// Start makes a function's handler and serves calls with it; it does not
// return. wire reads the settings, checks their faults with [env.Reader.Err],
// and returns a handler for lambda.Start. If wire fails, the process logs the
// error and ends with status 1.
func Start(wire func(context.Context, *env.Reader, aws.Config) (handle any, err error)) {
	slog.SetDefault(lambdacontext.NewLogger())
	handle, err := start(context.Background(), wire)
	if err != nil {
		slog.Error("the function cannot start", "err", err)
		os.Exit(1) //nolint:forbidigo // the only exit of every function's main
	}
	lambda.Start(handle)
}

func start(ctx context.Context, wire func(context.Context, *env.Reader, aws.Config) (any, error)) (any, error) {
	settings := env.From(os.Getenv) //nolint:forbidigo // for the main of every function
	return wire(ctx, settings, configuration(settings))
}
