package webhook

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"regexp"
	"sync"
	"time"
)

// request is a webhook as the platform sent it.
type request struct {
	headers map[string]string // by their names in small letters
	body    string
	at      time.Time // when it came in
}

// platform is how one shop platform sends webhooks.
type platform struct {
	detailType string // of the envelope that record reads

	// signed reports whether the request has the platform's signature under key.
	// It compares in constant time.
	signed func(r request, key []byte) bool

	// ping reports whether the request is the platform's test of the address,
	// which has no signature and says nothing. nil: it sends none.
	ping func(r request) bool

	metadata []string // headers that the envelope keeps, as the platform spells them

	// thin says that a webhook names a resource and does not have it: the function
	// fetch asks the platform for it, and then record reads it.
	thin bool
}

// platforms are the platforms by their name in the path and in the secret.
var platforms = map[string]platform{
	"medusa": {detailType: "medusaWebhook", signed: medusaSigned},
	"saleor": {detailType: "saleorWebhook", signed: saleorSigned},
	"woocommerce": {
		detailType: "woocommerceWebhook",
		signed: func(r request, key []byte) bool {
			mac, err := base64.StdEncoding.Strict().DecodeString(r.headers["x-wc-webhook-signature"])
			return err == nil && authentic(sha256.New, r.body, mac, key)
		},
		ping:     func(r request) bool { return woocommercePing().MatchString(r.body) },
		metadata: []string{"X-WC-Webhook-Topic", "X-WC-Webhook-Delivery-ID"},
	},
	"bigcommerce": {
		detailType: "bigcommerceWebhook",
		signed:     standard,
		thin:       true,
	},
	// Segment signs a batch by its first message only. Such a body is a list, so its
	// signature does not hold here.
	"segment": {
		detailType: "segmentWebhook",
		signed: func(r request, key []byte) bool {
			own := hmac.New(sha1.New, key)
			own.Write([]byte(r.body))
			return hmac.Equal([]byte(hex.EncodeToString(own.Sum(nil))), []byte(r.headers["x-signature"])) // in small letters only
		},
	},
}

// woocommercePing matches the form that WooCommerce posts when a webhook is saved.
var woocommercePing = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^webhook_id=[0-9]{1,20}$`) })

// authentic reports in constant time whether mac is the HMAC of the body.
func authentic(algorithm func() hash.Hash, body string, mac, key []byte) bool {
	own := hmac.New(algorithm, key)
	own.Write([]byte(body))
	return hmac.Equal(own.Sum(nil), mac)
}
