package webhook

import (
	"encoding/base64"
	"log/slog"
	"maps"
	"math/rand/v2"
	"net/http"
	"strconv"
	"testing"
	"time"

	"regulars/shared/webhook/webhooktest"
)

// The published test vector of Standard Webhooks, whose secret is the base64 of
// the key.
func TestASignatureOfStandardWebhooksHolds(t *testing.T) {
	r := request{map[string]string{
		"webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
		"webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
	}, `{"test": 2432232314}`, time.Unix(1614265330, 0)}
	secret, err := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil || !standard(r, secret) {
		t.Error("the signature does not hold")
	}
}

func TestASignatureWithATimeIsRefusedLater(t *testing.T) {
	body := `{"scope":"store/order/created"}`
	good := webhooktest.Signers["bigcommerce"](body, key)
	for name, c := range map[string]struct {
		after   time.Duration
		changed map[string]string
		status  int
	}{
		"at once":                 {0, nil, http.StatusOK},
		"four minutes later":      {4 * time.Minute, nil, http.StatusOK},
		"a clock that is behind":  {-4 * time.Minute, nil, http.StatusOK},
		"six minutes later":       {6 * time.Minute, nil, http.StatusUnauthorized},
		"six minutes before":      {-6 * time.Minute, nil, http.StatusUnauthorized},
		"a year later":            {365 * 24 * time.Hour, nil, http.StatusUnauthorized},
		"with a newer time":       {6 * time.Minute, map[string]string{"webhook-timestamp": strconv.FormatInt(webhooktest.At.Unix()+360, 10)}, http.StatusUnauthorized},
		"another ID":              {0, map[string]string{"webhook-id": "msg_2"}, http.StatusUnauthorized},
		"without an ID":           {0, map[string]string{"webhook-id": ""}, http.StatusUnauthorized},
		"a time that is none":     {0, map[string]string{"webhook-timestamp": "now"}, http.StatusUnauthorized},
		"another version":         {0, map[string]string{"webhook-signature": "v2" + good["webhook-signature"][2:]}, http.StatusUnauthorized},
		"two signatures":          {0, map[string]string{"webhook-signature": "v1,AAAA " + good["webhook-signature"]}, http.StatusOK},
		"an empty signature":      {0, map[string]string{"webhook-signature": ""}, http.StatusUnauthorized},
		"the signature in pieces": {0, map[string]string{"webhook-signature": "v1, " + good["webhook-signature"][3:]}, http.StatusUnauthorized},
	} {
		h, _ := newHandler()
		h.Now = func() time.Time { return noon.Add(c.after) }
		headers := maps.Clone(good)
		maps.Copy(headers, c.changed)
		if status, _ := h.take(t.Context(), call(http.MethodPost, "/bigcommerce", body, headers)); status != c.status {
			t.Errorf("%s: status %d, want %d", name, status, c.status)
		}
	}
}

// The ID and the time are signed as well. -flips as in TestNoFlippedBitIsAccepted.
func TestNoFlippedBitOfAnIDOrATimeIsAccepted(t *testing.T) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	const body = `{"scope":"store/order/created"}`
	good, random := webhooktest.Signers["bigcommerce"](body, key), rand.New(rand.NewPCG(3, 4))
	for i := range *flips {
		headers, header := maps.Clone(good), []string{"webhook-id", "webhook-timestamp"}[i%2]
		text := []byte(headers[header])
		text[random.IntN(len(text))] ^= 1 << random.IntN(8)
		headers[header] = string(text)
		if standard(request{headers, body, noon}, []byte(key)) {
			t.Fatalf("flip %d is accepted: %s %q", i, header, text)
		}
	}
}
