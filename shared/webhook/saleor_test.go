package webhook

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"regulars/shared/webhook/webhooktest"
)

const saleorBody = `{"__typename":"OrderUpdated","order":{"id":"T3JkZXI6MQ=="}}`

func part(v any) string {
	text, _ := json.Marshal(v)
	return base64.RawURLEncoding.EncodeToString(text)
}

// detached returns a signature that a caller makes by hand, as an attacker would.
func detached(header map[string]any, body string, sign func(input []byte) []byte) string {
	return detachedUnder(part(header), header["b64"] == false, body, sign)
}

func detachedUnder(head string, plain bool, body string, sign func(input []byte) []byte) string {
	payload := base64.RawURLEncoding.EncodeToString([]byte(body))
	if plain {
		payload = body
	}
	return head + ".." + base64.RawURLEncoding.EncodeToString(sign([]byte(head+"."+payload)))
}

func byRSA(key *rsa.PrivateKey) func([]byte) []byte {
	return func(input []byte) []byte {
		sum := sha256.Sum256(input)
		signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
		if err != nil {
			panic(err)
		}
		return signature
	}
}

func byHMAC(key []byte) func([]byte) []byte {
	return func(input []byte) []byte {
		mac := hmac.New(sha256.New, key)
		mac.Write(input)
		return mac.Sum(nil)
	}
}

