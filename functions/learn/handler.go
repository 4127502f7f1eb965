package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"time"

	"regulars/shared/cohortretention"
	"regulars/shared/customervalue"
	"regulars/shared/dynamo"
	"regulars/shared/profile"
	"regulars/shared/recommend"
	"regulars/shared/results"
	"regulars/shared/shop"
)

type customers interface {
	Profiles(ctx context.Context, page dynamo.Page, visit func(profile.Profile) error) (dynamo.Cursor, error)
}

type catalogue interface {
	Products(ctx context.Context, page dynamo.Page, visit func(recommend.Item) error) (dynamo.Cursor, error)
	SaveLearned(context.Context, dynamo.Versions, iter.Seq2[shop.ProductID, recommend.Learned]) error
}

// versions begins and publishes a night; publishing is all or nothing. Model
// reads a part of the version in force.
type versions interface {
	Model(ctx context.Context, name string) (version string, data []byte, err error)
	BeginModel(ctx context.Context, version string) (dynamo.Versions, error)
	PublishModel(ctx context.Context, version string, parts map[string][]byte) error
}

// policies reads the policy in force.
type policies interface {
	Policy(context.Context) (version string, body []byte, err error)
}

type handler struct {
	customers customers
	catalogue catalogue
	versions  versions
	policies  policies
	results   results.Tables
	partials  partials // nil: nights are not divided
	now       func() time.Time
}

// Event says which part of a night to do. The zero Event is a whole night in one call,
// and so is every event of the schedule.
//
// A night that is divided has a call for each segment, in any order and several at a time,
// and then one that merges them and publishes the version. Each of these calls can be
// repeated.
type Event struct {
	Night   time.Time `json:"night"`   // when it began: the same for all its calls
	Of      int       `json:"of"`      // number of segments
	Segment int       `json:"segment"` // the one to count, from 1
	Merge   bool      `json:"merge"`
}

// mostSegments is the most parts of a night: what a Map state of Step Functions runs
// inline.
const mostSegments = 40

// check returns an error that says what is wrong with an event of a divided night.
func (e Event) check() error {
	switch {
	case e.Night.IsZero():
		return errors.New("the event of a divided night has no night: want its begin, such as 2026-11-30T03:00:00Z")
	case e.Of < 1 || e.Of > mostSegments:
		return fmt.Errorf("a night of %d segments: want 1 to %d", e.Of, mostSegments)
	case !e.Merge && (e.Segment < 1 || e.Segment > e.Of):
		return fmt.Errorf("segment %d of %d: want 1 to %d", e.Segment, e.Of, e.Of)
	case e.Merge && e.Segment != 0:
		return errors.New("an event counts a segment or merges all; this one asks for both")
	}
	return nil
}

// Answer is the result of a night, or of a segment.
type Answer struct {
	Version   string `json:"version"`
	Customers int    `json:"customers"`         // customers whose orders were used
	Products  int    `json:"products"`          // products that got neighbours; of a segment: that were bought
	Unsound   int    `json:"unsound,omitempty"` // invalid numbers that were left out
	Bytes     int    `json:"bytes,omitempty"`   // of the stored partial of a segment
}

// Handle learns from every customer's profile, or does a part of that. Its last write
// puts the whole version into force; before that, nothing that it writes is read. A night
// that fails leaves the version in force unchanged. Handle can be run again at any
// time.
func (h *handler) Handle(ctx context.Context, e Event) (Answer, error) {
	if e == (Event{}) {
		return h.whole(ctx, h.now().UTC())
	}
	if err := e.check(); err != nil {
		return Answer{}, err
	}
	if h.partials == nil {
		return Answer{}, errors.New("this deployment has no bucket for divided nights: set the parameter NightSegments to 2 or more")
	}
	if e.Merge {
		return h.merge(ctx, e.Night.UTC(), e.Of)
	}
	return h.segment(ctx, segment{form, e.Night.UTC(), e.Segment, e.Of})
}

// whole does a night in one call.
func (h *handler) whole(ctx context.Context, night time.Time) (Answer, error) {
	begun, err := h.versions.BeginModel(ctx, version(night))
	if err != nil {
		return Answer{}, err
	}
	counted, err := h.count(ctx, night, everything)
	if err != nil {
		return Answer{}, err
	}
	return h.publish(ctx, begun, night, counted)
}

