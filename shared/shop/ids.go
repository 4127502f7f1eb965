package shop

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// IDs are opaque: they are compared and stored, never parsed.
type (
	CustomerID string // the shop's own; guests are "guest:" and a hash of their address
	OrderID    string // the shop's own
	ProductID  string // the shop's own (a SKU, or a Shopify product)
	CampaignID string // the name of a campaign's file
	OfferID    string // the name of an offer's file
	MessageID  string // the name of a message's folder
	SendID     string // see campaign.Intent.SendID
	EventID    string // the producer's; used only in the trail, never for a decision

	// Mailbox names an e-mail address without containing it: a keyed hash of the
	// normalized address, 22 characters of base64url (see package mailbox). Empty
	// if no address is known. All customers with the same address have the same.
	Mailbox string
)

// MailboxPrefix begins the keys of contacts that belong to a mailbox,
// ErasedPrefix those of what the store keeps of erased customers, SignUpPrefix
// those of sign-ups, ZonePrefix those of the zones that customers have, and
// BoughtPrefix those of what is stored beside the profiles of customers.
const (
	MailboxPrefix = "mailbox:"
	ErasedPrefix  = "erased:"
	SignUpPrefix  = "signup:"
	ZonePrefix    = "zone:"
	BoughtPrefix  = "bought:"
)

// Reserved reports whether the ID could be taken for such a key. No customer may
// have it.
func (id CustomerID) Reserved() bool {
	for _, prefix := range []string{MailboxPrefix, ErasedPrefix, SignUpPrefix, ZonePrefix, BoughtPrefix} {
		if strings.HasPrefix(string(id), prefix) {
			return true
		}
	}
	return false
}

// SignUpID returns the ID under which a sign-up of this mailbox is stored until
// the person confirms it. It is no customer's.
func SignUpID(mailbox Mailbox) CustomerID { return CustomerID(SignUpPrefix + mailbox) }

// IsSignUp reports whether the ID is that of a sign-up.
func (id CustomerID) IsSignUp() bool { return strings.HasPrefix(string(id), SignUpPrefix) }

// guest begins the ID of a customer whom the shop knows by an address only.
const guest = "guest:"

// GuestID returns the ID of the guest with this hash of an address.
func GuestID(hash string) CustomerID { return CustomerID(guest + hash) }

// IsGuest reports whether the ID is made from an address, and is no ID of the
// shop's own.
func (id CustomerID) IsGuest() bool { return strings.HasPrefix(string(id), guest) }

// MostID is the most bytes of an identifier.
const MostID = 128

// ProductOf returns the ID of the product with this SKU: the SKU itself or, if it
// has more than [MostID] bytes, its beginning and a hash of it ([ByHash]). The
// catalogue, the orders and the carts of a shop have the same ID for it.
func ProductOf(sku string) ProductID { return ProductID(ByHash(sku, MostID)) }

// ItemID returns what stands for the product of an order's line in an event that
// names the line and not the product. [Placed.Items] says which product it is.
func ItemID(line string) ProductID { return ProductOf("item:" + line) }

// ByHash returns s if it has most bytes or fewer, and otherwise its beginning,
// "…", and 32 hex digits of its SHA-256: most bytes at most, and the same for
// the same s.
func ByHash(s string, most int) string {
	if len(s) <= most {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	end := "…" + hex.EncodeToString(sum[:16])
	return strings.ToValidUTF8(s[:most-len(end)], "") + end
}
