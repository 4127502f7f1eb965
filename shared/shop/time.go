package shop

import (
	"fmt"
	"time"
)

// Millis returns t in UTC, cut to whole milliseconds: the precision with which
// times are stored and compared. A time that has been stored and read again
// equals the time that was stored.
func Millis(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// FormatLength writes a duration as the files of a shop do: "3d", "36h", "90m".
func FormatLength(d time.Duration) string {
	switch {
	case d >= 48*time.Hour && d%(24*time.Hour) == 0:
		return fmt.Sprintf("%dd", d/(24*time.Hour))
	case d >= time.Hour && d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d >= time.Minute && d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return d.String()
}
