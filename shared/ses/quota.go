package ses

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"regulars/shared/sendrate"
)

// Quota returns what SES allows the account, and how much of it was used in the
// last 24 hours. The caller fills in the time, At.
func (c *Client) Quota(ctx context.Context) (sendrate.Quota, error) {
	var out struct {
		SendQuota *struct{ MaxSendRate, Max24HourSend, SentLast24Hours float64 }
	}
	err := c.caller.call(ctx, http.MethodGet, "/v2/email/account", nil, &out)
	if err == nil && out.SendQuota == nil {
		err = errors.New("the answer has no quota")
	}
	if err != nil {
		return sendrate.Quota{}, fmt.Errorf("read the account's quota from SES: %w", err)
	}
	return sendrate.Quota{PerSecond: out.SendQuota.MaxSendRate, PerDay: out.SendQuota.Max24HourSend, Sent: out.SendQuota.SentLast24Hours}, nil
}
