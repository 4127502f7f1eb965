// Package secret reads the one secret of a deployment: the keys that seal links
// and derive coupon codes.
//
// As CloudFormation generates it, the secret is one random text, the key "k1".
// To change keys it becomes JSON, {"current": "k2", "keys": {"k1": "…", "k2":
// "…"}}: what is new is made with the current one, what is old still opens. See
// docs/runbooks/signing-key.md.
package secret

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// least is the fewest characters that a key may have: those of its hash.
const least = 32

// Keys are the keys by their IDs.
type Keys struct {
	Current string            `json:"current"`
	Keys    map[string]string `json:"keys"`
}

// Read returns the keys of a secret. It fails where one of them is too short to
// sign with, or the current one is not among them.
func Read(ctx context.Context, cfg aws.Config, arn string) (Keys, error) {
	out, err := secretsmanager.NewFromConfig(cfg).GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &arn})
	if err != nil {
		return Keys{}, fmt.Errorf("read the signing secret: %w", err)
	}
	return parse(aws.ToString(out.SecretString))
}

func parse(text string) (Keys, error) {
	k := Keys{Current: "k1", Keys: map[string]string{"k1": text}}
	if strings.HasPrefix(text, "{") {
		k = Keys{}
		if err := json.Unmarshal([]byte(text), &k); err != nil {
			return Keys{}, fmt.Errorf("the signing secret is neither a text nor the JSON of keys") // without err: it quotes the secret
		}
	}
	if k.Keys[k.Current] == "" {
		return Keys{}, fmt.Errorf("the signing secret's current key %q is not among its keys", k.Current)
	}
	for _, id := range slices.Sorted(maps.Keys(k.Keys)) {
		if len(k.Keys[id]) < least {
			return Keys{}, fmt.Errorf("the signing secret's key %q has %d characters; want %d or more", id, len(k.Keys[id]), least)
		}
	}
	return k, nil
}

// Bytes returns every key by its ID.
func (k Keys) Bytes() map[string][]byte {
	all := make(map[string][]byte, len(k.Keys))
	for id, key := range k.Keys {
		all[id] = []byte(key)
	}
	return all
}

// List returns every key, the current one first.
func (k Keys) List() [][]byte {
	list := [][]byte{[]byte(k.Keys[k.Current])}
	for _, id := range slices.Sorted(maps.Keys(k.Keys)) {
		if id != k.Current {
			list = append(list, []byte(k.Keys[id]))
		}
	}
	return list
}
