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
// is the body of a message on send's queue; all other data are read when the
// intent is decided.
type Intent struct {
	Campaign shop.CampaignID `json:"campaign"`
	Version  int             `json:"version"` // of the campaign, raised by its author to send again
	Customer shop.CustomerID `json:"customer"`

	// Occasion is the order's ID, for most kinds of event with the kind added
	// (function record), or the time of the run (RFC 3339, UTC). It is never an
	// event's ID, because producers emit the same event again.
	Occasion string       `json:"occasion"`
	Order    shop.OrderID `json:"order,omitempty"` // set if the occasion is an order

	Planned  time.Time    `json:"planned"`         // when the intent was raised
	NotAfter time.Time    `json:"not_after"`       // if not sent by then, it expires
	Cause    shop.EventID `json:"cause,omitempty"` // the event that raised it
}

// SendID returns the name of the one send that this intent can make: 26
// characters of lower-case base32. It depends on the tenant, campaign, version,
// customer and occasion only.
func (i Intent) SendID(tenant string) shop.SendID {
	h := sha256.New()
	for _, part := range []string{tenant, string(i.Campaign), strconv.Itoa(i.Version), string(i.Customer), i.Occasion} {
		io.WriteString(h, strconv.Itoa(len(part))+":"+part) // the length first, so that different parts never give the same text
	}
	return shop.SendID(strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(h.Sum(nil)[:16])))
}
