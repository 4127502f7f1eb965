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

// table is the shared state in memory, with revisions as dynamo has them: a hash
// of the content, so that a write of what is stored already counts as made.
type table struct {
	mu     sync.Mutex
	body   []byte
	writes int
	reads  int
	blind  bool // planted: it writes over whatever is there
	broken error
}

func revision(body []byte) string {
	if body == nil {
		return ""
	}
	sum := sha256.Sum256(body)
	return string(sum[:12])
}

func (s *table) SendRate(context.Context) (sendrate.State, string, error) {
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

func (s *table) SaveSendRate(_ context.Context, next sendrate.State, rev string) (sendrate.State, string, bool, error) {
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

// house is an account's containers, each with a clock of its own.
type house struct {
	table  *table
	quota  sendrate.Quota
	now    time.Time // as it is
	asked  int
	names  int
	same   bool // planted: all writes have the same name
	failed error
}

type container struct {
	*sendrate.Pacer
	skew time.Duration
	free time.Time // when it has done what it does
}

func newHouse(q sendrate.Quota) *house { return &house{table: &table{}, quota: q, now: noon} }

func (h *house) container(skew time.Duration) *container {
	return &container{skew: skew, free: h.now, Pacer: &sendrate.Pacer{
		Store: h.table,
		Quota: func(context.Context) (sendrate.Quota, error) {
			h.asked++
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

// use is one message that SES saw.
type use struct {
	at     time.Time // as it is
	moment sendrate.Permit
	class  shop.Class
}

// play lets the containers send as fast as they may for a while: mix gives each
// message's class, work how long a message takes. It returns what SES saw, and
// for how long service messages waited at most.
func (h *house) play(t interface{ Fatal(...any) }, all []*container, length time.Duration, r *rand.Rand, mix func() shop.Class, work func() time.Duration) (uses []use, waited time.Duration) {
	for end := h.now.Add(length); ; {
		c := slices.MinFunc(all, func(a, b *container) int { return a.free.Compare(b.free) })
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

// faults returns what is wrong with what SES saw of an account that may send so
// many a second, by clocks that differ by skew at most.
func faults(uses []use, perSecond float64, skew time.Duration) (found []string) {
	given := map[sendrate.Permit]bool{}
	for _, u := range uses {
		if given[u.moment] {
			found = append(found, fmt.Sprintf("the moment %v was given twice", u.moment))
		}
		given[u.moment] = true
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
