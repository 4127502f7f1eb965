package mailbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"

	"regulars/shared/shop"
)

// leastKey is the smallest length of a [Key] in bytes.
const leastKey = 32

// Key is the secret from which the names of mailboxes are made. It must stay
// the same as long as the tables exist: with another key, no contact of a
// mailbox is found again.
type Key []byte

// NewKey returns the key for a secret text. It fails if the text has less than
// 32 bytes.
func NewKey(secret string) (Key, error) {
	if len(secret) < leastKey {
		return nil, fmt.Errorf("the mailbox key has %d bytes, want at least %d", len(secret), leastKey)
	}
	return Key(secret), nil
}

// Mailbox returns the name of the address's mailbox: 128 bits of an HMAC-SHA256
// of the normalized address (see [Normalize]). It returns "" for an empty
// address. An attacker who does not have the key cannot
// test whether an address has that name.
func (k Key) Mailbox(address string) shop.Mailbox {
	normal, _ := Normalize(address)
	if normal == "" {
		return ""
	}
	return shop.Mailbox(k.hash("regulars mailbox\n" + normal))
}

// Customer returns a name for a customer that does not contain their ID, made in
// the same way. The store keeps it of customers who were erased.
func (k Key) Customer(id shop.CustomerID) string { return k.hash("regulars customer\n" + string(id)) }

// hash returns 128 bits of the keyed hash of a text, as 22 characters.
func (k Key) hash(text string) string {
	h := hmac.New(sha256.New, k)
	h.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}
