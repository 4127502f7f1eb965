// Package secrets emulates AWS Secrets Manager on one machine: it creates the
// template's secrets when the program first sees them, stores them, and serves
// GetSecretValue, PutSecretValue and DescribeSecret.
//
// Links in old mails are signed with a secret. So a generated value never
// changes, even if GenerateSecretString in the template does. A value that the
// template gives is replaced if the template changes it.
package secrets

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"regulars/infra/local/aws"
	"regulars/infra/local/template"
)

// TargetPrefix is the prefix of the X-Amz-Target header of every call.
const TargetPrefix = "secretsmanager."

var bucket = []byte("secrets")

// secret is a stored secret, in the JSON form of GetSecretValue.
type secret struct {
	ARN           string
	Name          string
	SecretString  string
	VersionID     string `json:"VersionId"`
	VersionStages []string
	CreatedDate   float64 // Unix seconds
}

// Store holds the secrets. It is safe for concurrent use.
type Store struct {
	db   *bbolt.DB
	mu   sync.Mutex
	byID map[string]secret // by name and by ARN
}

// New reads the wanted secrets from db and creates the missing ones.
func New(db *bbolt.DB, wanted []template.Secret, now time.Time) (*Store, error) {
	s := &Store{db: db, byID: map[string]secret{}}
	err := db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists(bucket)
		if err != nil {
			return err
		}
		for _, want := range wanted {
			found, err := readOrCreate(b, want, now)
			if err != nil {
				return fmt.Errorf("secret %s: %w", want.Name, err)
			}
			s.byID[want.Name], s.byID[want.ARN] = found, found
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the secrets: %w", err)
	}
	return s, nil
}

// readOrCreate returns the stored secret. It creates and stores a new one if
// there is none, or if the template now gives another value.
func readOrCreate(b *bbolt.Bucket, want template.Secret, now time.Time) (secret, error) {
	var s secret
	if stored := b.Get([]byte(want.Name)); stored != nil {
		if err := json.Unmarshal(stored, &s); err != nil {
			return s, err
		}
		if want.Generate != nil || s.SecretString == want.Value {
			s.ARN = want.ARN
			return s, nil
		}
	}
	s = secret{
		ARN: want.ARN, Name: want.Name, SecretString: want.Value, VersionID: aws.NewID(),
		VersionStages: []string{"AWSCURRENT"}, CreatedDate: float64(now.UnixMilli()) / 1000,
	}
	if want.Generate != nil {
		var err error
		if s.SecretString, err = generate(*want.Generate); err != nil {
			return s, err
		}
	}
	return s, s.store(b)
}

func (s secret) store(b *bbolt.Bucket) error {
	value, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return b.Put([]byte(s.Name), value)
}

// put stores another value of a secret. A value that the template gives, and does
// not generate, comes back with the next start.
func (s *Store) put(old secret, value string, now time.Time) (secret, error) {
	next := old
	next.SecretString, next.VersionID, next.CreatedDate = value, aws.NewID(), float64(now.UnixMilli())/1000
	if err := s.db.Update(func(tx *bbolt.Tx) error { return next.store(tx.Bucket(bucket)) }); err != nil {
		return old, err
	}
	s.byID[next.Name], s.byID[next.ARN] = next, next
	return next, nil
}

// generate returns a random value of g.Length characters, each drawn uniformly
// from the allowed ones. With g.Key, the value is a field in the JSON of
// g.Template.
func generate(g template.Generate) (string, error) {
	alphabet := ""
	for _, part := range []struct {
		excluded   bool
		characters string
	}{
		{g.ExcludeLower, "abcdefghijklmnopqrstuvwxyz"},
		{g.ExcludeUpper, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
		{g.ExcludeNumbers, "0123456789"},
		{g.ExcludePunctuation, "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"},
		{!g.Space, " "},
	} {
		if !part.excluded {
			alphabet += part.characters
		}
	}
	alphabet = strings.Map(func(r rune) rune {
		if strings.ContainsRune(g.Exclude, r) {
			return -1
		}
		return r
	}, alphabet)
	if alphabet == "" {
		return "", fmt.Errorf("GenerateSecretString excludes every character; allow some")
	}
	var value strings.Builder
	for range g.Length {
		i, err := rand.Int(rand.Reader, big.NewInt(int64(len(alphabet))))
		if err != nil {
			return "", err
		}
		value.WriteByte(alphabet[i.Int64()])
	}
	if g.Key == "" {
		return value.String(), nil
	}
	fields := map[string]any{}
	if err := json.Unmarshal(g.Template, &fields); err != nil {
		return "", fmt.Errorf("SecretStringTemplate: %w", err)
	}
	fields[g.Key] = value.String()
	text, err := json.Marshal(fields)
	return string(text), err
}

// ServeHTTP answers one call of the protocol of Secrets Manager (AWS JSON 1.1).
func (s *Store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var input struct{ SecretId, VersionId, VersionStage, SecretString string } //nolint:revive // the protocol's names
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&input); err != nil {
		aws.JSONError(w, http.StatusBadRequest, "SerializationException", err.Error())
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.byID[input.SecretId]
	operation := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), TargetPrefix)
	var answer any
	switch {
	case operation != "GetSecretValue" && operation != "PutSecretValue" && operation != "DescribeSecret":
		aws.JSONError(w, http.StatusBadRequest, "UnknownOperationException", "the local cloud does not support the Secrets Manager operation "+operation)
		return
	case !ok || input.VersionId != "" && input.VersionId != found.VersionID || input.VersionStage != "" && input.VersionStage != "AWSCURRENT":
		aws.JSONError(w, http.StatusBadRequest, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
		return
	case operation == "DescribeSecret":
		answer = map[string]any{
			"ARN": found.ARN, "Name": found.Name, "CreatedDate": found.CreatedDate,
			"VersionIdsToStages": map[string][]string{found.VersionID: found.VersionStages},
		}
	case operation == "PutSecretValue":
		next, err := s.put(found, input.SecretString, time.Now().UTC())
		if err != nil {
			aws.JSONError(w, http.StatusInternalServerError, "InternalServiceError", err.Error())
			return
		}
		answer = map[string]any{"ARN": next.ARN, "Name": next.Name, "VersionId": next.VersionID, "VersionStages": next.VersionStages}
	default:
		answer = found
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(answer)
}
