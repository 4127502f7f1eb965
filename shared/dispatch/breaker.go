package dispatch

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"regulars/shared/breaker"
	"regulars/shared/claim"
	"regulars/shared/ses"
	"regulars/shared/shop"
)

// This file counts for the breakers, and notices when SES pauses the account
// and when it takes messages again (docs/decisions/0017). Package decide holds
// the messages for which a breaker has tripped.

// Breakers returns the tripped breakers; [policycache.Cache] does.
type Breakers interface {
	Breakers(context.Context) (breaker.Now, error) // at most seconds old
	ForgetBreakers()                               // they changed: read them again at the next call
}

func (r *Reader) breakers(ctx context.Context) (breaker.Now, error) {
	if r.Breakers == nil {
		return breaker.Now{}, nil
	}
	return r.Breakers.Breakers(ctx)
}

// lookForHalt reads again which campaigns persons have stopped, because a round
// can come long after the intent was taken: it waits for its permit. The breakers
// stay as they were: a message that may probe a paused account keeps that right.
func (w *work) lookForHalt(ctx context.Context) error {
	now, err := w.Reader.breakers(ctx)
	if err == nil {
		w.config.Breakers.Halts = now.Halts
	}
	return err
}

// probe checks, while SES takes nothing from the account, whether this message
// may try again. If another message tries, it turns the decision into a wait.
func (w *work) probe(ctx context.Context, d decided) (decided, error) {
	if w.config.Breakers.Pause == nil || w.Breaker == nil || w.permit.probe {
		return d, nil
	}
	defer w.Reader.Breakers.ForgetBreakers()
	may, until, err := w.Breaker.Probe(ctx)
	if err != nil { // without its chain: a conflict about the pause does not make the decision out of date, so run must not repeat it
		return d, errors.New("ask whether this message may probe the paused account: " + err.Error())
	}
	w.permit.probe = may // it keeps the right if its claim is refused: a second call of Probe would find it used up
	if !may {
		if soon := w.Now().Add(2 * time.Minute); until.After(soon) { // by then the other message has its answer
			until = soon
		}
		d = w.postpone(d, claim.Reason{Code: "ses:paused", Text: "SES takes nothing from the account; another message tries whether it does again"}, until)
	}
	return d, nil
}

// endPause ends a pause, because SES took a message that was decided during it.
func (w *work) endPause(ctx context.Context) {
	if w.config.Breakers.Pause == nil || w.Breaker == nil {
		return
	}
	if err := w.Breaker.Lift(ctx); err != nil { // the next probe lifts it
		slog.ErrorContext(ctx, "SES takes messages again, but the end of the pause was not stored", "err", err)
	}
	w.Reader.Breakers.ForgetBreakers()
}

// pauseAccount makes all messages wait, and returns how long this one waits.
func (w *work) pauseAccount(ctx context.Context, wait *ses.Wait) time.Duration {
	if w.Breaker == nil || w.Reader.Breakers == nil {
		return waitAccount
	}
	until, err := w.Breaker.Paused(ctx, wait.Code)
	if err != nil {
		slog.ErrorContext(ctx, "SES takes nothing from the account, but the pause was not stored; other functions go on calling SES", "code", wait.Code, "err", err)
		return waitAccount
	}
	w.Reader.Breakers.ForgetBreakers()
	return max(time.Minute, until.Sub(w.Now()))
}

// countRejected counts a message that SES rejected because of its content.
func (w *work) countRejected(ctx context.Context, refused *ses.Refused) {
	if w.Breaker == nil || refused.Code != "MessageRejected" {
		return
	}
	err := w.Breaker.Add(ctx, map[shop.CampaignID]breaker.Counts{w.intent.Campaign: {Rejected: 1}})
	if err != nil {
		slog.ErrorContext(ctx, "a message that SES rejected was not counted for the breakers", "campaign", w.intent.Campaign, "err", err)
	}
}
