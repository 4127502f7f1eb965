package main

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"regulars/infra/local/ses"
	"regulars/shared/decide"
	"regulars/shared/shop"
)

// mailbox gives the messages that SES accepted; [ses.Server] implements it.
type mailbox interface {
	Messages(ses.Filter) ses.Page
	Message(id string) (ses.Message, bool, error)
}

// readers are customers who unsubscribe with the one click of RFC 8058, as mail
// programs do.
type readers struct {
	mail   mailbox
	faults *faults
	every  time.Duration

	mu      sync.Mutex
	optOuts map[string]time.Time // time of the first 200, by customer and by address: see ofCustomer and ofAddress
	refused int                  // clicks without a 200
}

// run clicks until the context ends, always in one of the latest promotions, so that
// others to the same customer are on their way.
func (c *readers) run(ctx context.Context) {
	if c.every <= 0 {
		return
	}
	client := &http.Client{Timeout: 20 * time.Second}
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(c.every):
		}
		page := c.mail.Messages(ses.Filter{Limit: 50})
		var promotions []ses.Summary
		for _, m := range page.Items {
			if m.Tags["class"] == string(shop.ClassPromotion) {
				promotions = append(promotions, m)
			}
		}
		if len(promotions) > 0 {
			c.click(ctx, client, promotions[c.faults.below(len(promotions))])
		}
	}
}

func (c *readers) click(ctx context.Context, client *http.Client, s ses.Summary) {
	m, ok, err := c.mail.Message(s.ID)
	if err != nil || !ok {
		return
	}
	url := strings.Trim(m.Headers["List-Unsubscribe"], "<>")
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader("List-Unsubscribe=One-Click"))
	if err != nil {
		return
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := client.Do(r)
	status := 0
	if err == nil {
		status = response.StatusCode
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if status != http.StatusOK {
		c.refused++
		return
	}
	for _, of := range names(s) {
		if c.optOuts[of].IsZero() {
			c.optOuts[of] = time.Now()
		}
	}
}

// ofCustomer and ofAddress name a customer and a mailbox in one map.
func ofCustomer(id shop.CustomerID) string { return "customer " + string(id) }
func ofAddress(address string) string      { return "address " + strings.ToLower(address) }

// names returns the names of the message's customer and mailbox.
func names(m ses.Summary) []string {
	all := []string{ofCustomer(shop.CustomerID(decide.FromTag(m.Tags["customer"])))}
	for _, address := range m.To {
		all = append(all, ofAddress(address))
	}
	return all
}