// segment counts the customers of a segment and stores their partial.
func (h *handler) segment(ctx context.Context, s segment) (Answer, error) {
	counted, err := h.count(ctx, s.Night, tablePart{s.Index - 1, s.Of, scansOfSegment})
	if err != nil {
		return Answer{}, err
	}
	if counted.Campaigns, err = h.countCampaigns(ctx, s.Night, results.Part{Index: s.Index - 1, Of: s.Of}); err != nil {
		return Answer{}, fmt.Errorf("measure the campaigns by segment %d of %d: %w", s.Index, s.Of, err)
	}
	answer := Answer{Version: version(s.Night), Customers: counted.Products.Customers(), Products: counted.Products.Products()}
	body, err := counted.encode(s)
	if err != nil {
		return Answer{}, fmt.Errorf("encode segment %d of %d: %w", s.Index, s.Of, err)
	}
	answer.Bytes = len(body)
	slog.InfoContext(ctx, "learn has counted a segment", "version", answer.Version, "segment", s.Index, "of", s.Of, "customers", answer.Customers, "bytes", answer.Bytes)
	return answer, h.partials.Save(ctx, s.name(), body)
}

// merge publishes the version of a night whose segments were counted, and removes their
// partials. If that was done before, it changes nothing.
func (h *handler) merge(ctx context.Context, night time.Time, of int) (Answer, error) {
	inForce, body, err := h.versions.Model(ctx, recommend.ModelName)
	switch {
	case err != nil && !errors.Is(err, dynamo.ErrNotFound):
		return Answer{}, err
	case inForce > version(night):
		return Answer{}, fmt.Errorf("the version %s is in force, which is later than the night %s: nothing was published", inForce, version(night))
	case inForce == version(night):
		var m recommend.Model
		if err := json.Unmarshal(body, &m); err != nil {
			return Answer{}, fmt.Errorf("read the version %s in force: %w", inForce, err)
		}
		h.remove(ctx, night, of)
		return Answer{Version: inForce, Customers: m.Customers, Products: m.Products}, nil
	}
	counted, err := h.merged(ctx, night, of)
	if err != nil {
		return Answer{}, err
	}
	begun, err := h.versions.BeginModel(ctx, version(night))
	if err != nil {
		return Answer{}, err
	}
	answer, err := h.publish(ctx, begun, night, counted)
	if err == nil {
		h.remove(ctx, night, of)
	}
	return answer, err
}

// remove removes the partials of a night. The bucket does so too, a day later.
func (h *handler) remove(ctx context.Context, night time.Time, of int) {
	for i := range of {
		if err := h.partials.Remove(ctx, segment{form, night, i + 1, of}.name()); err != nil {
			slog.WarnContext(ctx, "a partial was not removed; the bucket removes it by its age", "version", version(night), "segment", i+1, "err", err)
		}
	}
}

// version returns the name of a night's version.
func version(night time.Time) string { return night.Format(time.RFC3339) }

// count counts the customers of a part of the table.
func (h *handler) count(ctx context.Context, night time.Time, of tablePart) (*partial, error) {
	zoneOf, err := h.zones(ctx)
	if err != nil {
		return nil, err
	}
	counted := newPartial(night, zoneOf)
	return counted, h.eachCustomer(ctx, of, counted.add)
}

// publish learns from what was counted of all customers, which it uses up, and publishes
// the version that was begun.
func (h *handler) publish(ctx context.Context, begun dynamo.Versions, night time.Time, counted *partial) (Answer, error) {
	products, err := h.learnProducts(ctx, night, counted)
	if err != nil {
		return Answer{}, err
	}
	leaving, err := h.leavingInForce(ctx)
	if err != nil {
		return Answer{}, err
	}
	if err := h.catalogue.SaveLearned(ctx, begun, products.rows(ctx)); err != nil {
		return Answer{}, err
	}
	model, err := products.published()
	if err != nil {
		return Answer{}, fmt.Errorf("learn about products: %w", err)
	}
	counted.Value.Keep(leaving)
	customers := counted.Value.Model()
	customers.Version = version(night)
	parts, err := h.ofCampaigns(ctx, night, counted.Campaigns)
	if err != nil {
		return Answer{}, fmt.Errorf("measure the campaigns: %w", err)
	}
	for name, value := range map[string]any{
		recommend.ModelName: model, customervalue.ModelName: customers,
		customervalue.ReportName: counted.Value.Report(), cohortretention.Name: counted.Cohorts.Table(),
	} {
		if parts[name], err = json.Marshal(value); err != nil {
			return Answer{}, fmt.Errorf("prepare %s for publishing: %w", name, err)
		}
	}
	if err := h.versions.PublishModel(ctx, version(night), parts); err != nil {
		return Answer{}, err
	}
	answer := Answer{Version: version(night), Customers: model.Customers, Products: model.Products, Unsound: products.unsound}
	slog.InfoContext(ctx, "a version of the learned data was published", "version", answer.Version, "customers", answer.Customers, "products", answer.Products, "unsound", answer.Unsound)
	return answer, nil
}