func TestSaleorTakesItsOwnSignatureAndNoOther(t *testing.T) {
	own, stranger := webhooktest.SaleorKey(), newRSA(t)
	keys := webhooktest.SaleorKeys()
	var set jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(keys), &set); err != nil {
		t.Fatal(err)
	}
	kid := set.Keys[0].KeyID
	der, err := x509.MarshalPKIXPublicKey(own.Public())
	if err != nil {
		t.Fatal(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
	head := func(more ...any) map[string]any { // Saleor's header
		h := map[string]any{"alg": "RS256", "kid": kid, "crit": []string{"b64"}, "b64": false, "typ": "JWT"}
		for i := 0; i < len(more); i += 2 {
			if h[more[i].(string)] = more[i+1]; more[i+1] == nil {
				delete(h, more[i].(string))
			}
		}
		return h
	}
	good := detached(head(), saleorBody, byRSA(own))
	none := func([]byte) []byte { return nil }
	for name, c := range map[string]struct {
		signature string
		holds     bool
	}{
		"as Saleor signs":                      {good, true},
		"with its header in another order":     {detachedUnder(base64.RawURLEncoding.EncodeToString([]byte(`{"typ": "JWT", "kid": "`+kid+`", "crit": ["b64"], "b64": false, "alg": "RS256"}`)), true, saleorBody, byRSA(own)), true},
		"with a payload in base64":             {detached(head("b64", nil, "crit", nil), saleorBody, byRSA(own)), true},
		"by another key under the same name":   {detached(head(), saleorBody, byRSA(stranger)), false},
		"under a name that is unknown":         {detached(head("kid", "other"), saleorBody, byRSA(own)), false},
		"without a name":                       {detached(head("kid", nil), saleorBody, byRSA(own)), false},
		"none":                                 {detached(head("alg", "none"), saleorBody, none), false},
		"None":                                 {detached(head("alg", "None"), saleorBody, none), false},
		"none, with the right signature":       {detached(head("alg", "none"), saleorBody, byRSA(own)), false},
		"an empty signature":                   {detached(head(), saleorBody, none), false},
		"HMAC with the public key":             {detached(head("alg", "HS256"), saleorBody, byHMAC(public)), false},
		"HMAC with the public key in DER":      {detached(head("alg", "HS256"), saleorBody, byHMAC(der)), false},
		"HMAC with the secret's text":          {detached(head("alg", "HS256"), saleorBody, byHMAC([]byte(keys))), false},
		"HMAC with the modulus":                {detached(head("alg", "HS256"), saleorBody, byHMAC(own.N.Bytes())), false},
		"HMAC with nothing":                    {detached(head("alg", "HS256"), saleorBody, byHMAC(nil)), false},
		"the old HMAC, with the secret's text": {hex.EncodeToString(byHMAC([]byte(keys))([]byte(saleorBody))), false},
		"the attacker's key in the header":     {detached(head("jwk", jose.JSONWebKey{Key: stranger.Public()}), saleorBody, byRSA(stranger)), false},
		"an unknown critical header":           {detached(head("crit", []string{"b64", "exp"}, "exp", 1), saleorBody, byRSA(own)), false},
		"another body":                         {detached(head(), saleorBody+" ", byRSA(own)), false},
		"with its payload":                     {strings.Replace(good, "..", "."+base64.RawURLEncoding.EncodeToString([]byte(saleorBody))+".", 1), false},
		"the same bytes in another base64":     {spare(good), false},
		"a line's end after it":                {good + "\n", false},
		"a JWS in JSON":                        {`{"protected":"` + strings.Split(good, ".")[0] + `","signature":"` + strings.Split(good, ".")[2] + `"}`, false},
		"no signature":                         {"", false},
	} {
		for _, header := range []string{"saleor-signature", "x-saleor-signature"} {
			if got := saleorSigned(request{map[string]string{header: c.signature}, saleorBody, noon}, []byte(keys)); got != c.holds {
				t.Errorf("%s, in %s: %v, want %v", name, header, got, c.holds)
			}
		}
	}
}

// A webhook with a secretKey is signed with an HMAC, and then no JWS holds.
func TestSaleorWithASecretKey(t *testing.T) {
	mac := hex.EncodeToString(byHMAC([]byte(key))([]byte(saleorBody)))
	for name, c := range map[string]struct {
		signature string
		holds     bool
	}{
		"its HMAC":            {mac, true},
		"in capitals":         {strings.ToUpper(mac), false},
		"a part of it":        {mac[:32], false},
		"with another key":    {hex.EncodeToString(byHMAC([]byte(older))([]byte(saleorBody))), false},
		"none":                {"", false},
		"a JWS by the secret": {detached(map[string]any{"alg": "HS256", "b64": false, "crit": []string{"b64"}}, saleorBody, byHMAC([]byte(key))), false},
		"a JWS by a key":      {webhooktest.Signers["saleor"](saleorBody, "")["saleor-signature"], false},
	} {
		if got := saleorSigned(request{map[string]string{"saleor-signature": c.signature}, saleorBody, noon}, []byte(key)); got != c.holds {
			t.Errorf("%s: %v, want %v", name, got, c.holds)
		}
	}
}

func newRSA(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// spare returns the signature with a bit that base64 does not use.
func spare(signature string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, signature[len(signature)-1])
	return signature[:len(signature)-1] + string(alphabet[last^1])
}

// PyJWT signs for Saleor.
func TestASaleorSignatureThatPyJWTMadeHolds(t *testing.T) {
	const (
		keys      = `{"keys":[{"kty":"RSA","key_ops":["verify"],"n":"r3RDha458gB6N0GhFOhkCsb1Nnlp-OmJxWFxFw2XbgwWFKFvpw7fPGceo_u2L0fSfz3vMhA8i1pVSbv_ksZ8nhmS5CfuamKJAuaYW1DuV9_VKsz4zoyOp1NGUuBXbS1LuLnJHs-z6KVqWH2QczZPanRlEC4RFwXHqfpXs54OsXxydR7uVhFSh-9SeYFZY9Am8kZVu0OgbPGqusozGgJFByUb1eJsOG5VsYaauJU75tN8u7cyps7SEkqUOfxFoaRJ21MlIzCAIl-V8SmZ58nLfjwAyllgePb4bmUqGEocpbRKpDKa2z0j--i6CVjyPJRA-V5FE6JK6_i4L_VUGgLMKw","e":"AQAB","use":"sig","kid":"1","alg":"RS256"}]}`
		signature = "eyJhbGciOiJSUzI1NiIsImI2NCI6ZmFsc2UsImNyaXQiOlsiYjY0Il0sImtpZCI6IjEiLCJ0eXAiOiJKV1QifQ..Skozo6SN7aarLQsTrvUVDownfATg4ORNS_fupVu7rLuvs1FK3rVUWxBobNrOCWa7J7y2WveJ98GSb9g0RLVfsKFDyFN0BDJ5C4_0gcN_FQB98XyVK0QypGHHjBdidQv4h-4EEf_ZEWPwj9fb8h2Z2p1PY-yvMJRAWfCQUj0hUTvC63Gq4ZLAkpIvIa50SDVIxgTplff2oqxxm1wU62sYoWbpK6uUqnx_dJvcqIxnnCKLlADDeT-arRQnqIArZOHMxQ4NB_Uhj_l42nX5xlIy0kkMY9HDNtaJ6eqosxaLPaaob-fb-00BfyiL52Vz3vAkkrcSymcAxiHYqOC0TPN4CQ"
	)
	r := request{map[string]string{"saleor-signature": signature}, saleorBody, noon}
	if !saleorSigned(r, []byte(keys)) {
		t.Error("it is refused")
	}
	if r.body += " "; saleorSigned(r, []byte(keys)) {
		t.Error("it holds for another body as well")
	}
}
