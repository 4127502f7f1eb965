package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"regulars/shared/campaign"
	"regulars/shared/shop"
)

// Run is one execution of a scheduled campaign, or of one about products.
type Run struct {
	Campaign shop.CampaignID
	Version  int
	At       time.Time
	Local    string // see [campaign.Run]
	Subject  campaign.Subject
	Enters   bool // Campaign is a journey, and the intents of the run are entries; not part of the run's name
}

const runPrefix = "slot/"

func keyOfRun(r Run) settingKey {
	key := runPrefix + string(r.Campaign) + "@" + strconv.Itoa(r.Version) + "/"
	if r.Subject.Product != "" {
		return settingKey{key + r.Subject.Occasion()}
	}
	key += string(stampOf(r.At))
	if r.Local != "" {
		key += "/" + r.Local
	}
	return settingKey{key}
}

// Progress is the progress of the planning of a run. Cursors has one cursor of
// [Store.Profiles] for each segment: [End] if the segment is planned.
type Progress struct {
	Run
	Started time.Time
	Planned int // intents on the queue, without those of [Store.PlannedAgain]; each page counts once
	Cursors []Cursor
}

// Counted returns the time of the run by which the reconciliation counts its sends, and
// whether it planned any. It is zero for a run about a product: the sends name the
// product and not the time. A run of a journey planned entries, which are no sends.
func (p Progress) Counted() (at time.Time, sends bool) {
	if p.Subject.Product == "" {
		at = p.At
	}
	return at, !p.Enters
}

// Done reports whether every segment is planned.
func (p Progress) Done() bool {
	for _, c := range p.Cursors {
		if c != End {
			return false
		}
	}
	return true
}

type runItem struct {
	settingKey
	Campaign shop.CampaignID   `dynamodbav:"campaign"`
	Version  int               `dynamodbav:"version"`
	At       stamp             `dynamodbav:"at"`
	Started  stamp             `dynamodbav:"started"`
	Planned  int               `dynamodbav:"planned"`
	Segments int               `dynamodbav:"segments"`
	Cursors  map[string]Cursor `dynamodbav:"cursors"`
	Local    string            `dynamodbav:"local,omitempty"`
	Subject  body              `dynamodbav:"subject,omitempty"`
	Enters   bool              `dynamodbav:"enters,omitempty"`
}

func readRun(m item) (Progress, error) {
	var it runItem
	if err := unmarshal(m, &it); err != nil {
		return Progress{}, err
	}
	p := Progress{
		Run:     Run{Campaign: it.Campaign, Version: it.Version, At: it.At.time(), Local: it.Local, Enters: it.Enters},
		Started: it.Started.time(), Planned: it.Planned - plannedAgain(m), Cursors: make([]Cursor, it.Segments),
	}
	for i := range p.Cursors {
		p.Cursors[i] = it.Cursors[strconv.Itoa(i)]
	}
	if len(it.Subject) > 0 {
		if err := it.Subject.read(&p.Subject); err != nil {
			return Progress{}, err
		}
	}
	return p, nil
}

