package sendrate_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"

	"regulars/shared/sendrate"
	"regulars/shared/shop"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// table stores the shared state in memory, with revisions as in package dynamo:
// a hash of the content, so that writing the stored content again succeeds.
type table struct {
	mu     sync.Mutex
	body   []byte
	writes int
	reads  int
	blind  bool // planted: it overwrites any content
	broken error
	shards map[int]*table // from 1 on
}

// shard returns the table of a shard; the 0th is the table itself.
func (s *table) shard(n int) *table {
	if n == 0 {
		return s
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shards[n] == nil {
		if s.shards == nil {
			s.shards = map[int]*table{}
		}
		s.shards[n] = &table{}
	}
	return s.shards[n]
}

func revision(body []byte) string {
	if body == nil {
		return ""
	}
	sum := sha256.Sum256(body)
	return string(sum[:12])
}

func (s *table) SendRate(_ context.Context, shard int) (sendrate.State, string, error) {
	s = s.shard(shard)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	state, rev := s.now()
	return state, rev, s.broken
}

func (s *table) now() (state sendrate.State, rev string) {
	if s.body != nil {
		if err := json.Unmarshal(s.body, &state); err != nil {
			panic(err)
		}
	}
	return state, revision(s.body)
}

func (s *table) SaveSendRate(_ context.Context, shard int, next sendrate.State, rev string) (sendrate.State, string, bool, error) {
	s = s.shard(shard)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes++
	if s.broken != nil {
		return sendrate.State{}, "", false, s.broken
	}
	body, err := json.Marshal(next)
	if err != nil {
		panic(err)
	}
	if revision(s.body) != rev && revision(s.body) != revision(body) && !s.blind {
		stored, storedRev := s.now()
		return stored, storedRev, false, nil
	}
	s.body = body
	return next, revision(body), true, nil
}

// account is an SES account with workers, each with a clock of its own.
type account struct {
	table  *table
	quota  sendrate.Quota
	now    time.Time // the true time
	reads  int       // of the quota
	names  int
	same   bool // planted: all writes have the same name
	failed error
}

type worker struct {
	*sendrate.Pacer
	skew time.Duration
	free time.Time // when it can send the next message
}

func newAccount(q sendrate.Quota) *account { return &account{table: &table{}, quota: q, now: noon} }

func (h *account) worker(skew time.Duration) *worker {
	return &worker{skew: skew, free: h.now, Pacer: &sendrate.Pacer{
		Store: h.table,
		Quota: func(context.Context) (sendrate.Quota, error) {
			h.reads++
			return h.quota, h.failed
		},
		Now: func() time.Time { return h.now.Add(skew) },
		By: func() string {
			h.names++
			if h.same {
				return "me"
			}
			return strconv.Itoa(h.names)
		},
	}}
}

// use is one message that SES received.
type use struct {
	at     time.Time // the true time
	permit sendrate.Permit
	class  shop.Class
}

// play lets the workers send as fast as they are allowed for the given time:
// mix returns each message's class, work how long a message takes. It returns
// the messages that SES received, and the longest wait of a service message.
func (h *account) play(t interface{ Fatal(...any) }, all []*worker, length time.Duration, r *rand.Rand, mix func() shop.Class, work func() time.Duration) (uses []use, waited time.Duration) {
	for end := h.now.Add(length); ; {
		c := slices.MinFunc(all, func(a, b *worker) int { return a.free.Compare(b.free) })
		if c.free.After(end) {
			slices.SortFunc(uses, func(a, b use) int { return a.at.Compare(b.at) })
			return uses, waited
		}
		h.now = c.free
		class := mix()
		m, err := c.Take(context.Background(), class)
		if full := (*sendrate.Full)(nil); errors.As(err, &full) {
			c.free = h.now.Add(time.Duration(1 + r.IntN(int(time.Second))))
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		at := h.now
		if mine := m.At.Add(-c.skew); mine.After(at) {
			at = mine
		}
		if sendrate.Transactional(class) {
			waited = max(waited, at.Sub(h.now))
		}
		h.quota.Sent++
		uses = append(uses, use{at, m, class})
		c.free = at.Add(work())
	}
}

// faults returns the violations in the messages that SES received, for an
// account with that send rate and clocks that differ by skew at most.
func faults(uses []use, perSecond float64, skew time.Duration) (found []string) {
	given := map[sendrate.Permit]bool{}
	for _, u := range uses {
		if given[u.permit] {
			found = append(found, fmt.Sprintf("the permit %v was given twice", u.permit))
		}
		given[u.permit] = true
	}
	for _, promotions := range []bool{true, false} {
		var at []time.Time
		part := 1.0
		if promotions {
			part = 0.8
		}
		for _, u := range uses {
			if !promotions || !sendrate.Transactional(u.class) {
				at = append(at, u.at)
			}
		}
		const window = 10 * time.Second
		most := int(perSecond*part*(window+sendrate.Keep+2*skew).Seconds()) + 2
		for from, to := 0, 0; from < len(at); from++ {
			for to < len(at) && at[to].Sub(at[from]) < window {
				to++
			}
			if to-from > most {
				found = append(found, fmt.Sprintf("%d messages in %s, want at most %d (promotions only: %t)", to-from, window, most, promotions))
				break
			}
		}
	}
	return found
}
