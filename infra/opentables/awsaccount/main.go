// Command awsaccount prints the credentials and the region of the account that the AWS
// CLI would use, as JSON. Package opentables runs it.
//
// It is the only program with the SDK's search for credentials (profiles, roles, single
// sign-on), which has the clients of four services in it.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/config"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	cfg, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		return err
	}
	keys, err := cfg.Credentials.Retrieve(ctx)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"Keys": keys, "Region": cfg.Region})
}
