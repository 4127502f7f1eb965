package shoppolicy

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"regulars/shared/condition"
	"regulars/shared/content"
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

// Encode returns the policy as two members of a gzip file, both JSON: the messages
// last, so that functions that render none need not unpack them. The bytes are the same
// for the same policy. It fails if they are more than [MaxEncoded].
func Encode(p Policy) ([]byte, error) {
	rules := struct {
		Policy
		Messages *struct{} `json:"messages,omitempty"` // in place of the policy's own
	}{Policy: p}
	var packed bytes.Buffer
	for _, part := range []any{rules, p.Messages} {
		if err := pack(&packed, part); err != nil {
			return nil, fmt.Errorf("encode policy: %w", err)
		}
	}
	if packed.Len() > MaxEncoded {
		return nil, fmt.Errorf("encode policy: it has %d bytes packed, the limit is %d", packed.Len(), MaxEncoded)
	}
	return packed.Bytes(), nil
}

// pack adds a member with the part's JSON.
func pack(to *bytes.Buffer, part any) error {
	plain, err := json.Marshal(part)
	if err != nil {
		return err
	}
	w, err := gzip.NewWriterLevel(to, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write(plain); err != nil {
		return err
	}
	return w.Close()
}

// Decode returns the policy that [Encode] packed, with its conditions compiled and its
// messages ready for the renderer.
// It fails if the bytes are damaged, or if they come from a later version of
// this program and a condition uses a fact that this version does not have.
func Decode(packed []byte, renderer content.Renderer) (Policy, error) {
	var stored content.Stored
	r, err := newReader(packed)
	if err != nil {
		return Policy{}, err
	}
	p, err := r.rules(packed, &stored)
	if err != nil {
		return Policy{}, err
	}
	plain, err := r.next()
	if err != nil {
		return Policy{}, fmt.Errorf("decode policy %s: %w", p.Version, err)
	}
	if plain != nil {
		if err := json.Unmarshal(plain, &stored); err != nil {
			return Policy{}, fmt.Errorf("decode policy %s: %w", p.Version, err)
		}
	}
	if p.Messages, err = stored.Set(renderer); err != nil {
		return Policy{}, fmt.Errorf("decode policy %s: %w", p.Version, err)
	}
	return p, nil
}

// DecodeRules returns the policy as [Decode] does, but without its messages: for
// functions that render none. It takes a tenth of the time, because nearly all of a
// policy is messages.
func DecodeRules(packed []byte) (Policy, error) {
	r, err := newReader(packed)
	if err != nil {
		return Policy{}, err
	}
	return r.rules(packed, &unread{})
}

// unread is a part of the policy that is not decoded.
type unread struct{}

func (*unread) UnmarshalJSON([]byte) error { return nil }

// reader reads the members of an encoded policy.
type reader struct {
	packed *bytes.Reader
	*gzip.Reader
}

func newReader(packed []byte) (*reader, error) {
	from := bytes.NewReader(packed)
	r, err := gzip.NewReader(from)
	if err != nil {
		return nil, fmt.Errorf("decode policy: %w", err)
	}
	return &reader{from, r}, nil
}

// rules returns the policy of the first member. A policy that an earlier version of
// this program encoded has its messages there: they are decoded into the given value.
func (r *reader) rules(packed []byte, messages any) (Policy, error) {
	r.Multistream(false)
	plain, err := io.ReadAll(io.LimitReader(r, maxDecoded))
	if err != nil {
		return Policy{}, fmt.Errorf("decode policy: %w", err)
	}
	p := Policy{Version: Version(packed)}
	into := struct {
		*Policy
		Messages any `json:"messages"` // in place of the policy's own
	}{&p, messages}
	if err := json.Unmarshal(plain, &into); err != nil {
		return Policy{}, fmt.Errorf("decode policy: %w", err)
	}
	if err := p.compile(); err != nil {
		return Policy{}, fmt.Errorf("decode policy %s: %w", p.Version, err)
	}
	return p, nil
}

// next returns the text of the next member, nil if there is none.
func (r *reader) next() ([]byte, error) {
	if err := r.Reset(r.packed); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	r.Multistream(false)
	return io.ReadAll(io.LimitReader(r, maxDecoded))
}

// compile parses every condition of the policy.
func (p *Policy) compile() error {
	if _, ok := shop.Zone(p.Shop.Zone); !ok {
		return fmt.Errorf("the shop's zone %q is not an IANA zone", p.Shop.Zone)
	}
	if _, err := condition.ParseMoney("0", p.Shop.Currency); err != nil {
		return fmt.Errorf("the shop's currency: %w", err)
	}
	ready := func(c *condition.Condition, of string) error {
		compiled, err := condition.Parse(c.Text(), p.Shop.Currency)
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

// Version returns the version of a policy, a hash of its packed bytes.
func Version(packed []byte) string {
	sum := sha256.Sum256(packed)
	return hex.EncodeToString(sum[:8])
}
