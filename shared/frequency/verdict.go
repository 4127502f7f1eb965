package frequency

import "time"

// Verdict says whether a message may be sent, and if not, when and why.
type Verdict struct {
	Allowed bool

	// At is the earliest time at which the message may be sent, as far as is known:
	// the time that was passed to Check if Allowed, else a later whole minute. Zero
	// means never.
	At time.Time

	// Code is the reason, empty if Allowed: "cap:" and the cap's name, "cap-zero",
	// "gap", "quiet-hours", "paused" or "own-limit". Of several reasons it is the
	// one that lasts longest.
	Code string

	Text string // why, in plain words; never an address, name or code
}

// Codes of [Verdict]. A cap's is CodeCap followed by the cap's name.
const (
	CodeCap     = "cap:"
	CodeCapZero = "cap-zero"
	CodeGap     = "gap"
	CodeQuiet   = "quiet-hours"
	CodePaused  = "paused"
	CodeOwn     = "own-limit"
)
