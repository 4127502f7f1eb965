package shop

import "time"

// Millis returns t in UTC, cut to whole milliseconds: the precision with which
// times are stored and compared. A time that has been stored and read again
// equals the time that was stored.
func Millis(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
