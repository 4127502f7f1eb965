// Package linktoken makes and opens the encrypted tokens in the links of a
// message: the link that unsubscribes with one click, the link to the preference
// page, and the links to the shop whose clicks are counted.
//
// A token contains a purpose, a customer, the send that carried it, and the day
// it was made; that of a link to the shop also the address that it leads to. It is encrypted and not only signed, because URLs end up in
// access logs, browser histories and the logs of mail scanners: there, a token
// must not reveal the customer or the send.
//
//	k1.Zf3q…          the key's ID, a dot, base64url without padding of
//	nonce ‖ sealed    12 bytes, and the plaintext with a tag of 16 (AES-256-GCM)
//
// The nonce is the HMAC-SHA256 of the plaintext (a synthetic IV, as in SIV, RFC
// 5297), which makes sealing deterministic: the same message gives the same
// bytes when it is decided twice. GCM is insecure if one nonce is used for two
// plaintexts; here that needs a collision of 96 bits, and after 2^32 links its
// probability is below 2^-32. A reader of two equal tokens learns only that
// their content is equal.
//
// Links do not expire. An unsubscribe link must work for at least 30 days after
// sending (CAN-SPAM §5(a)(3)(A)). These links work as long as their key is
// kept: [KeepKeys] after it was replaced. A late opt-out is still valid.
// [Link.Issued] lets a page require more for an old link.
package linktoken

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"regulars/shared/shop"
)

// KeepKeys is how long a replaced key must still open tokens: twice as long as
// the law requires.
const KeepKeys = 60 * 24 * time.Hour

// Purpose is what a link may be used for. [Signer.Open] refuses a token with
// another purpose.
type Purpose byte

const (
	Unsubscribe Purpose = 'u'
	Preferences Purpose = 'p'
	Confirm     Purpose = 'c' // a sign-up
	Export      Purpose = 'x' // shows the person's data, once
	Erase       Purpose = 'e' // erases the person's data, once
	Click       Purpose = 'k' // leads to a page of the shop, and counts the click
)

// Link is the content of a token.
type Link struct {
	Purpose  Purpose
	Customer shop.CustomerID
	Send     shop.SendID
	Mailbox  shop.Mailbox // that the message went to; empty if it is not known
	Issued   time.Time    // the day, at 00:00 UTC; from 1970 to 2149

	// Of a [Click]: the address that the link leads to, and its number among the
	// message's addresses. Check the address again before you send a browser there.
	To     string
	Number uint8
}

// Errors of [Signer.Open], for logs and tests. Web pages must show the same
// text for all of them: that the link is not valid.
var (
	ErrMalformed = errors.New("link: not a token")
	ErrKey       = errors.New("link: sealed with a key that is not known")
	ErrForged    = errors.New("link: not sealed by us, or altered")
	ErrPurpose   = errors.New("link: made for another purpose")
)

// Signer seals and opens tokens. It is safe for use by several goroutines.
type Signer struct {
	current string
	keys    map[string]sealer
}

// sealer is two keys that HKDF derives from one secret: one for encryption and
// one for the nonce.
type sealer struct {
	aead  cipher.AEAD
	nonce []byte // key of the HMAC
}

const leastKey = 32 // bytes

var keyID = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_-]{1,16}$`) })

// New returns a Signer that seals with the key of the ID current and opens with
// all keys. It fails if the ID of a key is not 1 to 16 letters, digits, - or _,
// if a key has less than 32 bytes, or if there is no key current. The error
// names every fault.
func New(keys map[string][]byte, current string) (*Signer, error) {
	s := &Signer{current: current, keys: map[string]sealer{}}
	var wrong []error
	for _, id := range slices.Sorted(maps.Keys(keys)) {
		if !keyID().MatchString(id) {
			wrong = append(wrong, fmt.Errorf("link: key ID %q: want 1 to 16 letters, digits, - or _", id))
		}
		if len(keys[id]) < leastKey {
			wrong = append(wrong, fmt.Errorf("link: key %q has %d bytes, want at least %d", id, len(keys[id]), leastKey))
			continue
		}
		key, err := newSealer(keys[id])
		if err != nil {
			wrong = append(wrong, fmt.Errorf("link: key %q: %w", id, err))
		}
		s.keys[id] = key
	}
	if _, ok := keys[current]; !ok {
		wrong = append(wrong, fmt.Errorf("link: there is no key %q to seal with", current))
	}
	if err := errors.Join(wrong...); err != nil {
		return nil, err
	}
	return s, nil
}

func newSealer(secret []byte) (sealer, error) {
	seal, err := hkdf.Key(sha256.New, secret, nil, "regulars link: seal", 32)
	if err != nil {
		return sealer{}, err
	}
	nonce, err := hkdf.Key(sha256.New, secret, nil, "regulars link: nonce", 32)
	if err != nil {
		return sealer{}, err
	}
	block, err := aes.NewCipher(seal)
	if err != nil {
		return sealer{}, err
	}
	aead, err := cipher.NewGCM(block)
	return sealer{aead, nonce}, err
}

// synthetic returns the nonce for the plaintext and the key ID.
func (k sealer) synthetic(id string, plain []byte) []byte {
	h := hmac.New(sha256.New, k.nonce)
	h.Write([]byte{byte(len(id))})
	h.Write([]byte(id))
	h.Write(plain)
	return h.Sum(nil)[:k.aead.NonceSize()]
}

// Seal returns the token of l: letters, digits, "-", "_" and one ".", so it can
// be part of a URL's path. The same link gives the same token. It fails if the
// purpose is not known, the customer is empty, the day is out of range, an ID is
// longer than 255 bytes, or a [Click] has no address or another purpose has one.
func (s *Signer) Seal(l Link) (string, error) {
	plain, err := l.encode()
	if err != nil {
		return "", err
	}
	key := s.keys[s.current]
	nonce := key.synthetic(s.current, plain)
	sealed := key.aead.Seal(nonce, nonce, plain, []byte(s.current))
	return s.current + "." + base64.RawURLEncoding.EncodeToString(sealed), nil
}

// Open returns the content of a token that was made for the purpose want.
//
// It fails with [ErrMalformed], [ErrKey], [ErrForged] or [ErrPurpose]. With
// ErrPurpose the token is genuine, and its content is returned as well.
func (s *Signer) Open(token string, want Purpose) (Link, error) {
	id, body, ok := strings.Cut(token, ".")
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(body)
	if !ok || err != nil || !keyID().MatchString(id) || strings.ContainsAny(body, "\r\n") { // the decoder skips line breaks
		return Link{}, ErrMalformed
	}
	key, ok := s.keys[id]
	if !ok {
		return Link{}, fmt.Errorf("%w: %s", ErrKey, id)
	}
	size := key.aead.NonceSize()
	if len(sealed) < size+key.aead.Overhead() {
		return Link{}, ErrMalformed
	}
	nonce := sealed[:size]
	plain, err := key.aead.Open(nil, nonce, sealed[size:], []byte(id)) // compares tags in constant time
	if err != nil {
		return Link{}, ErrForged
	}
	l, err := decode(plain)
	if err != nil {
		return Link{}, err
	}
	if l.Purpose != want {
		return l, ErrPurpose
	}
	return l, nil
}
