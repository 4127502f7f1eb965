package dispatch

import (
	"context"
	"log/slog"
	"time"

	"regulars/shared/breaker"
	"regulars/shared/claim"
	"regulars/shared/decide"
	"regulars/shared/ses"
	"regulars/shared/shop"
)

// This file is about the brakes (docs/decisions/0017). Those that are on hold a
// message where it is decided; here is what a send itself tells and tries.

// Brakes gives the brakes that are on; [policycache.Cache] does.
type Breakers interface {
	Breakers(context.Context) (breaker.Now, error) // at most a minute old
	ForgetBreakers()                               // they have changed
}

func (r *Reader) breakers(ctx context.Context) (breaker.Now, error) {
	if r.Breakers == nil {
		return breaker.Now{}, nil
	}
	return r.Breakers.Breakers(ctx)
}

// probe asks, while SES takes nothing from the account, whether this message may
// try again; where another does, it makes a wait of the decision.
func (s *sending) probe(ctx context.Context, d *decide.Decision) error {
	if s.rules.Breakers.Pause == nil || s.Breaker == nil || s.probes {
		return nil
	}
	defer s.Reader.Breakers.ForgetBreakers()
	may, until, err := s.Breaker.Probe(ctx)
	s.probes = may && err == nil // and stays so, should its claim be beaten: else every try were used up before SES is asked
	if err == nil && !may {
		if soon := s.Now().Add(2 * time.Minute); until.After(soon) { // by then it is known
			until = soon
		}
		s.putOff(d, claim.Reason{Code: "ses:paused", Text: "SES takes nothing from the account; another message tries whether it does again"}, until)
	}
	return err
}

// lift ends a pause: SES took a message that was decided during it.
func (s *sending) lift(ctx context.Context) {
	if s.rules.Breakers.Pause == nil || s.Breaker == nil {
		return
	}
	if err := s.Breaker.Lift(ctx); err != nil { // the next probe lifts it
		slog.ErrorContext(ctx, "SES takes messages again, and the others do not know", "err", err)
	}
	s.Reader.Breakers.ForgetBreakers()
}

// paused holds everything, and returns how long the message itself is to wait.
func (s *sending) paused(ctx context.Context, wait *ses.Wait) time.Duration {
	if s.Breaker == nil || s.Reader.Breakers == nil {
		return waitAccount
	}
	until, err := s.Breaker.Paused(ctx, wait.Code)
	if err != nil {
		slog.ErrorContext(ctx, "SES takes nothing from the account, and the others do not know", "code", wait.Code, "err", err)
		return waitAccount
	}
	s.Reader.Breakers.ForgetBreakers()
	return max(time.Minute, until.Sub(s.Now()))
}

// rejected counts a message that SES refused for what it is.
func (s *sending) rejected(ctx context.Context, refused *ses.Refused) {
	if s.Breaker == nil || refused.Code != "MessageRejected" {
		return
	}
	err := s.Breaker.Add(ctx, map[shop.CampaignID]breaker.Counts{s.intent.Campaign: {Rejected: 1}})
	if err != nil {
		slog.ErrorContext(ctx, "a refusal was not counted for the brakes", "campaign", s.intent.Campaign, "err", err)
	}
}
