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
