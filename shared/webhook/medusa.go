package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// medusaSkew is by how much the time of a signature may differ from hooks' clock.
const medusaSkew = 5 * time.Minute

// medusaSigned reports whether the request has the signature of the subscriber in
// docs/medusa.md, in the header Regulars-Signature:
//
//	t=<seconds since 1970>,v1=<HMAC-SHA256 of "t.body", in hex>
//
// The signature of a body that somebody has seen holds for five minutes only.
func medusaSigned(r request, key []byte) bool {
	stamp, signature, found := strings.Cut(r.headers["regulars-signature"], ",v1=")
	stamp, timed := strings.CutPrefix(stamp, "t=")
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if !found || !timed || err != nil || r.at.Sub(time.Unix(seconds, 0)).Abs() > medusaSkew {
		return false
	}
	own := hmac.New(sha256.New, key)
	own.Write([]byte(stamp + "." + r.body))
	return hmac.Equal([]byte(hex.EncodeToString(own.Sum(nil))), []byte(signature)) // in small letters only
}
