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
// and capitals without I, L, O and U, which people misread.
const (
	alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	symbols  = 16 // of 5 bits each: 80 bits cannot be guessed
	modulus  = 37 // of the check symbol; a prime above 32, so that it finds typing errors
)

// ErrCode means that a text has not the form of a coupon code.
var ErrCode = errors.New("this is not a coupon code")

// Code returns the coupon code of one send: 16 symbols and a check symbol, such
// as "7QK2-M9XD-04TB-HW8ZC". The same key and send give the same code, so that
// each attempt of a send has the code under which its coupon is stored; so keep
// a key as long as sends that it made can be retried.
//
// The symbols are the first 80 bits of HMAC-SHA256 over the send's ID. The
// check symbol is Crockford's, the number modulo 37. Five of its 37 values are
// signs (*~$=U) that are hard to read out; if a code would end in one of them,
// Code takes the next one that the key gives.
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

// Normalize returns a typed code in the form that [Code] writes. The text may
// have any case, any dashes and spaces, O for 0, and I or L for 1. It fails
// with an error that wraps [ErrCode] and says what is wrong. The check symbol
// finds every single wrong symbol and every two that changed places (32 has the
// order 36 modulo 37, which is more than the length of a code).
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

// Hash returns the key under which a code's coupon is stored: the hex SHA-256
// of the normalized code without its dashes.
//
// It uses no salt or pepper: they protect texts that can be guessed, and 80
// random bits cannot. Without them the signing key can change while coupons are
// valid.
func Hash(code string) string {
	sum := sha256.Sum256([]byte(clean(code)))
	return hex.EncodeToString(sum[:])
}

var misread = strings.NewReplacer("-", "", "–", "", "—", "", " ", "", "\u00a0", "", "O", "0", "I", "1", "L", "1")

// clean returns a typed code in capitals without dashes and spaces.
func clean(typed string) string { return misread.Replace(strings.ToUpper(strings.TrimSpace(typed))) }

// encode returns 10 bytes as 16 symbols.
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

// checksum returns the number that the symbols stand for, modulo 37.
func checksum(plain string) int {
	rest := 0
	for i := range len(plain) {
		rest = (rest*len(alphabet) + strings.IndexByte(alphabet, plain[i])) % modulus
	}
	return rest
}

// group returns the code with its dashes: 4-4-4-5.
func group(code string) string {
	return code[:4] + "-" + code[4:8] + "-" + code[8:12] + "-" + code[12:]
}
