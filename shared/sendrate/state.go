package sendrate

import (
	"math"
	"time"

	"regulars/shared/shop"
)

const (
	// Horizon is how far ahead permits are reserved. A message that would wait
	// longer does not wait in a running function.
	Horizon = 5 * time.Second

	// Keep is how long after its time a permit may still be used. It covers the
	// time to decide and claim, and a slow worker.
	Keep = 2 * time.Second

	// Window is the time in which the pace is halved at most once, and after
	// which it grows by a tenth.
	Window = 10 * time.Second

	// Fresh is how old the known quota may be before it is read from SES again.
	Fresh = time.Minute

	fullPace  = 1000 // in thousandths
	leastPace = fullPace / 16
	growth    = fullPace / 10

	atMost   = 32                     // permits in one block
	stretch  = 250 * time.Millisecond // of a lane that one block may take, so that other workers get permits too
	astray   = 2 * time.Minute        // a next permit further ahead than this was written by a wrong clock
	perShard = 100.0                  // messages a second of one shard, which take some 20 writes a second
	openPart = 0.8                    // of the rate and of the day's quota, for all classes; the rest is reserved

	// unknown is the rate that is used until the quota was read once: that of a
	// new account.
	unknown = 1.0
)

// Quota is what SES allows the account, as read at a time. A negative PerDay
// means that there is no limit.
type Quota struct {
	PerSecond float64   `json:"per_second,omitempty"` // recipients
	PerDay    float64   `json:"per_day,omitempty"`    // recipients in any 24 hours
	Sent      float64   `json:"sent,omitempty"`       // of them in the last 24 hours
	At        time.Time `json:"at,omitzero"`
}

// State is shared by all functions, or one of the shards of a high rate is. The zero State is that of an account whose
// quota was never read: one message a second.
type State struct {
	Quota     Quota     `json:"quota,omitzero"`
	QuotaRead time.Time `json:"asked,omitzero"` // when a worker last began to read the quota from SES

	// Next is the time of the next free permit of each lane.
	Next [lanes]time.Time `json:"next"`

	Total int64 `json:"total,omitempty"` // permits reserved, ever
	Mark  int64 `json:"mark,omitempty"`  // Total when the quota was read

	Pace   int       `json:"pace,omitempty"` // in thousandths, when it was last halved
	Slowed time.Time `json:"slowed,omitzero"`
	Closed time.Time `json:"closed,omitzero"` // no permits until then: SES answered that the day's quota is used up

	// By is a fresh name for each write. Without it two functions that reserve
	// the same block would write the same bytes, and each would take the
	// other's write for its own.
	By string `json:"by,omitempty"`
}

// Lane is one of the two parts of the account's send rate.
type Lane int

const (
	OpenLane     Lane = iota // four fifths, for all classes
	ReservedLane             // one fifth, for transactional messages
	lanes
)

// Transactional reports whether messages of the class may use the whole quota.
func Transactional(class shop.Class) bool {
	return class.Rank() <= shop.ClassRecovery.Rank()
}

// Block is several permits of a lane, at equal distances in time.
type Block struct {
	Lane  Lane
	First time.Time
	Every time.Duration
	Count int
}

// Full means that no permit is free, and says when to try again.
type Full struct {
	Code  string    // "rate", or "quota:day"
	Text  string    // in plain words
	Again time.Time // when to try again
}

func (f *Full) Error() string { return f.Text }

// Reserve returns a block of up to want permits for messages of one class, and
// the state to store; the permits are reserved only once it is stored. The
// block has at least one permit, whose time is at most [Horizon] ahead;
// otherwise Reserve fails with [*Full].
func (s State) Reserve(now time.Time, class shop.Class, want int) (Block, State, error) {
	left := s.leftToday(class)
	if s.Closed.After(now) {
		left = 0
	}
	if left < 1 {
		return Block{}, s, &Full{Code: "quota:day", Text: "the account's quota of 24 hours is used up, or its rest is reserved for transactional messages", Again: now.Add(time.Hour)}
	}
	lane := s.lane(now, class)
	every := s.distance(now, lane)
	first := s.free(now, lane)
	if first.Sub(now) > Horizon {
		return Block{}, s, &Full{Code: "rate", Text: "more messages are ready than the account may send in a second", Again: now.Add(time.Minute)}
	}
	b := Block{Lane: lane, First: first, Every: every, Count: max(1, min(want, atMost, int(stretch/every), left))}
	s.Next[lane] = first.Add(time.Duration(b.Count) * every)
	s.Total += int64(b.Count)
	return b, s, nil
}

