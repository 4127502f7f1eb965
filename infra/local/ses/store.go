package ses

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"regexp"
	"sort"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"regulars/infra/local/aws"
)

var (
	inMailbox    = []byte("ses-mailbox")
	inSource     = []byte("ses-source")
	inSummary    = []byte("ses-summary")
	inDue        = []byte("ses-due")
	inSuppressed = []byte("ses-suppressed")
	inSent       = []byte("ses-sent")
	inAccount    = []byte("ses-account")
)

// store keeps the mailbox in a database, and the list of summaries in memory.
type store struct {
	db   *bbolt.DB
	keep int

	mu    sync.RWMutex
	list  []Summary         // oldest first
	seqOf map[string]uint64 // by message ID
	of    map[string]int    // number of messages by campaign
}

func openStore(db *bbolt.DB, keep int) (*store, error) {
	s := &store{db: db, keep: keep, seqOf: map[string]uint64{}, of: map[string]int{}}
	err := db.Update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{inMailbox, inSource, inSummary, inDue, inSuppressed, inSent, inAccount} {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return tx.Bucket(inSummary).ForEach(func(k, v []byte) error {
			var sum Summary
			if err := json.Unmarshal(v, &sum); err != nil {
				return fmt.Errorf("read the stored summary %x: %w", k, err)
			}
			s.enter(sum)
			return nil
		})
	})
	return s, err
}

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

var htmlLang = regexp.MustCompile(`(?i)<html\s(?:[^>]*\s)?lang="([a-z][a-z0-9-]{1,34})"`)

// put stores the message and its events in one transaction, and deletes the
// oldest messages beyond the mailbox's limit.
func (s *store) put(l *draft, events []dueEvent) error {
	sum := Summary{
		ID: l.ID, At: l.At, From: l.From, To: l.recipients, Subject: l.Subject,
		Language: l.Tags["language"], Tags: l.Tags, Trace: aws.Root(l.trace), State: Taken,
	}
	if sum.Language == "" {
		sum.Language = l.Headers["Content-Language"]
	}
	if found := htmlLang.FindStringSubmatch(l.HTML[:min(len(l.HTML), 4096)]); sum.Language == "" && found != nil {
		sum.Language = found[1]
	}
	packed := deflate(l.source)

	s.mu.Lock()
	defer s.mu.Unlock()
	drop := max(0, len(s.list)+1-s.keep)
	err := s.db.Update(func(tx *bbolt.Tx) error {
		seq, err := tx.Bucket(inMailbox).NextSequence()
		if err != nil {
			return err
		}
		sum.Seq = seq
		if err := putJSON(tx.Bucket(inMailbox), number(seq), l.Message); err != nil {
			return err
		}
		if err := tx.Bucket(inSource).Put(number(seq), packed); err != nil {
			return err
		}
		if err := putJSON(tx.Bucket(inSummary), number(seq), sum); err != nil {
			return err
		}
		for nth, e := range events {
			e.Seq = seq
			if err := putJSON(tx.Bucket(inDue), dueKey(e.Due, seq, nth), e); err != nil {
				return err
			}
		}
		for _, old := range s.list[:drop] {
			for _, name := range [][]byte{inMailbox, inSource, inSummary} {
				if err := tx.Bucket(name).Delete(number(old.Seq)); err != nil {
					return err
				}
			}
		}
		return countSent(tx.Bucket(inSent), l.At, len(l.recipients))
	})
	if err != nil {
		return fmt.Errorf("store message %s: %w", l.ID, err)
	}
	for _, old := range s.list[:drop] {
		delete(s.seqOf, old.ID)
		if s.of[old.Campaign()]--; s.of[old.Campaign()] == 0 {
			delete(s.of, old.Campaign())
		}
	}
	s.list = s.list[drop:]
	s.enter(sum)
	return nil
}

// enter adds a summary to the list in memory. The caller holds the lock.
func (s *store) enter(sum Summary) {
	s.list = append(s.list, sum)
	s.seqOf[sum.ID] = sum.Seq
	s.of[sum.Campaign()]++
}

