package secret

import (
	"strings"
	"testing"
)

func TestParseReadsOneKeyOrSeveral(t *testing.T) {
	long := strings.Repeat("x", 64)
	for name, c := range map[string]struct{ text, current, fault string }{
		"as generated":            {long, "k1", ""},
		"two keys":                {`{"current":"k2","keys":{"k1":"` + long + `","k2":"` + long + `"}}`, "k2", ""},
		"too short":               {"short", "", "has 5 characters"},
		"no current":              {`{"current":"k3","keys":{"k1":"` + long + `"}}`, "", `"k3" is not among`},
		"an old one is too short": {`{"current":"k2","keys":{"k1":"short","k2":"` + long + `"}}`, "", `"k1" has 5`},
		"broken JSON":             {`{"current": secret-text`, "", "neither a text nor"},
	} {
		k, err := parse(c.text)
		if k.Current != c.current || (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%s: parse = %q, %v; want %q, %q", name, k.Current, err, c.current, c.fault)
		}
		if err != nil && strings.Contains(err.Error(), "secret-text") {
			t.Errorf("%s: the error contains the secret: %v", name, err)
		}
	}
}

func TestParseHooksReadsTheKeysOfEachPlatform(t *testing.T) {
	for name, c := range map[string]struct {
		text, fault string
		keys        int
	}{
		"as generated":     {`{"woocommerce":"0123456789abcdef"}`, "", 1},
		"a change of keys": {`{"woocommerce":["0123456789abcdef","fedcba9876543210"],"other":"0123456789abcdef"}`, "", 2},
		"no platform":      {`{}`, "", 0},
		"too short":        {`{"woocommerce":"secret-text"}`, `key 1 of "woocommerce" has 11`, 0},
		"empty":            {`{"woocommerce":["0123456789abcdef",""]}`, `key 2 of "woocommerce" has 0`, 0},
		"null":             {`{"woocommerce":null}`, `key 1 of "woocommerce" has 0`, 0},
		"a number":         {`{"woocommerce":1234567890123456}`, `neither a text nor`, 0},
		"a text":           {"secret-text", "not a JSON object", 0},
	} {
		keys, err := parseHooks(c.text)
		if len(keys["woocommerce"]) != c.keys || (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%s: parseHooks = %d keys, %v; want %d, %q", name, len(keys["woocommerce"]), err, c.keys, c.fault)
		}
		if err != nil && strings.Contains(err.Error(), "secret-text") {
			t.Errorf("%s: the error contains the secret: %v", name, err)
		}
	}
}

func TestParseBigCommerceReadsTheStoreAndItsToken(t *testing.T) {
	for name, c := range map[string]struct{ text, store, fault string }{
		"both":              {`{"store":"abc123def4","token":"t"}`, "abc123def4", ""},
		"as generated":      {`{"store":"","token":"9vXk"}`, "", "has no store or no token"},
		"without a token":   {`{"store":"abc123def4"}`, "", "has no store or no token"},
		"a text":            {"abc123def4", "", "is not a JSON object"},
		"an address":        {`{"store":"https://store-abc123.mybigcommerce.com","token":"t"}`, "", "is not the hash of a store"},
		"a path":            {`{"store":"../stores/x","token":"t"}`, "", "is not the hash of a store"},
		"with other things": {`{"store":"abc123def4","token":"t","more":1}`, "abc123def4", ""},
	} {
		store, _, err := parseBigCommerce(c.text)
		if store != c.store || (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%s: parseBigCommerce = %q, %v; want %q, %q", name, store, err, c.store, c.fault)
		}
		if err != nil && (strings.Contains(err.Error(), "9vXk") || strings.Contains(err.Error(), "mybigcommerce")) {
			t.Errorf("%s: the error repeats the secret: %v", name, err)
		}
	}
}
