package shoppolicy

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	"regulars/shared/condition"
	"regulars/shared/journey"
	"regulars/shared/shop"
)

// MaxEncoded is the largest size of an encoded policy, in bytes. An item of
// DynamoDB holds 400 KB including the names of its attributes; the rest is a
// reserve.
const MaxEncoded = 380 << 10

// maxDecoded is the largest size of a decoded policy, in bytes. It keeps a
// damaged item from filling the memory of a function.
const maxDecoded = 32 << 20

// Encode returns the policy as gzipped JSON, the same bytes for the same
// policy. It fails if they are more than [MaxEncoded].
func Encode(p Policy) ([]byte, error) {
	plain, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("encode policy: %w", err)
	}
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("encode policy: %w", err)
	}
	if _, err := w.Write(plain); err != nil {
		return nil, fmt.Errorf("encode policy: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("encode policy: %w", err)
	}
	if packed.Len() > MaxEncoded {
		return nil, fmt.Errorf("encode policy: it has %d bytes packed, the limit is %d", packed.Len(), MaxEncoded)
	}
	return packed.Bytes(), nil
}

// Decode returns the policy that [Encode] packed, with its conditions compiled.
// It fails if the bytes are damaged, or if they come from a later version of
// this program and a condition uses a fact that this version does not have.
func Decode(packed []byte) (Policy, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return Policy{}, fmt.Errorf("decode policy: %w", err)
	}
	plain, err := io.ReadAll(io.LimitReader(r, maxDecoded))
	if err != nil {
		return Policy{}, fmt.Errorf("decode policy: %w", err)
	}
	p := Policy{Version: version(packed)}
	if err := json.Unmarshal(plain, &p); err != nil {
		return Policy{}, fmt.Errorf("decode policy: %w", err)
	}
	if err := p.compile(); err != nil {
		return Policy{}, fmt.Errorf("decode policy %s: %w", p.Version, err)
	}
	return p, nil
}

// compile compiles every condition of the policy.
func (p *Policy) compile() error {
	if _, ok := shop.Zone(p.Shop.Zone); !ok {
		return fmt.Errorf("the shop's zone %q is not an IANA zone", p.Shop.Zone)
	}
	checker, err := condition.NewChecker(p.Shop.Currency)
	if err != nil {
		return err
	}
	ready := func(c *condition.Condition, of string) error {
		compiled, err := checker.Compile(c.Text())
		if err != nil {
			return fmt.Errorf("the condition of %s: %w", of, err)
		}
		*c = compiled
		return nil
	}
	for i := range p.Offers {
		o := &p.Offers[i]
		if err := ready(&o.When, "offer "+string(o.ID)); err != nil {
			return err
		}
		if err := ready(&o.On, "offer "+string(o.ID)); err != nil {
			return err
		}
	}
	for i := range p.Campaigns {
		c := &p.Campaigns[i]
		if err := ready(&c.If, "campaign "+string(c.ID)); err != nil {
			return err
		}
		if err := ready(&c.Unless, "campaign "+string(c.ID)); err != nil {
			return err
		}
		if err := ready(&c.Audience, "campaign "+string(c.ID)); err != nil {
			return err
		}
	}
	journeys := make([]*journey.Journey, 0, len(p.Journeys)+len(p.Earlier))
	for i := range p.Journeys {
		journeys = append(journeys, &p.Journeys[i])
	}
	for i := range p.Earlier { // the campaigns of steps have no conditions
		journeys = append(journeys, &p.Earlier[i].Journey)
	}
	for _, j := range journeys {
		for _, c := range j.Conditions() {
			if err := ready(c, "journey "+string(j.ID())); err != nil {
				return err
			}
		}
	}
	return nil
}

// version returns the version of a policy, a hash of its packed bytes.
func version(packed []byte) string {
	sum := sha256.Sum256(packed)
	return hex.EncodeToString(sum[:8])
}
