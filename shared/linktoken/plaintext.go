package linktoken

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"regulars/shared/shop"
)

// The plaintext is: version (1), purpose, days since 1970 (two bytes, big
// endian), length of the customer ID (one byte), customer ID, send ID.
const (
	version  = 1
	fixed    = 5
	longest  = 255
	dayHours = 24 * time.Hour
)

// encode returns the plaintext of a link.
func (l Link) encode() ([]byte, error) {
	if l.Purpose != Unsubscribe && l.Purpose != Preferences {
		return nil, fmt.Errorf("seal link: purpose %q is not known", l.Purpose)
	}
	day := l.Issued.UTC().Unix() / int64(dayHours/time.Second)
	if l.Issued.Unix() < 0 || day > math.MaxUint16 {
		return nil, fmt.Errorf("seal link: day %s is out of range", l.Issued.Format(time.DateOnly))
	}
	if l.Customer == "" || len(l.Customer) > longest || len(l.Send) > longest {
		return nil, fmt.Errorf("seal link: the customer's and the send's IDs have %d and %d bytes, want 1 to %[3]d and 0 to %[3]d", len(l.Customer), len(l.Send), longest)
	}
	plain := []byte{version, byte(l.Purpose)}
	plain = binary.BigEndian.AppendUint16(plain, uint16(day))
	plain = append(plain, byte(len(l.Customer)))
	plain = append(plain, l.Customer...)
	return append(plain, l.Send...), nil
}

// decode returns the link of a plaintext.
func decode(plain []byte) (Link, error) {
	if len(plain) < fixed || plain[0] != version || len(plain) < fixed+int(plain[4]) {
		return Link{}, ErrMalformed
	}
	end := fixed + int(plain[4])
	return Link{
		Purpose:  Purpose(plain[1]),
		Customer: shop.CustomerID(plain[fixed:end]),
		Send:     shop.SendID(plain[end:]),
		Issued:   time.Unix(int64(binary.BigEndian.Uint16(plain[2:]))*int64(dayHours/time.Second), 0).UTC(),
	}, nil
}
