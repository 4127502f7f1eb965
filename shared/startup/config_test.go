package startup

import (
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"regulars/shared/env"
	"regulars/shared/sdkhttp"
)

func TestConfigurationIsWhatLambdaSets(t *testing.T) {
	for name, value := range map[string]string{
		"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key", "AWS_SESSION_TOKEN": "token",
		"AWS_CA_BUNDLE": "", "AWS_ENDPOINT_URL": "", "AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://127.0.0.1:1",
	} {
		t.Setenv(name, value)
	}
	settings := env.From(os.Getenv)
	cfg := configuration(settings)
	if err := settings.Err(); err != nil {
		t.Fatal(err)
	}
	keys, err := cfg.Credentials.Retrieve(t.Context())
	if err != nil || cfg.Region != "eu-central-1" || keys.AccessKeyID != "id" || keys.SecretAccessKey != "key" || keys.SessionToken != "token" {
		t.Errorf("configuration = %s, %v, %v, want what Lambda sets", cfg.Region, keys, err)
	}
	if _, ok := cfg.HTTPClient.(sdkhttp.Client); !ok {
		t.Errorf("the HTTP client is a %T, which can lose answers", cfg.HTTPClient)
	}
	if got := secretsmanager.NewFromConfig(cfg).Options().BaseEndpoint; got == nil || *got != "http://127.0.0.1:1" {
		t.Errorf("the endpoint of Secrets Manager = %v, want that of its variable", got)
	}
	if got := dynamodb.NewFromConfig(cfg).Options().BaseEndpoint; got != nil {
		t.Errorf("the endpoint of DynamoDB = %s, want AWS's own", *got)
	}
	t.Setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:2")
	cfg = configuration(settings)
	if got := dynamodb.NewFromConfig(cfg).Options().BaseEndpoint; got == nil || *got != "http://127.0.0.1:2" {
		t.Errorf("the endpoint of DynamoDB = %v, want that of all services", got)
	}
}

func TestConfigurationNamesWhatIsNotSet(t *testing.T) {
	settings := env.From(func(string) string { return "" })
	configuration(settings)
	for _, want := range []string{"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"} {
		if err := settings.Err(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Err() = %v, want it to name %s", err, want)
		}
	}
}

func TestConfigurationRefusesWhatItDoesNotRead(t *testing.T) {
	settings := env.From(func(name string) string { return map[string]string{"AWS_USE_FIPS_ENDPOINT": "true"}[name] })
	configuration(settings)
	if err := settings.Err(); err == nil || !strings.Contains(err.Error(), "AWS_USE_FIPS_ENDPOINT is set, and has no effect; remove it") {
		t.Errorf("Err() = %v, want it to name the variable", err)
	}
}
