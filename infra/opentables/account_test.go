package opentables_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"regulars/infra/opentables"
)

// unset removes the variables of AWS for a test, so that the machine's do not count.
func unset(t *testing.T) {
	for _, setting := range os.Environ() {
		if name, _, _ := strings.Cut(setting, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
		}
	}
}

// profile makes a file of profiles the one of the SDK.
func profile(t *testing.T, text string) {
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", file)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
}

func TestAccountIsThatOfTheProfile(t *testing.T) {
	unset(t)
	profile(t, "[profile shop]\nregion = eu-west-3\naws_access_key_id = id\naws_secret_access_key = key\naws_session_token = token\n")
	t.Setenv("AWS_PROFILE", "shop")
	cfg, err := opentables.Account(t.Context(), os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := cfg.Credentials.Retrieve(t.Context())
	if err != nil || cfg.Region != "eu-west-3" || keys.AccessKeyID != "id" || keys.SecretAccessKey != "key" || keys.SessionToken != "token" {
		t.Errorf("Account = %s, %+v, %v, want what the profile says", cfg.Region, keys, err)
	}
}

func TestAccountOfTheEnvironmentNeedsNoCLI(t *testing.T) {
	unset(t)
	t.Setenv("PATH", t.TempDir())
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key", "AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:1", "AWS_MAX_ATTEMPTS": "9",
	} {
		t.Setenv(name, value)
	}
	cfg, err := opentables.Account(t.Context(), os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := cfg.Credentials.Retrieve(t.Context())
	if err != nil || cfg.Region != "eu-central-1" || keys.AccessKeyID != "id" || keys.SecretAccessKey != "key" {
		t.Errorf("Account = %s, %+v, %v, want the keys of the environment", cfg.Region, keys, err)
	}
	if at := dynamodb.NewFromConfig(cfg).Options().BaseEndpoint; at == nil || *at != "http://127.0.0.1:1" {
		t.Errorf("the endpoint of DynamoDB = %v, want that of its variable", at)
	}
}

func TestAccountSaysWhatIsWrong(t *testing.T) {
	keys := map[string]string{"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key", "AWS_REGION": "eu-west-3"}
	for name, c := range map[string]struct {
		keys, change map[string]string
		want         string
	}{
		"no credentials":  {nil, map[string]string{"AWS_REGION": "eu-west-3"}, "find the credentials of AWS"},
		"no region":       {keys, map[string]string{"AWS_REGION": ""}, "AWS_REGION is not set"},
		"half a key":      {keys, map[string]string{"AWS_SECRET_ACCESS_KEY": ""}, "AWS_SECRET_ACCESS_KEY is not set"},
		"other endpoints": {keys, map[string]string{"AWS_USE_FIPS_ENDPOINT": "true"}, "AWS_USE_FIPS_ENDPOINT is set"},
		"no certificate":  {keys, map[string]string{"AWS_CA_BUNDLE": "account_test.go"}, "account_test.go has no certificate"},
		"no file of them": {keys, map[string]string{"AWS_CA_BUNDLE": "none.pem"}, "none.pem"},
	} {
		t.Run(name, func(t *testing.T) {
			unset(t)
			profile(t, "")
			for _, set := range []map[string]string{c.keys, c.change} {
				for name, value := range set {
					t.Setenv(name, value)
				}
			}
			if _, err := opentables.Account(t.Context(), os.Getenv); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Account = %v, want %s in it", err, c.want)
			}
		})
	}
}
