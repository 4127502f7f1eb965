package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// tolerance is how far the time in a signature may be from this machine's clock.
// A request that is older is refused, so that it cannot be sent again.
const tolerance = 5 * time.Minute

// standard reports whether the request is signed as Standard Webhooks says
// (https://www.standardwebhooks.com): in webhook-signature one of the parts,
// separated by spaces, is "v1," and base64 of the HMAC-SHA256 of webhook-id,
// webhook-timestamp and the body, separated by dots. The timestamp, in Unix
// seconds, has to be within [tolerance] of now.
func standard(r request, key []byte) bool {
	id, timestamp := r.headers["webhook-id"], r.headers["webhook-timestamp"]
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || id == "" || r.at.Sub(time.Unix(seconds, 0)).Abs() > tolerance {
		return false
	}
	own := hmac.New(sha256.New, key)
	own.Write([]byte(id + "." + timestamp + "." + r.body))
	want := []byte("v1," + base64.StdEncoding.EncodeToString(own.Sum(nil)))
	for part := range strings.SplitSeq(r.headers["webhook-signature"], " ") {
		if hmac.Equal([]byte(part), want) {
			return true
		}
	}
	return false
}
