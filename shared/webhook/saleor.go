package webhook

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// saleorSigned reports whether the request has Saleor's signature under the key of
// the secret. The key's form decides how, and the request has no say in it:
//
//   - a JSON object is the shop's public keys, from its /.well-known/jwks.json. The
//     signature is a JWS with a detached payload (RFC 7515, appendix F; RFC 7797),
//     by RS256 and nothing else: "none", and HMAC with a public key as its secret,
//     are refused.
//   - any other text is the secretKey of a webhook, as older apps have it. The
//     signature is the HMAC-SHA256 of the body in hex.
func saleorSigned(r request, key []byte) bool {
	signature := cmp.Or(r.headers["saleor-signature"], r.headers["x-saleor-signature"])
	if !bytes.HasPrefix(bytes.TrimSpace(key), []byte("{")) {
		mac, err := hex.DecodeString(signature)
		return err == nil && hex.EncodeToString(mac) == signature && authentic(sha256.New, r.body, mac, key)
	}
	var keys jose.JSONWebKeySet
	if err := json.Unmarshal(key, &keys); err != nil {
		return false
	}
	jws, err := jose.ParseDetached(signature, []byte(r.body), []jose.SignatureAlgorithm{jose.RS256})
	if err != nil || len(jws.Signatures) != 1 {
		return false
	}
	for part := range strings.SplitSeq(signature, ".") { // base64 has bits that it does not use: one signature has one spelling
		decoded, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil || base64.RawURLEncoding.EncodeToString(decoded) != part {
			return false
		}
	}
	for _, public := range keys.Key(jws.Signatures[0].Protected.KeyID) {
		if jws.DetachedVerify([]byte(r.body), public.Key) == nil {
			return true
		}
	}
	return false
}
