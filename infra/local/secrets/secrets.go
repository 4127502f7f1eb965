// Package secrets gives the local cloud its Secrets Manager: the template's
// secrets, made when the program first sees them and kept from then on.
//
// It serves GetSecretValue and DescribeSecret. A secret's value is what links
// are signed with, so one that was made once never changes, whatever the
// template says later of how to make it.
package secrets

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"time"

	"go.etcd.io/bbolt"

	"regulars/infra/local/aws"
	"regulars/infra/local/template"
)

// TargetPrefix begins the X-Amz-Target of every call.
const TargetPrefix = "secretsmanager."

var bucket = []byte("secrets")

// secret is what is stored, and what GetSecretValue answers.
type secret struct {
	ARN           string
	Name          string
	SecretString  string
	VersionID     string `json:"VersionId"`
	VersionStages []string
	CreatedDate   float64 // seconds since 1970
}

// Store holds the secrets.
type Store struct{ byID map[string]secret }

// New reads the secrets from db, and makes those that are not there.
func New(db *bbolt.DB, wanted []template.Secret, now time.Time) (*Store, error) {
	s := &Store{byID: map[string]secret{}}
	err := db.Update(func(tx *bbolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists(bucket)
		if err != nil {
			return err
		}
		for _, want := range wanted {
			kept, err := keep(b, want, now)
			if err != nil {
				return fmt.Errorf("secret %s: %w", want.Name, err)
			}
			s.byID[want.Name], s.byID[want.ARN] = kept, kept
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the secrets: %w", err)
	}
	return s, nil
}

func keep(b *bbolt.Bucket, want template.Secret, now time.Time) (secret, error) {
	var s secret
	if kept := b.Get([]byte(want.Name)); kept != nil {
		if err := json.Unmarshal(kept, &s); err != nil {
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
	value, err := json.Marshal(s)
	if err != nil {
		return s, err
	}
	return s, b.Put([]byte(want.Name), value)
}

// generate makes a value of as many characters as are asked for, each drawn
// evenly from those allowed.
func generate(g template.Generate) (string, error) {
	alphabet := ""
	for _, part := range []struct {
		out        bool
		characters string
	}{
		{g.ExcludeLower, "abcdefghijklmnopqrstuvwxyz"},
		{g.ExcludeUpper, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
		{g.ExcludeNumbers, "0123456789"},
		{g.ExcludePunctuation, "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"},
		{!g.Space, " "},
	} {
		if !part.out {
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
		return "", fmt.Errorf("GenerateSecretString excludes every character")
	}
	var made strings.Builder
	for range g.Length {
		i, err := rand.Int(rand.Reader, big.NewInt(int64(len(alphabet))))
		if err != nil {
			return "", err
		}
		made.WriteByte(alphabet[i.Int64()])
	}
	if g.Key == "" {
		return made.String(), nil
	}
	fields := map[string]any{}
	if err := json.Unmarshal(g.Template, &fields); err != nil {
		return "", fmt.Errorf("SecretStringTemplate: %w", err)
	}
	fields[g.Key] = made.String()
	whole, err := json.Marshal(fields)
	return string(whole), err
}

// ServeHTTP serves Secrets Manager's protocol (AWS JSON 1.1).
func (s *Store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var input struct{ SecretId, VersionId, VersionStage string } //nolint:revive // the protocol's names
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&input); err != nil {
		aws.JSONError(w, http.StatusBadRequest, "SerializationException", err.Error())
		return
	}
	found, ok := s.byID[input.SecretId]
	operation := strings.TrimPrefix(r.Header.Get("X-Amz-Target"), TargetPrefix)
	var answer any
	switch {
	case operation != "GetSecretValue" && operation != "DescribeSecret":
		aws.JSONError(w, http.StatusBadRequest, "UnknownOperationException", "the local cloud has no secretsmanager "+operation)
		return
	case !ok || input.VersionId != "" && input.VersionId != found.VersionID || input.VersionStage != "" && input.VersionStage != "AWSCURRENT":
		aws.JSONError(w, http.StatusBadRequest, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
		return
	case operation == "DescribeSecret":
		answer = map[string]any{
			"ARN": found.ARN, "Name": found.Name, "CreatedDate": found.CreatedDate,
			"VersionIdsToStages": map[string][]string{found.VersionID: found.VersionStages},
		}
	default:
		answer = found
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(w).Encode(answer)
}
