package webhooktest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"sync"

	"github.com/go-jose/go-jose/v4"
)

// SaleorKey is the private key of the tests' Saleor shop.
var SaleorKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// SaleorKeys returns the shop's /.well-known/jwks.json.
func SaleorKeys() string {
	text, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{saleorJWK()}})
	if err != nil {
		panic(err)
	}
	return string(text)
}

func saleorJWK() jose.JSONWebKey {
	key := jose.JSONWebKey{Key: SaleorKey().Public(), Use: "sig", Algorithm: "RS256"}
	name, err := key.Thumbprint(crypto.SHA256)
	if err != nil {
		panic(err)
	}
	key.KeyID = base64.RawURLEncoding.EncodeToString(name)
	return key
}

// saleor signs as Saleor does, whose key is not the one of the secret: that one
// can only check.
func saleor(body, _ string) map[string]string {
	options := (&jose.SignerOptions{}).WithBase64(false).WithHeader("kid", saleorJWK().KeyID)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: SaleorKey()}, options)
	if err != nil {
		panic(err)
	}
	signed, err := signer.Sign([]byte(body))
	if err != nil {
		panic(err)
	}
	signature, err := signed.DetachedCompactSerialize()
	if err != nil {
		panic(err)
	}
	return map[string]string{"saleor-signature": signature, "saleor-event": "order_updated", "content-type": "application/json"}
}
