package world

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"regulars/infra/proof/simulate/judge"
	"regulars/shared/decide"
	"regulars/shared/ses"
	"regulars/shared/shop"
)

// mail is the part of a SendEmail request that the simulation reads.
type mail struct {
	Destination struct{ ToAddresses []string }
	EmailTags   []struct{ Name, Value string }
	Content     struct {
		Simple struct {
			Body struct {
				Text struct{ Data string }
			}
		}
	}
}

func (m mail) tag(name string) string {
	for _, t := range m.EmailTags {
		if t.Name == name {
			return t.Value
		}
	}
	return ""
}

var code = regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{5}`)

// sesHTTP is SES behind the SDK's HTTP client, shared by all worlds: the request's
// context leads to the task, and so to the world.
type sesHTTP struct{ worldOf func(context.Context) *worker }

// newSESClient returns the production SES adapter in front of the simulated SES.
func newSESClient() *ses.Client {
	return ses.New(aws.Config{
		Region: "us-east-1", Credentials: credentials.NewStaticCredentialsProvider("simulated", "simulated", ""), HTTPClient: sesHTTP{workerOf},
	}, "regulars", "The Shop <shop@example.com>")
}

// hang is how long SES stays silent if it hangs: the adapter's timeout.
const hang = ses.Timeout

// Do answers one call.
func (s sesHTTP) Do(req *http.Request) (*http.Response, error) {
	t := s.worldOf(req.Context())
	if req.Method == http.MethodGet {
		return t.getAccount(req)
	}
	return t.sendEmail(req)
}

// getAccount answers one GetAccount.
func (t *worker) getAccount(req *http.Request) (*http.Response, error) {
	w := t.world
	fault, kill := w.chance("store"), w.killing() // as often as a store call; the family "ses" is for messages
	t.Wait(w.latency())
	if kill != NoFault {
		t.die("GetAccount", "", kill)
	}
	w.step(t.name, "GetAccount", "", fault, "")
	switch fault {
	case NoFault, StoreConflict:
		return reply(req, http.StatusOK, fmt.Sprintf(`{"SendQuota":{"MaxSendRate":%d,"Max24HourSend":50000,"SentLast24Hours":%d}}`, w.account.perSecond, len(w.account.taken))), nil
	case StoreThrottled:
		return answer(req, http.StatusTooManyRequests, "TooManyRequestsException", "slow down"), nil
	}
	return nil, errLost
}

// sendEmail answers one SendEmail.
func (t *worker) sendEmail(req *http.Request) (*http.Response, error) {
	w := t.world
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	var m mail
	if err := json.Unmarshal(body, &m); err != nil {
		return nil, fmt.Errorf("the simulation cannot read a SendEmail request: %w", err)
	}
	key := m.tag("campaign") + "/" + short(m.tag("send_id")) + "#" + m.tag("attempt")
	fault, kill := w.chance("ses"), w.killing()
	if fault == NoFault && !w.account.room(w.clock.Now()) {
		fault = SESBusy
	}
	say := func(answer string) { w.step(t.name, "SendEmail", key, fault, answer) }

	t.Wait(w.latency())
	switch kill {
	case KilledBefore:
		t.die("SendEmail", key, kill)
	case KilledBetween:
		w.clock.After(w.between(0, hang), func() { w.accept(m, "late") })
		t.die("SendEmail", key, kill)
	}
	switch fault {
	case SESBusy:
		say("429")
		return answer(req, http.StatusTooManyRequests, "TooManyRequestsException", "slow down"), nil
	case SESPaused:
		say("400")
		return answer(req, http.StatusBadRequest, "SendingPausedException", "paused"), nil
	case SESRejected:
		say("400")
		return answer(req, http.StatusBadRequest, "MessageRejected", "no"), nil
	case SESBroken:
		say("500")
		return answer(req, http.StatusInternalServerError, "InternalFailure", "oops"), nil
	case SESLostBefore:
		say("lost")
		return nil, errLost
	case SESHungBefore:
		t.Wait(hang)
		say("lost")
		return nil, context.DeadlineExceeded
	case SESHungAfter:
		at := w.between(0, hang)
		w.clock.After(at, func() { w.accept(m, "accepted") })
		t.Wait(hang)
		say("lost")
		return nil, context.DeadlineExceeded
	}
	id, note := w.accept(m, "accepted")
	if kill == KilledAfter {
		t.die("SendEmail", key, kill)
	}
	t.Wait(w.latency())
	switch fault {
	case SESLostAfter:
		say("lost")
		return nil, errLost
	case SESBrokenAfter:
		say("500")
		return answer(req, http.StatusInternalServerError, "InternalFailure", "oops"), nil
	case SESCut:
		say("cut off")
		res := reply(req, http.StatusOK, `{"MessageId":"`)
		return res, nil
	}
	t.answered = append(t.answered, note)
	say("200 " + id)
	return reply(req, http.StatusOK, `{"MessageId":"`+id+`"}`), nil
}

// accept records that SES accepted a message. It returns SES's ID and the index of
// the acceptance.
func (w *World) accept(m mail, how string) (id string, nth int) {
	nth = len(w.history.Accepted)
	id = "ses-" + strconv.Itoa(nth+1)
	attempt, _ := strconv.Atoi(m.tag("attempt"))
	a := judge.Accepted{
		Send: shop.SendID(m.tag("send_id")), Customer: shop.CustomerID(decide.FromTag(m.tag("customer"))),
		Address:  m.Destination.ToAddresses[0],
		Campaign: shop.CampaignID(m.tag("campaign")), Attempt: attempt, At: w.clock.Now(),
		Code: code.FindString(m.Content.Simple.Body.Text.Data),
	}
	a.Funded = a.Code == "" || w.issued(a.Code)
	w.history.Accepted = append(w.history.Accepted, a)
	w.account.took(a.At)
	w.step("ses", how, string(a.Campaign)+"/"+short(string(a.Send))+"#"+strconv.Itoa(attempt), NoFault, id)
	w.report(id, m)
	return id, nth
}

// account is SES's own rate limit.
type account struct {
	perSecond int // 0: none
	taken     []time.Time
}

// room reports whether SES accepts one more message now.
func (a *account) room(now time.Time) bool {
	if a.perSecond == 0 {
		return true
	}
	n := 0
	for _, at := range a.taken {
		if now.Sub(at) < time.Second {
			n++
		}
	}
	return n < a.perSecond
}

func (a *account) took(at time.Time) { a.taken = append(a.taken, at) }

func answer(req *http.Request, status int, code, text string) *http.Response {
	res := reply(req, status, `{"message":"`+text+`"}`)
	res.Header.Set("X-Amzn-ErrorType", code)
	return res
}

func reply(req *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Status: strconv.Itoa(status) + " " + http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Request: req, ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body)),
	}
}
