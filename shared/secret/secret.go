// Package secret reads the secret keys of a deployment from Secrets Manager: the
// keys that encrypt the tokens in mail links and from which coupon codes are
// derived, and the key from which mailboxes are named, which never changes.
//
// CloudFormation generates each secret as one random text. Of the first kind it
// is the key "k1". To rotate these keys, replace it with JSON, {"current": "k2", "keys": {"k1":
// "…", "k2": "…"}}: new tokens and codes use the current key, and those of the
// old keys stay valid. See docs/runbooks/signing-key.md.
package secret

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"regulars/shared/mailbox"
)

// least is the smallest length of a key in characters: the size of its hash.
const least = 32

// Keys are the keys by ID, and the ID of the current one.
type Keys struct {
	Current string            `json:"current"`
	Keys    map[string]string `json:"keys"`
}

// Read returns the keys of a secret. It fails if a key is too short, or if the
// current key is missing.
func Read(ctx context.Context, cfg aws.Config, arn string) (Keys, error) {
	text, err := read(ctx, cfg, arn)
	if err != nil {
		return Keys{}, fmt.Errorf("read the signing secret: %w", err)
	}
	return parse(text)
}

// MailboxKey returns the key that names mailboxes. It fails if it is too short.
func MailboxKey(ctx context.Context, cfg aws.Config, arn string) (mailbox.Key, error) {
	text, err := read(ctx, cfg, arn)
	if err != nil {
		return nil, fmt.Errorf("read the mailbox secret: %w", err)
	}
	return mailbox.NewKey(text)
}

// Hooks returns the keys of the secret with which shop platforms sign their
// webhooks, by platform: {"woocommerce": "…"}, or during a change of keys
// {"woocommerce": ["…", "…"]}. It fails if a key has fewer than 16 characters.
func Hooks(ctx context.Context, cfg aws.Config, arn string) (map[string][][]byte, error) {
	text, err := read(ctx, cfg, arn)
	if err != nil {
		return nil, fmt.Errorf("read the secret of the webhooks: %w", err)
	}
	return parseHooks(text)
}

// leastHook is the smallest length of a platform's key in characters. Some
// platforms choose the key, and not all choose a long one.
const leastHook = 16

// parseHooks returns the keys in the text of a secret. Its errors do not contain
// it.
func parseHooks(text string) (map[string][][]byte, error) {
	const want = `want {"woocommerce": "…"}; docs/hooks.md shows it`
	platforms := map[string]json.RawMessage{}
	if err := json.Unmarshal([]byte(text), &platforms); err != nil {
		return nil, errors.New("the secret of the webhooks is not a JSON object; " + want) // without err, which quotes the secret
	}
	keys := map[string][][]byte{}
	for _, name := range slices.Sorted(maps.Keys(platforms)) {
		var one string
		list := []string{}
		if json.Unmarshal(platforms[name], &one) == nil {
			list = append(list, one)
		} else if json.Unmarshal(platforms[name], &list) != nil {
			return nil, fmt.Errorf("the secret of the webhooks: %q is neither a text nor a list of texts; %s", name, want)
		}
		for i, key := range list {
			if len(key) < leastHook {
				return nil, fmt.Errorf("the secret of the webhooks: key %d of %q has %d characters; want %d or more", i+1, name, len(key), leastHook)
			}
			keys[name] = append(keys[name], []byte(key))
		}
	}
	return keys, nil
}

// BigCommerce returns the hash of the shop's store at BigCommerce and the token of
// its API account: {"store": "…", "token": "…"}. It fails if one of them is
// missing, which they are until the shop writes them.
func BigCommerce(ctx context.Context, cfg aws.Config, arn string) (store, token string, err error) {
	text, err := read(ctx, cfg, arn)
	if err != nil {
		return "", "", fmt.Errorf("read the secret of BigCommerce: %w", err)
	}
	return parseBigCommerce(text)
}

// storeHash matches the hash of a store, which becomes a part of a path.
var storeHash = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z0-9]{1,40}$`) })

// parseBigCommerce returns the store and the token in the text of a secret. Its
// errors do not contain it.
func parseBigCommerce(text string) (store, token string, err error) {
	const want = `want {"store": "…", "token": "…"}; docs/bigcommerce.md says how to write it`
	var s struct{ Store, Token string }
	switch err := json.Unmarshal([]byte(text), &s); {
	case err != nil:
		return "", "", errors.New("the secret of BigCommerce is not a JSON object; " + want) // without err, which quotes the secret
	case s.Store == "" || s.Token == "":
		return "", "", errors.New("the secret of BigCommerce has no store or no token; " + want)
	case !storeHash().MatchString(s.Store):
		return "", "", errors.New("the secret of BigCommerce: the store is not the hash of a store, such as abc123def4; " + want)
	}
	return s.Store, s.Token, nil
}

func read(ctx context.Context, cfg aws.Config, arn string) (string, error) {
	out, err := secretsmanager.NewFromConfig(cfg).GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &arn})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.SecretString), nil
}

// parse returns the keys in the text of a secret. Its errors do not contain it.
func parse(text string) (Keys, error) {
	k := Keys{Current: "k1", Keys: map[string]string{"k1": text}}
	if strings.HasPrefix(text, "{") {
		k = Keys{}
		if err := json.Unmarshal([]byte(text), &k); err != nil {
			return Keys{}, fmt.Errorf("the signing secret is neither a text nor the JSON of keys; docs/runbooks/signing-key.md shows both") // without err, which quotes the secret
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

// Bytes returns all keys by ID.
func (k Keys) Bytes() map[string][]byte {
	all := make(map[string][]byte, len(k.Keys))
	for id, key := range k.Keys {
		all[id] = []byte(key)
	}
	return all
}

// List returns all keys, the current one first.
func (k Keys) List() [][]byte {
	list := [][]byte{[]byte(k.Keys[k.Current])}
	for _, id := range slices.Sorted(maps.Keys(k.Keys)) {
		if id != k.Current {
			list = append(list, []byte(k.Keys[id]))
		}
	}
	return list
}
