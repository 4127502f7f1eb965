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
// that were sent before contacts belonged to mailboxes. In version 3, that of
// clicks, the length of the mailbox is followed by the mailbox, the length of the
// send ID (one byte), the send ID, the number (one byte) and the address.
const (
	version     = 1
	withMailbox = 2
	withAddress = 3
	fixed       = 5
	longest     = 255
	dayHours    = 24 * time.Hour
)

// encode returns the plaintext of a link.
func (l Link) encode() ([]byte, error) {
	if !slices.Contains([]Purpose{Unsubscribe, Preferences, Confirm, Export, Erase, Click}, l.Purpose) {
		return nil, fmt.Errorf("seal link: purpose %q is not known", l.Purpose)
	}
	day := l.Issued.UTC().Unix() / int64(dayHours/time.Second)
	if l.Issued.Unix() < 0 || day > math.MaxUint16 {
		return nil, fmt.Errorf("seal link: day %s is out of range", l.Issued.Format(time.DateOnly))
	}
	if l.Customer == "" || len(l.Customer) > longest || len(l.Send) > longest || len(l.Mailbox) > longest {
		return nil, fmt.Errorf("seal link: the IDs of the customer, the send and the mailbox have %d, %d and %d bytes, want 1 to %[4]d, 0 to %[4]d and 0 to %[4]d", len(l.Customer), len(l.Send), len(l.Mailbox), longest)
	}
	if (l.Purpose == Click) != (l.To != "") {
		return nil, fmt.Errorf("seal link: a link of purpose %q has an address of %d bytes; clicks have one, and no other link has", l.Purpose, len(l.To))
	}
	plain := []byte{version, byte(l.Purpose)}
	switch {
	case l.To != "":
		plain[0] = withAddress
	case l.Mailbox != "":
		plain[0] = withMailbox
	}
	plain = binary.BigEndian.AppendUint16(plain, uint16(day))
	plain = append(plain, byte(len(l.Customer)))
	plain = append(plain, l.Customer...)
	if plain[0] != version {
		plain = append(plain, byte(len(l.Mailbox)))
		plain = append(plain, l.Mailbox...)
	}
	if l.To == "" {
		return append(plain, l.Send...), nil
	}
	plain = append(plain, byte(len(l.Send)))
	plain = append(plain, l.Send...)
	plain = append(plain, l.Number)
	return append(plain, l.To...), nil
}

// decode returns the link of a plaintext.
func decode(plain []byte) (Link, error) {
	if len(plain) < fixed || plain[0] < version || plain[0] > withAddress {
		return Link{}, ErrMalformed
	}
	l := Link{
		Purpose: Purpose(plain[1]),
		Issued:  time.Unix(int64(binary.BigEndian.Uint16(plain[2:]))*int64(dayHours/time.Second), 0).UTC(),
	}
	customer, rest, ok := counted(plain[fixed-1:])
	mailbox := []byte(nil)
	if ok && plain[0] != version {
		mailbox, rest, ok = counted(rest)
	}
	send := rest
	if ok && plain[0] == withAddress {
		send, rest, ok = counted(rest)
		if ok = ok && len(rest) > 1; ok {
			l.Number, l.To = rest[0], string(rest[1:])
		}
	}
	if !ok {
		return Link{}, ErrMalformed
	}
	l.Customer, l.Mailbox, l.Send = shop.CustomerID(customer), shop.Mailbox(mailbox), shop.SendID(send)
	return l, nil
}

// counted splits b into a text that begins with its length (one byte), and the rest.
func counted(b []byte) (text, rest []byte, ok bool) {
	if len(b) == 0 || len(b) < 1+int(b[0]) {
		return nil, nil, false
	}
	return b[1 : 1+int(b[0])], b[1+int(b[0]):], true
}
