package ses

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"regulars/shared/sendrate"
)

// Quota returns what SES allows the account, and how much of it was used in the
// last 24 hours. The caller fills in the time, At.
func (c *Client) Quota(ctx context.Context) (sendrate.Quota, error) {
	out, err := c.account(ctx, &sesv2.GetAccountInput{})
	if err == nil && out.SendQuota == nil {
		err = errors.New("the answer has no quota")
	}
	if err != nil {
		return sendrate.Quota{}, fmt.Errorf("read the account's quota from SES: %w", err)
	}
	return sendrate.Quota{PerSecond: out.SendQuota.MaxSendRate, PerDay: out.SendQuota.Max24HourSend, Sent: out.SendQuota.SentLast24Hours}, nil
}
