package offer

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"regulars/shared/shop"
)

// The alphabet is Crockford's (https://www.crockford.com/base32.html): digits
// and capitals without I, L, O and U, which are misread.
const (
	alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	symbols  = 16 // of 5 bits each: 80 bits that nobody guesses
	modulus  = 37 // the check symbol's; a prime above 32, so that it catches what people mistype
)

// ErrCode is wrapped by [Normalize] where what was typed is no code.
var ErrCode = errors.New("this is not a coupon code")

// Code returns the coupon code of one send: 16 symbols and a check symbol, as
// "7QK2-M9XD-04TB-HW8ZC". It is the same for the same key and send, so that a
// message that is sent again carries the code that its coupon was stored under;
// a key must therefore be kept while sends that it made can still go out.
//
// The symbols are the first 80 bits of HMAC-SHA256 over the send's ID. The check
// symbol is Crockford's, the number modulo 37. Five of its 37 values are signs
// (*~$=U) that are hard to read out; a code that would end in one is passed over
// for the next that the key gives.
func Code(key []byte, send shop.SendID) string {
	for round := uint32(0); ; round++ {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte("coupon:"))
		mac.Write(binary.BigEndian.AppendUint32(nil, round))
		mac.Write([]byte(send))
		plain := encode(mac.Sum(nil)[:symbols*5/8])
		if check := checksum(plain); check < len(alphabet) {
			return group(plain + alphabet[check:check+1])
		}
	}
}

// Normalize returns a code as [Code] writes it from what a person typed: any
// case, any dashes and spaces, O for 0, and I or L for 1. It fails with an error
// that wraps [ErrCode] and says what is wrong; the check symbol catches every
// single wrong symbol and every two that changed places (32 has the order 36
// modulo 37, more than a code is long).
func Normalize(typed string) (string, error) {
	code := clean(typed)
	for _, r := range code {
		if !strings.ContainsRune(alphabet, r) {
			return "", fmt.Errorf("%w: %q does not occur in codes", ErrCode, r)
		}
	}
	if len(code) != symbols+1 {
		return "", fmt.Errorf("%w: it has %d letters and digits, a code has %d", ErrCode, len(code), symbols+1)
	}
	if checksum(code[:symbols]) != strings.IndexByte(alphabet, code[symbols]) {
		return "", fmt.Errorf("%w: a letter or digit is mistyped", ErrCode)
	}
	return group(code), nil
}

// Hash returns the name under which a code's coupon is stored: the hex SHA-256
// of the code without its dashes, however it was typed.
//
// There is no salt or pepper: those protect what can be guessed, and 80 random
// bits cannot be. Without one the signing key can change while coupons live.
func Hash(code string) string {
	sum := sha256.Sum256([]byte(clean(code)))
	return hex.EncodeToString(sum[:])
}

var misread = strings.NewReplacer("-", "", "–", "", "—", "", " ", "", "\u00a0", "", "O", "0", "I", "1", "L", "1")

func clean(typed string) string { return misread.Replace(strings.ToUpper(strings.TrimSpace(typed))) }

// encode writes 10 bytes as 16 symbols.
func encode(b []byte) string {
	var out strings.Builder
	bits, held := uint(0), uint(0)
	for _, x := range b {
		held, bits = held<<8|uint(x), bits+8
		for bits >= 5 {
			bits -= 5
			out.WriteByte(alphabet[held>>bits&31])
		}
		held &= 1<<bits - 1
	}
	return out.String()
}

// checksum returns the symbols' number modulo 37.
func checksum(plain string) int {
	rest := 0
	for i := range len(plain) {
		rest = (rest*len(alphabet) + strings.IndexByte(alphabet, plain[i])) % modulus
	}
	return rest
}

// group puts dashes in: 4-4-4-5.
func group(code string) string {
	return code[:4] + "-" + code[4:8] + "-" + code[8:12] + "-" + code[12:]
}
