package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"regulars/shared/s3"
)

// partials keeps the partials of a night until they are merged. [s3.Bucket] does.
type partials interface {
	Save(ctx context.Context, name string, body []byte) error
	Open(ctx context.Context, name string) (io.ReadCloser, error)
	Remove(ctx context.Context, name string) error
}

// form is raised whenever partials of the release before cannot be merged any more.
const form = 2

// segment is one of the parts in which a night reads the table of customers.
type segment struct {
	Form  int       `json:"form"`
	Night time.Time `json:"night"`
	Index int       `json:"segment"` // from 1
	Of    int       `json:"of"`
}

// name returns the place of the segment's partial. It depends on the segment alone, so a
// segment that is counted again replaces its partial.
func (s segment) name() string {
	return fmt.Sprintf("nights/%s/%d-of-%d", s.Night.UTC().Format(time.RFC3339Nano), s.Index, s.Of)
}

// encode returns the partial of a segment as it is stored: compressed JSON, first the
// segment. It has no ID, name or address of a customer.
func (p *partial) encode(of segment) ([]byte, error) {
	var body bytes.Buffer
	packed, err := gzip.NewWriterLevel(&body, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	to := json.NewEncoder(packed)
	for _, v := range []any{of, p.Products, p.Training, p.Value, p.Cohorts, p.Campaigns} {
		if err := to.Encode(v); err != nil {
			return nil, err
		}
	}
	err = packed.Close()
	return body.Bytes(), err
}

// decode reads the partial of a segment into an empty one. It fails if it is that of
// another segment, night or release.
func (p *partial) decode(of segment, body io.Reader) error {
	packed, err := gzip.NewReader(body)
	if err != nil {
		return err
	}
	from, is := json.NewDecoder(packed), segment{}
	if err := from.Decode(&is); err != nil {
		return err
	}
	if is.Form != of.Form || !is.Night.Equal(of.Night) || is.Index != of.Index || is.Of != of.Of {
		return fmt.Errorf("it is that of segment %d of %d of the night %s in form %d; want form %d", is.Index, is.Of, is.Night.Format(time.RFC3339), is.Form, of.Form)
	}
	for _, v := range []any{p.Products, p.Training, p.Value, p.Cohorts, &p.Campaigns} {
		if err := from.Decode(v); err != nil {
			return err
		}
	}
	_, err = io.Copy(io.Discard, packed) // checks the sum at the end
	return err
}

// merged returns the partials of all segments of a night, merged. It holds one of them
// and the result in memory. It fails if one is missing or damaged.
func (h *handler) merged(ctx context.Context, night time.Time, of int) (*partial, error) {
	var all *partial
	for i := range of {
		s := segment{form, night, i + 1, of}
		p, err := h.open(ctx, s)
		switch {
		case errors.Is(err, s3.ErrNotFound):
			return nil, fmt.Errorf("segment %d of %d of the night %s is missing: count it, then merge again; nothing was published", s.Index, of, version(night))
		case err != nil:
			return nil, fmt.Errorf("read segment %d of %d of the night %s; nothing was published: %w", s.Index, of, version(night), err)
		}
		if all == nil {
			all = p
			continue
		}
		all.merge(p)
	}
	return all, nil
}

func (h *handler) open(ctx context.Context, s segment) (p *partial, err error) {
	body, err := h.partials.Open(ctx, s.name())
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, body.Close()) }()
	p = newPartial(s.Night, nil)
	return p, p.decode(s, body)
}
