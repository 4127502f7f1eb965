package startup

import (
	"context"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"regulars/shared/env"
	"regulars/shared/sdkhttp"
)

// configuration returns the configuration of AWS's clients from the variables that
// Lambda sets: the region and the credentials of the function's role, which live as
// long as the process. Of the SDK's other variables it reads only the addresses of
// endpoints, which are set on a developer's machine, and refuses those that would
// change what AWS is asked. config.LoadDefaultConfig reads shared files and tries all
// sources of credentials: see docs/decisions/0101.
func configuration(env *env.Reader) aws.Config {
	env.Refuse("AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_RETRY_MODE", "AWS_MAX_ATTEMPTS", "AWS_CA_BUNDLE")
	cfg := aws.Config{
		Region: env.Text("AWS_REGION"),
		Credentials: credentials.NewStaticCredentialsProvider(
			env.Text("AWS_ACCESS_KEY_ID"), env.Text("AWS_SECRET_ACCESS_KEY"), env.Optional("AWS_SESSION_TOKEN")), // empty on a developer's machine
		HTTPClient:    sdkhttp.Client{HTTPClient: awshttp.NewBuildableClient()}, // one for all clients
		ConfigSources: []any{endpoints{}},
	}
	if address := env.Optional("AWS_ENDPOINT_URL"); address != "" {
		cfg.BaseEndpoint = &address
	}
	return cfg
}

// endpoints is what the SDK's clients ask for an address of their own.
type endpoints struct{}

// GetServiceBaseEndpoint returns the address in the variable of the service, such as
// AWS_ENDPOINT_URL_DYNAMODB.
func (endpoints) GetServiceBaseEndpoint(_ context.Context, service string) (string, bool, error) {
	address := os.Getenv("AWS_ENDPOINT_URL_" + strings.ToUpper(strings.ReplaceAll(service, " ", "_"))) //nolint:forbidigo // the SDK's own variable
	return address, address != "", nil
}