// lane returns the lane that has the earliest permit for a message of the
// class.
func (s State) lane(now time.Time, class shop.Class) Lane {
	if Transactional(class) && !s.free(now, OpenLane).Before(s.free(now, ReservedLane)) {
		return ReservedLane
	}
	return OpenLane
}

// free returns the time of the lane's next free permit, now or later.
func (s State) free(now time.Time, lane Lane) time.Time {
	if next := s.Next[lane]; next.After(now) && next.Sub(now) <= astray {
		return next
	}
	return now
}

// distance returns the time between two permits of the lane, at the current
// pace.
func (s State) distance(now time.Time, lane Lane) time.Duration {
	part := openPart
	if lane == ReservedLane {
		part = 1 - openPart
	}
	return time.Duration(float64(s.shards()) * float64(time.Second) / (s.perSecond() * part * float64(s.pace(now)) / fullPace))
}

// shards returns among how many states the rate is divided evenly. The worker of one
// knows of the others only that they are there.
func (s State) shards() int { return max(1, int(math.Ceil(s.perSecond()/perShard))) }

func (s State) perSecond() float64 {
	if s.Quota.PerSecond <= 0 {
		return unknown
	}
	return s.Quota.PerSecond
}

// leftToday returns how many more messages of the class the day's quota allows,
// at most [atMost], according to the last known quota.
func (s State) leftToday(class shop.Class) int {
	if s.Quota.PerDay <= 0 { // unlimited, or not known yet
		return atMost
	}
	part := 1.0
	if !Transactional(class) {
		part = openPart
	}
	return int(max(0, min(atMost, s.Quota.PerDay*part-s.Quota.Sent-float64(s.shards())*float64(s.Total-s.Mark))))
}

// pace returns the pace in thousandths of the full one.
func (s State) pace(now time.Time) int {
	windows := now.Sub(s.Slowed) / Window
	if windows < 0 || windows >= fullPace/growth {
		return fullPace
	}
	return min(fullPace, s.Pace+int(windows)*growth)
}

// SlowDown halves the pace. It returns false if the pace was halved less than a
// [Window] ago.
func (s State) SlowDown(now time.Time) (State, bool) {
	if since := now.Sub(s.Slowed); since >= 0 && since < Window {
		return s, false
	}
	s.Pace, s.Slowed = max(leastPace, s.pace(now)/2), now
	return s, true
}

// Close stops all reservations for ten minutes, because SES answered that the
// day's quota is used up. It returns false if they are stopped already.
func (s State) Close(now time.Time) (State, bool) {
	if s.Closed.After(now) {
		return s, false
	}
	s.Closed = now.Add(10 * time.Minute)
	return s, true
}

// QuotaDue reports whether the quota has to be read from SES, and returns the state
// to store. The worker that stores it reads the quota.
func (s State) QuotaDue(now time.Time) (State, bool) {
	wait := Fresh
	if s.Quota.PerSecond <= 0 { // the last reader may have died, and all functions are slow until the quota is known
		wait = Horizon
	}
	if age := now.Sub(s.QuotaRead); age >= 0 && age < wait {
		return s, false
	}
	s.QuotaRead = now
	return s, true
}

// WithQuota returns the state with the quota that SES returned. mark is the
// Total before that call. A quota older than the known one changes nothing.
func (s State) WithQuota(q Quota, mark int64) State {
	if q.At.After(s.Quota.At) {
		s.Quota, s.Mark = q, mark
	}
	return s
}

// PerMinute returns how many marketing messages the account can send in a
// minute; at least 1.
func (s State) PerMinute(now time.Time) int {
	if s.Closed.After(now) || s.leftToday(shop.ClassPromotion) == 0 {
		return 1
	}
	return max(1, s.shards()*int(time.Minute/s.distance(now, OpenLane)))
}
