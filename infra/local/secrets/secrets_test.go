package secrets_test

import (
	"encoding/json"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"go.etcd.io/bbolt"

	"regulars/infra/local/secrets"
	"regulars/infra/local/template"
)

func open(t *testing.T) *bbolt.DB {
	t.Helper()
	db, err := bbolt.Open(filepath.Join(t.TempDir(), "db"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// value gets the value of a secret with the AWS SDK.
func value(t *testing.T, store *secrets.Store, id string) (string, error) {
	t.Helper()
	server := httptest.NewServer(store)
	defer server.Close()
	client := secretsmanager.New(secretsmanager.Options{
		Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
	out, err := client.GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: &id})
	if err != nil {
		return "", err
	}
	return *out.SecretString, nil
}

func TestNewCreatesSecretsAsTheTemplateDefinesThem(t *testing.T) {
	tests := map[string]struct {
		secret template.Secret
		want   string
	}{
		"given value":         {template.Secret{Value: "as it is"}, `^as it is$`},
		"letters and numbers": {template.Secret{Generate: &template.Generate{Length: 64, ExcludePunctuation: true}}, `^[A-Za-z0-9]{64}$`},
		"excluded characters": {template.Secret{Generate: &template.Generate{Length: 500, ExcludePunctuation: true, ExcludeUpper: true, Exclude: "abc0"}}, `^[d-z1-9]{500}$`},
		"field in JSON":       {template.Secret{Generate: &template.Generate{Length: 8, ExcludePunctuation: true, Template: json.RawMessage(`{"user":"shop"}`), Key: "password"}}, `^\{"password":"[A-Za-z0-9]{8}","user":"shop"\}$`},
	}
	for name, test := range tests {
		test.secret.Name, test.secret.ARN = "Signing", "arn:aws:secretsmanager:us-east-1:000000000000:secret:Signing-local0"
		store, err := secrets.New(open(t), []template.Secret{test.secret}, time.Now())
		if err != nil {
			t.Errorf("%s: New failed: %v", name, err)
			continue
		}
		for _, id := range []string{test.secret.Name, test.secret.ARN} {
			if got, err := value(t, store, id); err != nil || !regexp.MustCompile(test.want).MatchString(got) {
				t.Errorf("%s: GetSecretValue(%s) = %q, %v, want %s", name, id, got, err, test.want)
			}
		}
	}
}

// Links in old mails must stay valid if GenerateSecretString changes.
func TestGeneratedSecretNeverChanges(t *testing.T) {
	db := open(t)
	secret := template.Secret{Name: "Signing", ARN: "arn", Generate: &template.Generate{Length: 32}}
	first, err := secrets.New(db, []template.Secret{secret}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	secret.Generate = &template.Generate{Length: 64}
	second, err := secrets.New(db, []template.Secret{secret}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	want, _ := value(t, first, "Signing")
	if got, err := value(t, second, "Signing"); err != nil || got != want || len(got) != 32 {
		t.Errorf("GetSecretValue after a restart = %q, %v, want %q", got, err, want)
	}
}

func TestUnknownSecretIsNotFound(t *testing.T) {
	store, err := secrets.New(open(t), nil, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := value(t, store, "Other"); err == nil || !strings.Contains(err.Error(), "ResourceNotFoundException") {
		t.Errorf("GetSecretValue(Other) = %v, want ResourceNotFoundException", err)
	}
}

func TestPutSecretValueStoresAnotherValue(t *testing.T) {
	db := open(t)
	wanted := []template.Secret{{Name: "Hooks", ARN: "arn:aws:secretsmanager:us-east-1:000000000000:secret:Hooks-local0", Generate: &template.Generate{Length: 8}}}
	store, err := secrets.New(db, wanted, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(store)
	defer server.Close()
	client := secretsmanager.New(secretsmanager.Options{
		Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: credentials.NewStaticCredentialsProvider("local", "local", ""),
	})
	text := `{"medusa":"0123456789abcdef"}`
	if _, err := client.PutSecretValue(t.Context(), &secretsmanager.PutSecretValueInput{SecretId: &wanted[0].Name, SecretString: &text}); err != nil {
		t.Fatal(err)
	}
	again, err := secrets.New(db, wanted, time.Now()) // the next start
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*secrets.Store{store, again} {
		for _, id := range []string{wanted[0].Name, wanted[0].ARN} {
			if got, err := value(t, s, id); err != nil || got != text {
				t.Errorf("GetSecretValue(%s) = %q, %v, want %q", id, got, err, text)
			}
		}
	}
}