// writers pools the deflaters, because creating one allocates 800 KB.
var writers = sync.Pool{New: func() any {
	z, _ := flate.NewWriter(nil, flate.BestSpeed) // fails only for an invalid level
	return z
}}

func deflate(data []byte) []byte {
	var out bytes.Buffer
	z := writers.Get().(*flate.Writer)
	defer writers.Put(z)
	z.Reset(&out)
	_, _ = z.Write(data)
	_ = z.Close()
	return out.Bytes()
}

func putJSON(b *bbolt.Bucket, key []byte, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return b.Put(key, raw)
}

// read returns the value that a bucket holds for one message; nil if there is
// none.
func (s *store) read(name []byte, id string) ([]byte, error) {
	s.mu.RLock()
	seq, ok := s.seqOf[id]
	s.mu.RUnlock()
	if !ok {
		return nil, nil
	}
	var out []byte
	err := s.db.View(func(tx *bbolt.Tx) error {
		out = bytes.Clone(tx.Bucket(name).Get(number(seq)))
		return nil
	})
	return out, err
}

// source returns the MIME source of a message; nil if the mailbox does not have
// it.
func (s *store) source(id string) ([]byte, error) {
	packed, err := s.read(inSource, id)
	if err != nil || packed == nil {
		return nil, err
	}
	return io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
}

// find returns the messages that match the filter, newest first, and their
// number without offset and limit.
func (s *store) find(f Filter) (page []Summary, total int) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for i := len(s.list) - 1; i >= 0; i-- {
		if !f.matches(s.list[i]) {
			continue
		}
		total++
		if total > f.Offset && (f.Limit == 0 || len(page) < f.Limit) {
			page = append(page, s.list[i])
		}
	}
	return page, total
}

// campaigns returns the number of messages by their tag campaign.
func (s *store) campaigns() map[string]int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	count := maps.Clone(s.of)
	delete(count, "")
	return count
}

// published deletes the published events and raises the states of their
// messages; it makes the failed events due again at the time again.
func (s *store) published(done, failed []dueEvent, again time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	raised := map[int]Summary{}
	err := s.db.Update(func(tx *bbolt.Tx) error {
		due, sums := tx.Bucket(inDue), tx.Bucket(inSummary)
		for _, e := range done {
			if err := due.Delete(e.key); err != nil {
				return err
			}
			i := sort.Search(len(s.list), func(i int) bool { return s.list[i].Seq >= e.Seq })
			if i == len(s.list) || s.list[i].Seq != e.Seq {
				continue // the mailbox does not have the message any more
			}
			sum, ok := raised[i]
			if !ok {
				sum = s.list[i]
			}
			if stateRank[e.State] > stateRank[sum.State] {
				sum.State = e.State
				raised[i] = sum
				if err := putJSON(sums, number(e.Seq), sum); err != nil {
					return err
				}
			}
		}
		for _, e := range failed {
			if err := due.Delete(e.key); err != nil {
				return err
			}
			if err := putJSON(due, dueKey(again, e.Seq, int(e.key[16])), e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, sum := range raised {
		s.list[i] = sum
	}
	return nil
}

var stateRank = map[State]int{Taken: 0, Sent: 1, Delivered: 2, Bounced: 3, Complained: 4}

func dueKey(at time.Time, seq uint64, nth int) []byte {
	return append(append(number(uint64(at.UnixNano())), number(seq)...), byte(nth))
}

// next returns at most limit events that are due, and the time at which the
// event after them is due; zero if there is none.
func (s *store) next(now time.Time, limit int) (due []dueEvent, then time.Time, err error) {
	err = s.db.View(func(tx *bbolt.Tx) error {
		c := tx.Bucket(inDue).Cursor()
		for k, v := c.First(); k != nil; k, v = c.Next() {
			at := time.Unix(0, int64(binary.BigEndian.Uint64(k))).UTC()
			if at.After(now) || len(due) == limit {
				then = at
				return nil
			}
			e := dueEvent{key: bytes.Clone(k)}
			if err := json.Unmarshal(v, &e); err != nil {
				return fmt.Errorf("read the stored SES event %x: %w", k, err)
			}
			due = append(due, e)
		}
		return nil
	})
	return due, then, err
}