// StartRun starts the planning of a run with that number of segments of the
// customers, and returns its progress. If the run was started before, it only
// returns the progress: the number of segments stays as it was.
func (s *Store) StartRun(ctx context.Context, run Run, segments int, now time.Time) (Progress, error) {
	it := runItem{
		settingKey: keyOfRun(run), Campaign: run.Campaign, Version: run.Version, At: stampOf(run.At), Local: run.Local, Enters: run.Enters,
		Started: stampOf(now), Segments: max(segments, 1), Cursors: map[string]Cursor{},
	}
	if run.Subject.Product != "" {
		it.Subject, _ = bodyOf(run.Subject)
	}
	for i := range it.Segments {
		it.Cursors[strconv.Itoa(i)] = ""
	}
	m := marshal(it)
	e := where(expression.AttributeNotExists(expression.Name("setting")))
	err := s.put(ctx, &dynamodb.PutItemInput{
		TableName: &s.tables.Settings, Item: m, ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
	var stop refused
	if errors.As(err, &stop) {
		m, err = stop.old, nil
	}
	if err != nil {
		return Progress{}, fmt.Errorf("start %s: %w", it.Setting, err)
	}
	return readRun(m)
}

// Advance records that the page of a segment between both cursors is on the
// queue, with that number of planned intents, and returns the progress of the
// run. A page counts once even if it is planned again: Advance succeeds without
// counting if the segment is at the page's end already, and fails with
// [ErrConflict] if it is at any other cursor.
//
// Put the intents on the queue first: if the function crashes before Advance,
// the page is planned again, and its intents have the same send IDs.
func (s *Store) Advance(ctx context.Context, run Run, segment int, from, to Cursor, planned int) (Progress, error) {
	key := keyOfRun(run)
	p, err := s.advance(ctx, key, strconv.Itoa(segment), from, to, planned)
	if err != nil {
		return Progress{}, fmt.Errorf("advance %s, segment %d: %w", key.Setting, segment, err)
	}
	return p, nil
}

func (s *Store) advance(ctx context.Context, key settingKey, segment string, from, to Cursor, planned int) (Progress, error) {
	cursor := expression.Name("cursors." + segment)
	e := build(expression.NewBuilder().
		WithUpdate(expression.Set(cursor, expression.Value(to)).Add(expression.Name("planned"), expression.Value(planned))).
		WithCondition(cursor.Equal(expression.Value(from))))
	m, err := s.update(ctx, &dynamodb.UpdateItemInput{
		ReturnValues: types.ReturnValueAllNew,
		TableName:    &s.tables.Settings, Key: marshal(key),
		UpdateExpression: e.Update(), ConditionExpression: e.Condition(),
		ExpressionAttributeNames: e.Names(), ExpressionAttributeValues: e.Values(),
	})
	var stop refused
	if errors.As(err, &stop) {
		m = stop.old
	} else if err != nil {
		if m, errRead := s.get(ctx, s.tables.Settings, key); errRead == nil { // the write may have been made and its answer lost
			return counted(m, segment, to, err)
		}
		return Progress{}, err
	}
	return counted(m, segment, to, err)
}

// counted returns the run's progress if the segment is at that cursor, else
// err.
func counted(m item, segment string, at Cursor, err error) (Progress, error) {
	if m == nil {
		return Progress{}, ErrNotFound
	}
	var it runItem
	if errItem := unmarshal(m, &it); errItem != nil {
		return Progress{}, errItem
	}
	if it.Cursors[segment] != at {
		return Progress{}, err
	}
	return readRun(m)
}

// RunProgress returns the progress of the planning of a run. It fails with
// [ErrNotFound] if the run was not started.
func (s *Store) RunProgress(ctx context.Context, run Run) (Progress, error) {
	key := keyOfRun(run)
	m, err := s.get(ctx, s.tables.Settings, key)
	if err == nil && m == nil {
		err = ErrNotFound
	}
	if err != nil {
		return Progress{}, fmt.Errorf("read %s: %w", key.Setting, err)
	}
	return readRun(m)
}

// Runs calls visit with every run that was started, for people and for
// counting. It reads the whole table of settings, which is small.
func (s *Store) Runs(ctx context.Context, visit func(Progress) error) error {
	for page := (Page{}); page.After != End; {
		next, err := s.scan(ctx, &dynamodb.ScanInput{TableName: &s.tables.Settings}, page, func(m item) error {
			var key settingKey
			if err := unmarshal(m, &key); err != nil || !strings.HasPrefix(key.Setting, runPrefix) {
				return err
			}
			p, err := readRun(m)
			if err != nil {
				return err
			}
			return visit(p)
		})
		if err != nil {
			return fmt.Errorf("list runs: %w", err)
		}
		page.After = next
	}
	return nil
}
