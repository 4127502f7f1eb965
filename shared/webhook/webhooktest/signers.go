// Package webhooktest signs webhooks as shop platforms do, for tests.
package webhooktest

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"time"
)

// Key returns the key of a platform in the secret of hooks, for a platform whose
// keys have a form of their own; or else own.
func Key(platform, own string) string {
	if platform == "saleor" {
		return SaleorKeys()
	}
	return own
}

// At is when a platform whose signatures have a time signs. A test that changes it
// must not be parallel.
var At = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// Signers return the headers with which each platform sends a body under a key:
// its signature, and what else its webhooks have. Names are in small letters.
var Signers = map[string]func(body, key string) map[string]string{
	"medusa": func(body, key string) map[string]string {
		stamp := strconv.FormatInt(At.Unix(), 10)
		mac := hmac.New(sha256.New, []byte(key))
		mac.Write([]byte(stamp + "." + body))
		return map[string]string{"regulars-signature": "t=" + stamp + ",v1=" + hex.EncodeToString(mac.Sum(nil)), "content-type": "application/json"}
	},
	"saleor": saleor,
	"woocommerce": func(body, key string) map[string]string {
		mac := hmac.New(sha256.New, []byte(key))
		mac.Write([]byte(body))
		return map[string]string{
			"x-wc-webhook-signature": base64.StdEncoding.EncodeToString(mac.Sum(nil)), "x-wc-webhook-topic": "order.updated", "content-type": "application/json",
		}
	},
	"bigcommerce": func(body, key string) map[string]string {
		timestamp := strconv.FormatInt(At.Unix(), 10)
		mac := hmac.New(sha256.New, []byte(key))
		mac.Write([]byte("msg_1." + timestamp + "." + body))
		return map[string]string{
			"webhook-id": "msg_1", "webhook-timestamp": timestamp,
			"webhook-signature": "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)), "content-type": "application/json",
		}
	},
	"segment": func(body, key string) map[string]string {
		mac := hmac.New(sha1.New, []byte(key))
		mac.Write([]byte(body))
		return map[string]string{"x-signature": hex.EncodeToString(mac.Sum(nil)), "content-type": "application/json"}
	},
}
