package ses

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// account is the part of the SES account that calls can change.
type account struct {
	Paused            bool     `json:"paused"`
	Suspended         bool     `json:"suspended"`          // by AWS; set by Suspend
	SuppressedReasons []string `json:"suppressed_reasons"` // feedback for which SES adds an address to the list
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

// Suspend shuts the account down as AWS does, or ends that. The SES API has no
// such operation.
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

// maySend returns a refusal if the state of the account or of the configuration
// set forbids sending. The caller holds mu.
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

// spend uses n recipients of the send rate and of the daily quota, or returns a
// refusal. The caller holds mu.
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

// bucket is a token bucket with the tokens of one second, because SES allows
// short bursts.
type bucket struct {
	mu     sync.Mutex
	rate   float64 // tokens a second, and the most that the bucket holds
	tokens float64
	at     time.Time
}

func newBucket(rate float64) *bucket { return &bucket{rate: rate, tokens: max(rate, 1)} }

// take takes n tokens, or none if there are too few, and reports which. If n is
// more than the bucket holds, a full bucket is enough, so that a message to
// many recipients is not refused for ever.
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
