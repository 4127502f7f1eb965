package ses

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// account is the part of the account that its owner can switch.
type account struct {
	Paused            bool     `json:"paused"`
	Suspended         bool     `json:"suspended"`          // by AWS; set by Suspend
	SuppressedReasons []string `json:"suppressed_reasons"` // which feedback puts an address on the list
}

func (s *Server) getAccount(*http.Request, string) (any, error) {
	sent, err := s.store.sentSince(s.cfg.Now().Add(-24 * time.Hour))
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	enforcement := "HEALTHY"
	if s.account.Suspended {
		enforcement = "SHUTDOWN"
	}
	return map[string]any{
		"DedicatedIpAutoWarmupEnabled": false,
		"EnforcementStatus":            enforcement,
		"ProductionAccessEnabled":      !s.cfg.Sandbox,
		"SendQuota": map[string]any{
			"Max24HourSend": s.cfg.Max24HourSend, "MaxSendRate": s.cfg.MaxSendRate, "SentLast24Hours": float64(sent),
		},
		"SendingEnabled":        !s.account.Paused && !s.account.Suspended,
		"SuppressionAttributes": map[string]any{"SuppressedReasons": s.account.SuppressedReasons},
	}, nil
}

func (s *Server) putAccountSending(r *http.Request, _ string) (any, error) {
	var in struct{ SendingEnabled bool }
	if err := decode(r, 1<<16, &in); err != nil {
		return nil, err
	}
	return struct{}{}, s.change(func(a *account) { a.Paused = !in.SendingEnabled })
}

func (s *Server) putAccountSuppression(r *http.Request, _ string) (any, error) {
	var in struct{ SuppressedReasons []string }
	if err := decode(r, 1<<16, &in); err != nil {
		return nil, err
	}
	for _, reason := range in.SuppressedReasons {
		if reason != "BOUNCE" && reason != "COMPLAINT" {
			return nil, badEnum("suppressedReasons", reason, "[BOUNCE, COMPLAINT]")
		}
	}
	return struct{}{}, s.change(func(a *account) { a.SuppressedReasons = in.SuppressedReasons })
}

// Suspend makes the account one that AWS has shut down, or gives it back. SES
// has no operation for it.
func (s *Server) Suspend(suspended bool) error {
	return s.change(func(a *account) { a.Suspended = suspended })
}

func (s *Server) change(edit func(*account)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.account
	edit(&next)
	if err := s.store.putAccount(next); err != nil {
		return err
	}
	s.account = next
	return nil
}

// maySend refuses what the state of the account forbids. The caller holds mu.
func (s *Server) maySend(set ConfigurationSet) error {
	switch {
	case s.account.Suspended:
		return &refusal{
			http.StatusBadRequest, "AccountSuspendedException",
			"Sending suspended for this account. For more information, please check the inbox of the email address associated with your AWS account.",
		}
	case s.account.Paused:
		return &refusal{http.StatusBadRequest, "SendingPausedException", "Email sending is disabled for this account."}
	case set.SendingDisabled:
		return &refusal{
			http.StatusBadRequest, "SendingPausedException",
			"Email sending is disabled for the configuration set <" + set.Name + ">.",
		}
	}
	return nil
}

// spend takes n recipients from the rate and from the daily quota. The caller
// holds mu.
func (s *Server) spend(now time.Time, n int) error {
	sent, err := s.store.sentSince(now.Add(-24 * time.Hour))
	if err != nil {
		return err
	}
	if float64(sent+n) > s.cfg.Max24HourSend {
		return &refusal{http.StatusBadRequest, "LimitExceededException", "Daily message quota exceeded."}
	}
	if !s.rate.take(now, float64(n)) {
		return &refusal{http.StatusTooManyRequests, "TooManyRequestsException", "Maximum sending rate exceeded."}
	}
	return nil
}

// bucket is a token bucket that holds one second's worth, as SES allows short
// bursts.
type bucket struct {
	mu     sync.Mutex
	rate   float64 // tokens a second, and the most that it holds
	tokens float64
	at     time.Time
}

func newBucket(rate float64) *bucket { return &bucket{rate: rate, tokens: max(rate, 1)} }

// take takes n tokens, or none where there are too few. More than the bucket
// can hold is taken when it is full, so that a message to many is not refused
// for ever.
func (b *bucket) take(now time.Time, n float64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	full := max(b.rate, 1)
	if !b.at.IsZero() {
		b.tokens = min(full, b.tokens+b.rate*max(0, now.Sub(b.at).Seconds()))
	}
	b.at = now
	if b.tokens < min(n, full) {
		return false
	}
	b.tokens -= n
	return true
}

func badEnum(field, value, allowed string) *refusal {
	return bad("1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: Member must satisfy enum value set: %s",
		strings.ToValidUTF8(value, "?"), field, allowed)
}
