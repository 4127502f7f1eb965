package opentables

import (
	"bytes"
	"cmp"
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"regulars/shared/env"
	"regulars/shared/sdkhttp"
	"regulars/shared/startup"
)

// program searches for credentials. It is a program of its own, so that commands can be
// built without it: see docs/decisions/0113.
const program = "regulars/infra/opentables/awsaccount"

// account is what the program prints.
type account struct {
	Keys   aws.Credentials
	Region string
}

// Account returns the configuration of the account that the AWS CLI would use. Keys in
// the environment are used as they are, with AWS_REGION; otherwise profiles, roles and
// single sign-on are searched.
//
// It returns an error if there are no credentials, if no region is chosen, or if a
// variable of the SDK is set that would change what AWS is asked, and has no effect here.
func Account(ctx context.Context, getenv func(string) string) (aws.Config, error) {
	found := account{Region: cmp.Or(getenv("AWS_REGION"), getenv("AWS_DEFAULT_REGION"))}
	searched := getenv("AWS_ACCESS_KEY_ID") == ""
	if searched {
		var err error
		if found, err = search(ctx); err != nil {
			return aws.Config{}, err
		}
	}
	settings := env.From(func(name string) string {
		switch {
		case name == "AWS_REGION":
			return found.Region
		case searched && name == "AWS_ACCESS_KEY_ID":
			return found.Keys.AccessKeyID
		case searched && name == "AWS_SECRET_ACCESS_KEY":
			return found.Keys.SecretAccessKey
		}
		return getenv(name)
	})
	settings.Refuse("AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT")
	cfg := startup.Configuration(settings)
	if err := settings.Err(); err != nil {
		return aws.Config{}, fmt.Errorf("read the settings of AWS: %w", err)
	}
	if searched { // those that expire while a command runs are searched again
		first := &found
		cfg.Credentials = aws.NewCredentialsCache(aws.CredentialsProviderFunc(func(ctx context.Context) (aws.Credentials, error) {
			if now := first; now != nil {
				first = nil
				return now.Keys, nil
			}
			again, err := search(ctx)
			return again.Keys, err
		}))
	}
	if file := getenv("AWS_CA_BUNDLE"); file != "" {
		client, err := trusting(file)
		if err != nil {
			return aws.Config{}, fmt.Errorf("read AWS_CA_BUNDLE: %w", err)
		}
		cfg.HTTPClient = sdkhttp.Client{HTTPClient: client}
	}
	return cfg, nil
}

// search runs the program.
func search(ctx context.Context) (found account, err error) {
	cmd := exec.CommandContext(ctx, "go", "run", program)
	var faults bytes.Buffer
	cmd.Stderr = &faults
	text, err := cmd.Output()
	if err == nil {
		err = json.Unmarshal(text, &found)
	}
	if err != nil {
		return account{}, fmt.Errorf("find the credentials of AWS (go run %s): %w\n%s", program, err, strings.TrimSpace(faults.String()))
	}
	return found, nil
}

// trusting returns an HTTP client that trusts the certificates in a file only.
func trusting(file string) (*awshttp.BuildableClient, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s has no certificate", file)
	}
	return awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { t.TLSClientConfig.RootCAs = roots }), nil
}
