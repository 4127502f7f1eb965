package campaign

import (
	"crypto/sha256"
	"encoding/base32"
	"io"
	"strconv"
	"strings"
	"time"

	"regulars/shared/shop"
)

// Intent is the wish to send one message to one customer for one occasion. It
// is what travels on the queue; everything else is looked up when it is decided.
type Intent struct {
	Campaign shop.CampaignID `json:"campaign"`
	Version  int             `json:"version"` // of the campaign, raised by its author to send again
	Customer shop.CustomerID `json:"customer"`

	// Occasion is the order's ID or the schedule's slot (RFC 3339, UTC); never
	// an event's ID, because producers emit again.
	Occasion string       `json:"occasion"`
	Order    shop.OrderID `json:"order,omitempty"` // where the occasion is an order

	Planned  time.Time    `json:"planned"`   // when the wish arose
	NotAfter time.Time    `json:"not_after"` // it expires then, unsent
	Cause    shop.EventID `json:"cause,omitempty"`
}

// SendID returns the name of the one send that may come of this intent: 26
// characters of lower-case base32, the same for the same tenant, campaign,
// version, customer and occasion, whatever else the intent says.
func (i Intent) SendID(tenant string) shop.SendID {
	h := sha256.New()
	for _, part := range []string{tenant, string(i.Campaign), strconv.Itoa(i.Version), string(i.Customer), i.Occasion} {
		io.WriteString(h, strconv.Itoa(len(part))+":"+part) // lengths first: no two lists of parts read alike
	}
	return shop.SendID(strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(h.Sum(nil)[:16])))
}
