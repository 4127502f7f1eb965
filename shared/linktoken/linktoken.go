// Package linktoken makes and reads the tokens in a message's links: the one that
// unsubscribes with a click, and the one that opens the preferences.
//
// A token says who may do what: a purpose, a customer, the send that carried
// it, and the day it was made. It is sealed, not merely signed, because the
// address of a page ends up where the message does not: in access logs, in
// browser histories, in the logs of whatever scans mail. So it must not be
// readable there, neither the customer nor which of them got which send.
//
//	k1.Zf3q…          the key's ID, a dot, base64url without padding of
//	nonce ‖ sealed    12 bytes, and the plaintext with a tag of 16 (AES-256-GCM)
//
// The nonce is made from the plaintext with HMAC-SHA256 (a synthetic IV, the
// idea of SIV, RFC 5297), which makes sealing deterministic: deciding the same
// message twice gives the same bytes. GCM breaks when one nonce serves two
// plaintexts, and here that takes a collision of 96 bits: after 2^32 links the
// odds are below 2^-32. What determinism gives away is that two equal tokens
// say the same.
//
// Links do not expire. A way to unsubscribe must work for at least 30 days
// after sending (CAN-SPAM §5(a)(3)(A)); ours works for as long as its key is
// kept, and a key is kept for [KeepKeys] after another has taken its place:
// refusing a "no" because it comes late serves nobody. [Link.Issued] is there
// for a page that wants to ask more of an old link.
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
	"time"

	"regulars/shared/shop"
)

// KeepKeys is how long a key that no longer seals must still open: twice what
// the law asks for.
const KeepKeys = 60 * 24 * time.Hour

// Purpose is what a link may be used for. A token of one purpose is refused for
// any other.
type Purpose byte

const (
	Unsubscribe Purpose = 'u'
	Preferences Purpose = 'p'
)

// Link is what a token says.
type Link struct {
	Purpose  Purpose
	Customer shop.CustomerID
	Send     shop.SendID
	Issued   time.Time // the day, at 00:00 UTC; from 1970 to 2149
}

// Errors of [Signer.Open]: for the log and for tests. A stranger is told the
// same for all of them: that the link is not valid.
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

// sealer is one key, split in two by HKDF so that sealing and the nonce never
// share one.
type sealer struct {
	aead  cipher.AEAD
	nonce []byte // the HMAC's key
}

const leastKey = 32 // bytes

var keyID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,16}$`)

// New returns a signer that seals with the key named current and opens with any
// of keys. It fails where a key's ID is not 1 to 16 letters, digits, - or _,
// where a key has less than 32 bytes, or where current is not among them, and
// names every one.
func New(keys map[string][]byte, current string) (*Signer, error) {
	s := &Signer{current: current, keys: map[string]sealer{}}
	var wrong []error
	for _, id := range slices.Sorted(maps.Keys(keys)) {
		if !keyID.MatchString(id) {
			wrong = append(wrong, fmt.Errorf("link: key ID %q: want 1 to 16 letters, digits, - or _", id))
		}
		if len(keys[id]) < leastKey {
			wrong = append(wrong, fmt.Errorf("link: key %q has %d bytes, want %d at least", id, len(keys[id]), leastKey))
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

// synthetic returns the nonce that belongs to the plaintext under the key ID.
func (k sealer) synthetic(id string, plain []byte) []byte {
	h := hmac.New(sha256.New, k.nonce)
	h.Write([]byte{byte(len(id))})
	h.Write([]byte(id))
	h.Write(plain)
	return h.Sum(nil)[:k.aead.NonceSize()]
}

// Seal returns the token that says l: letters, digits, "-", "_" and one ".", fit
// for a path. The same link gives the same token. It fails where l has no known
// purpose, no customer, a day out of range, or an ID beyond 255 bytes.
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

// Open returns what the token says, where it was made for the purpose.
//
// It fails with [ErrMalformed], [ErrKey], [ErrForged] or [ErrPurpose]; with the
// last, the token is ours and what it says is returned too.
func (s *Signer) Open(token string, want Purpose) (Link, error) {
	id, body, ok := strings.Cut(token, ".")
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(body)
	if !ok || err != nil || !keyID.MatchString(id) || strings.ContainsAny(body, "\r\n") { // the decoder skips line breaks
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
