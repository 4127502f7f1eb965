package frequency

import "time"

// Verdict is the answer to whether a message may go.
type Verdict struct {
	Allowed bool

	// At is the earliest time at which it may go, by what is known now: the time
	// asked about where Allowed, else a later whole minute. Zero means never.
	At time.Time

	// Rule is a code that can be counted, empty where Allowed: "cap:" and the
	// rule's name, "cap-zero", "gap", "quiet-hours", "paused" or "own-limit".
	// Where several hold it back now, the one that does so longest.
	Rule string

	Text string // why, in plain words; never an address, name or code
}

// Codes of [Verdict]. A cap's is CodeCap followed by the rule's name.
const (
	CodeCap     = "cap:"
	CodeCapZero = "cap-zero"
	CodeGap     = "gap"
	CodeQuiet   = "quiet-hours"
	CodePaused  = "paused"
	CodeOwn     = "own-limit"
)
