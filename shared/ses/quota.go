package ses

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"regulars/shared/sendrate"
)

// Quota returns what SES allows the account, and what of it was used in the last
// 24 hours. Whoever asks says when that was.
func (g *Client) Quota(ctx context.Context) (sendrate.Quota, error) {
	out, err := g.client.GetAccount(ctx, &sesv2.GetAccountInput{})
	if err == nil && out.SendQuota == nil {
		err = errors.New("its answer has no quota")
	}
	if err != nil {
		return sendrate.Quota{}, fmt.Errorf("ask SES for the account's quota: %w", err)
	}
	return sendrate.Quota{PerSecond: out.SendQuota.MaxSendRate, PerDay: out.SendQuota.Max24HourSend, Sent: out.SendQuota.SentLast24Hours}, nil
}
