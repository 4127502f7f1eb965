package sendrate

import (
	"time"

	"regulars/shared/shop"
)

const (
	// Horizon is how far ahead moments are leased: a message that would have to
	// wait longer does not wait in a running function.
	Horizon = 5 * time.Second

	// Keep is how long after its moment a leased one may still be used. It is the
	// time that deciding, claiming and a container's own slowness may take.
	Keep = 2 * time.Second

	// Window is the time in which the pace is halved at most once, and after
	// which it grows by a tenth.
	Window = 10 * time.Second

	// Fresh is how old what SES said of the quota may be before it is asked again.
	Fresh = time.Minute

	fullPace  = 1000 // in thousandths
	leastPace = fullPace / 16
	growth    = fullPace / 10

	atMost   = 32                     // moments in one lease
	stretch  = 250 * time.Millisecond // of a lane that one lease may take: others want their turn
	astray   = 2 * time.Minute        // a next moment further ahead than this was written by a clock that is wrong
	openPart = 0.8                    // of the rate and of the day, for everything; the rest is kept

	// unknown is the rate of a new account, where SES was never asked with success.
	unknown = 1.0
)

// Quota is what SES allows the account, as it said at a time. A negative PerDay
// means that there is no limit.
type Quota struct {
	PerSecond float64   `json:"per_second,omitempty"` // recipients
	PerDay    float64   `json:"per_day,omitempty"`    // recipients in any 24 hours
	Sent      float64   `json:"sent,omitempty"`       // of them in the last 24 hours
	At        time.Time `json:"at,omitzero"`
}

// State is what all functions share. The zero State is that of an account that
// nobody asked SES about: one message a second.
type State struct {
	Quota Quota     `json:"quota,omitzero"`
	Asked time.Time `json:"asked,omitzero"` // when someone last set out to ask SES for the quota

	// Next is the next moment of each lane that nobody has.
	Next [lanes]time.Time `json:"next"`

	Total int64 `json:"total,omitempty"` // moments leased, ever
	Mark  int64 `json:"mark,omitempty"`  // of them before the quota was read

	Pace   int       `json:"pace,omitempty"` // in thousandths, when it was last halved
	Slowed time.Time `json:"slowed,omitzero"`
	Closed time.Time `json:"closed,omitzero"` // until then: SES said that the day's quota is used up

	// By is a fresh name for each write. Without it two functions that lease
	// alike would write the same bytes, and each would take the other's write
	// for its own.
	By string `json:"by,omitempty"`
}

// Lane is one of the two that share the account's rate.
type Lane int

const (
	OpenLane     Lane = iota // four fifths, for everything
	ReservedLane             // one fifth, for what customers need to know
	lanes
)

// Needed reports whether messages of the class may use the whole quota.
func Transactional(class shop.Class) bool {
	return class.Rank() <= shop.ClassRecovery.Rank()
}

// Lease is some moments of a lane, at equal distances.
type Block struct {
	Lane  Lane
	First time.Time
	Every time.Duration
	Count int
}

// Full says that no moment may be had now, and when to ask again.
type Full struct {
	Code  string    // "rate", or "quota:day"
	Text  string    // in plain words
	Again time.Time // when it is worth asking again
}

func (f *Full) Error() string { return f.Text }

// Lease gives away up to want moments to messages of one class, and returns the
// state to be stored: only then are they leased. It gives at least one, or none
// and fails with [*Full]; the first may lie up to [Horizon] ahead.
func (s State) Reserve(now time.Time, class shop.Class, want int) (Block, State, error) {
	left := s.leftToday(class)
	if s.Closed.After(now) {
		left = 0
	}
	if left < 1 {
		return Block{}, s, &Full{Code: "quota:day", Text: "the account's messages of 24 hours are used up, or kept for what customers need to know", Again: now.Add(time.Hour)}
	}
	lane := s.lane(now, class)
	every := s.distance(now, lane)
	first := s.free(now, lane)
	if first.Sub(now) > Horizon {
		return Block{}, s, &Full{Code: "rate", Text: "more messages want to go than the account may send a second", Again: now.Add(time.Minute)}
	}
	l := Block{Lane: lane, First: first, Every: every, Count: max(1, min(want, atMost, int(stretch/every), left))}
	s.Next[lane] = first.Add(time.Duration(l.Count) * every)
	s.Total += int64(l.Count)
	return l, s, nil
}

