// Package startup starts a Lambda function: settings, clients and secrets are
// made once, before the first call, and whatever is wrong with them stops the
// start in one line.
package startup

import (
	"context"
	"fmt"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"

	"regulars/shared/env"
)

// Start makes a function's handler and serves calls with it; it does not return.
// wire reads the settings that it needs, asks them for their faults, and returns
// what lambda.Start takes. Where it fails, the process ends with status 1 and
// the reason in its log.
func Start(wire func(context.Context, *env.Reader, aws.Config) (handle any, err error)) {
	slog.SetDefault(lambdacontext.NewLogger())
	handle, err := start(context.Background(), wire)
	if err != nil {
		slog.Error("the function cannot start", "err", err)
		os.Exit(1) //nolint:forbidigo // every main ends here
	}
	lambda.Start(handle)
}

func start(ctx context.Context, wire func(context.Context, *env.Reader, aws.Config) (any, error)) (any, error) {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return nil, fmt.Errorf("find the AWS account: %w", err)
	}
	return wire(ctx, env.From(os.Getenv), cfg) //nolint:forbidigo // for every main
}
