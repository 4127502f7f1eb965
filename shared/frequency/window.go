package frequency

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Window is the time over which a cap counts: either rolling, of a fixed length,
// or a calendar period of the customer's zone. As text it is "24h", "90m", "7d"
// (of 24 hours each), "day" or "week" (from Monday).
type Window struct {
	Rolling  time.Duration // used if Calendar is empty
	Calendar Calendar
}

// Calendar is a period that begins at midnight.
type Calendar string

const (
	Day  Calendar = "day"
	Week Calendar = "week" // begins on Monday, as in ISO 8601
)

// LongestWindow limits rolling windows, and so the ledger.
const LongestWindow = 366 * 24 * time.Hour

// Rolling returns a window of the given length.
func Rolling(d time.Duration) Window { return Window{Rolling: d} }

// String returns the window as policy files write it.
func (w Window) String() string {
	const day = 24 * time.Hour
	switch {
	case w.Calendar != "":
		return string(w.Calendar)
	case w.Rolling >= day && w.Rolling%day == 0:
		return strconv.Itoa(int(w.Rolling/day)) + "d"
	}
	return w.Rolling.String()
}

// MarshalText writes the window as policy files do.
func (w Window) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// UnmarshalText reads "24h", "7d", "day" or "week". It fails on anything else,
// and on lengths below a minute or above [LongestWindow].
func (w *Window) UnmarshalText(text []byte) error {
	s := strings.TrimSpace(string(text))
	if c := Calendar(s); c == Day || c == Week {
		*w = Window{Calendar: c}
		return nil
	}
	d, err := length(s)
	if err != nil {
		return fmt.Errorf(`window %q: write a length such as "24h" or "7d", or "day" or "week"`, s)
	}
	if d < time.Minute || d > LongestWindow {
		return fmt.Errorf("window %q: it must be at least 1m and at most %s", s, Rolling(LongestWindow))
	}
	*w = Rolling(d)
	return nil
}

func length(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.Atoi(days)
		if err != nil || n < 0 || n > int(LongestWindow/(24*time.Hour)) {
			return 0, fmt.Errorf("%q is not a number of days", days)
		}
		return time.Duration(n) * 24 * time.Hour, nil
	}
	return time.ParseDuration(s)
}

// Clock is a time of day in minutes after midnight, 0 to 1439, written "21:30".
type Clock int

// String returns the time as "21:30".
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

// MarshalText writes the time as "21:30".
func (c Clock) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads "21:30" or "8:00". It fails on anything else; midnight is
// "00:00", not "24:00".
func (c *Clock) UnmarshalText(text []byte) error {
	t, err := time.Parse("15:04", strings.TrimSpace(string(text)))
	if err != nil {
		return fmt.Errorf(`time of day %q: write hours and minutes from "00:00" to "23:59"`, text)
	}
	*c = Clock(t.Hour()*60 + t.Minute())
	return nil
}