// lane returns the lane on which a message of the class goes first.
func (s State) lane(now time.Time, class shop.Class) Lane {
	if Transactional(class) && !s.free(now, OpenLane).Before(s.free(now, ReservedLane)) {
		return ReservedLane
	}
	return OpenLane
}

// free returns the lane's next free moment, from now on.
func (s State) free(now time.Time, lane Lane) time.Time {
	if next := s.Next[lane]; next.After(now) && next.Sub(now) <= astray {
		return next
	}
	return now
}

// distance returns the time between two moments of the lane, at today's pace.
func (s State) distance(now time.Time, lane Lane) time.Duration {
	part := openPart
	if lane == ReservedLane {
		part = 1 - openPart
	}
	return time.Duration(float64(time.Second) / (s.perSecond() * part * float64(s.pace(now)) / fullPace))
}

func (s State) perSecond() float64 {
	if s.Quota.PerSecond <= 0 {
		return unknown
	}
	return s.Quota.PerSecond
}

// leftToday returns how many more messages of the class the day's quota allows,
// as far as is known.
func (s State) leftToday(class shop.Class) int {
	if s.Quota.PerDay <= 0 { // unlimited, or not known yet
		return atMost
	}
	part := 1.0
	if !Transactional(class) {
		part = openPart
	}
	return int(max(0, min(atMost, s.Quota.PerDay*part-s.Quota.Sent-float64(s.Total-s.Mark))))
}

// pace returns the pace in thousandths of the full one.
func (s State) pace(now time.Time) int {
	windows := now.Sub(s.Slowed) / Window
	if windows < 0 || windows >= fullPace/growth {
		return fullPace
	}
	return min(fullPace, s.Pace+int(windows)*growth)
}

// SlowDown halves the pace, where it was not halved in this window already.
func (s State) SlowDown(now time.Time) (State, bool) {
	if since := now.Sub(s.Slowed); since >= 0 && since < Window {
		return s, false
	}
	s.Pace, s.Slowed = max(leastPace, s.pace(now)/2), now
	return s, true
}

// Close stops every lease for ten minutes: SES said that the day's quota is used
// up. It reports false where that is known.
func (s State) Close(now time.Time) (State, bool) {
	if s.Closed.After(now) {
		return s, false
	}
	s.Closed = now.Add(10 * time.Minute)
	return s, true
}

// Ask reports whether SES has to be asked for the quota, and returns the state
// that says who does: whoever stores it.
func (s State) Ask(now time.Time) (State, bool) {
	wait := Fresh
	if s.Quota.PerSecond <= 0 { // who asked last may have died with the answer, and until there is one everybody crawls
		wait = Horizon
	}
	if age := now.Sub(s.Asked); age >= 0 && age < wait {
		return s, false
	}
	s.Asked = now
	return s, true
}

// WithQuota takes what SES said. mark is the Total of before it was asked; an
// answer that is older than the one that is known changes nothing.
func (s State) WithQuota(q Quota, mark int64) State {
	if q.At.After(s.Quota.At) {
		s.Quota, s.Mark = q, mark
	}
	return s
}

// PerMinute returns how many messages that may wait, such as promotions, the
// account can send in a minute; it is 1 at least.
func (s State) PerMinute(now time.Time) int {
	if s.Closed.After(now) || s.leftToday(shop.ClassPromotion) == 0 {
		return 1
	}
	return max(1, int(time.Minute/s.distance(now, OpenLane)))
}
