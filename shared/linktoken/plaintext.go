package linktoken

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"time"

	"regulars/shared/shop"
)

// The plaintext is: version, purpose, days since 1970 (two bytes, big endian),
// length of the customer ID (one byte), customer ID, in version 2 length of the
// mailbox (one byte) and mailbox, send ID. Links of version 1 are in messages
// that were sent before contacts belonged to mailboxes.
const (
	version     = 1
	withMailbox = 2
	fixed       = 5
	longest     = 255
	dayHours    = 24 * time.Hour
)

// encode returns the plaintext of a link.
func (l Link) encode() ([]byte, error) {
	if !slices.Contains([]Purpose{Unsubscribe, Preferences, Confirm, Export, Erase}, l.Purpose) {
		return nil, fmt.Errorf("seal link: purpose %q is not known", l.Purpose)
	}
	day := l.Issued.UTC().Unix() / int64(dayHours/time.Second)
	if l.Issued.Unix() < 0 || day > math.MaxUint16 {
		return nil, fmt.Errorf("seal link: day %s is out of range", l.Issued.Format(time.DateOnly))
	}
	if l.Customer == "" || len(l.Customer) > longest || len(l.Send) > longest || len(l.Mailbox) > longest {
		return nil, fmt.Errorf("seal link: the IDs of the customer, the send and the mailbox have %d, %d and %d bytes, want 1 to %[4]d, 0 to %[4]d and 0 to %[4]d", len(l.Customer), len(l.Send), len(l.Mailbox), longest)
	}
	plain := []byte{version, byte(l.Purpose)}
	if l.Mailbox != "" {
		plain[0] = withMailbox
	}
	plain = binary.BigEndian.AppendUint16(plain, uint16(day))
	plain = append(plain, byte(len(l.Customer)))
	plain = append(plain, l.Customer...)
	if l.Mailbox != "" {
		plain = append(plain, byte(len(l.Mailbox)))
		plain = append(plain, l.Mailbox...)
	}
	return append(plain, l.Send...), nil
}

// decode returns the link of a plaintext.
func decode(plain []byte) (Link, error) {
	if len(plain) < fixed || plain[0] != version && plain[0] != withMailbox || len(plain) < fixed+int(plain[4]) {
		return Link{}, ErrMalformed
	}
	end := fixed + int(plain[4])
	send, mailbox := plain[end:], []byte(nil)
	if plain[0] == withMailbox {
		if len(send) < 1 || len(send) < 1+int(send[0]) {
			return Link{}, ErrMalformed
		}
		mailbox, send = send[1:1+int(send[0])], send[1+int(send[0]):]
	}
	return Link{
		Purpose:  Purpose(plain[1]),
		Customer: shop.CustomerID(plain[fixed:end]),
		Send:     shop.SendID(send),
		Mailbox:  shop.Mailbox(mailbox),
		Issued:   time.Unix(int64(binary.BigEndian.Uint16(plain[2:]))*int64(dayHours/time.Second), 0).UTC(),
	}, nil
}
