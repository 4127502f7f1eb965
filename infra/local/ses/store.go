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

// store keeps the mailbox in a database and the list of it in memory.
type store struct {
	db   *bbolt.DB
	keep int

	mu    sync.RWMutex
	list  []Summary         // oldest first
	seqOf map[string]uint64 // by message ID
	of    map[string]int    // messages by campaign
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
				return fmt.Errorf("summary %x: %w", k, err)
			}
			s.enter(sum)
			return nil
		})
	})
	return s, err
}

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

var htmlLang = regexp.MustCompile(`(?i)<html\s(?:[^>]*\s)?lang="([a-z][a-z0-9-]{1,34})"`)

// put stores the message and its notices, all or nothing, and forgets what the
// mailbox has no room for.
func (s *store) put(l *letter, notices []notice) error {
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
		for nth, n := range notices {
			n.Seq = seq
			if err := putJSON(tx.Bucket(inDue), dueKey(n.Due, seq, nth), n); err != nil {
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

// writers are deflaters: one takes 800 KB to make.
var writers = sync.Pool{New: func() any {
	z, _ := flate.NewWriter(nil, flate.BestSpeed) // the level is a good one
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

// read returns what a bucket holds of one message; nil where it is not there.
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

func (s *store) source(id string) ([]byte, error) {
	packed, err := s.read(inSource, id)
	if err != nil || packed == nil {
		return nil, err
	}
	return io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
}

// find returns the messages that the filter takes, newest first, and how many
// there are without offset and limit.
func (s *store) find(f Filter) (page []Summary, total int) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for i := len(s.list) - 1; i >= 0; i-- {
		if !f.takes(s.list[i]) {
			continue
		}
		total++
		if total > f.Offset && (f.Limit == 0 || len(page) < f.Limit) {
			page = append(page, s.list[i])
		}
	}
	return page, total
}

// campaigns counts messages by their tag campaign.
func (s *store) campaigns() map[string]int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	count := maps.Clone(s.of)
	delete(count, "")
	return count
}

// told forgets the notices, raises the states of their messages, and puts back
// those which could not be told, to be tried again at again.
func (s *store) told(done, failed []notice, again time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	raised := map[int]Summary{}
	err := s.db.Update(func(tx *bbolt.Tx) error {
		due, sums := tx.Bucket(inDue), tx.Bucket(inSummary)
		for _, n := range done {
			if err := due.Delete(n.key); err != nil {
				return err
			}
			i := sort.Search(len(s.list), func(i int) bool { return s.list[i].Seq >= n.Seq })
			if i == len(s.list) || s.list[i].Seq != n.Seq {
				continue // the mailbox has dropped it already
			}
			sum, ok := raised[i]
			if !ok {
				sum = s.list[i]
			}
			if stateRank[n.State] > stateRank[sum.State] {
				sum.State = n.State
				raised[i] = sum
				if err := putJSON(sums, number(n.Seq), sum); err != nil {
					return err
				}
			}
		}
		for _, n := range failed {
			if err := due.Delete(n.key); err != nil {
				return err
			}
			if err := putJSON(due, dueKey(again, n.Seq, int(n.key[16])), n); err != nil {
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

// next returns at most limit notices which are due, and when the one behind
// them is; zero where there is none.
func (s *store) next(now time.Time, limit int) (due []notice, then time.Time, err error) {
	err = s.db.View(func(tx *bbolt.Tx) error {
		c := tx.Bucket(inDue).Cursor()
		for k, v := c.First(); k != nil; k, v = c.Next() {
			at := time.Unix(0, int64(binary.BigEndian.Uint64(k))).UTC()
			if at.After(now) || len(due) == limit {
				then = at
				return nil
			}
			n := notice{key: bytes.Clone(k)}
			if err := json.Unmarshal(v, &n); err != nil {
				return fmt.Errorf("notice %x: %w", k, err)
			}
			due = append(due, n)
		}
		return nil
	})
	return due, then, err
}
