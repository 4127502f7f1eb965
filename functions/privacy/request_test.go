package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/privacy"
	"regulars/shared/privacyrequest"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

// envelope returns the event of a request, as the preference page puts it on
// privacy's queue.
func envelope(t *testing.T, id shop.EventID, kind privacyrequest.Kind, at time.Time) string {
	t.Helper()
	text, err := json.Marshal(privacyrequest.Event(privacyrequest.Ask{ID: id, Kind: kind, Customer: ann, Source: shop.RequestFromPreferences, At: at}))
	must(t, err)
	return string(text)
}

func TestRequestOfThePreferencePageIsRecordedWithItsDueTime(t *testing.T) {
	f := newFixture(t)
	f.policy.Privacy.AnswerWithinDays = 20
	asked := noon.AddDate(0, 0, -3)
	if !f.deliver(envelope(t, "page-1", privacyrequest.Export, asked)) {
		t.Fatal("the request failed")
	}
	r, _, err := f.store.PrivacyRequest(t.Context(), "page-1")
	must(t, err)
	want := privacyrequest.Request{ID: "page-1", Kind: privacyrequest.Export, Customer: ann, Source: shop.RequestFromPreferences, Received: asked, Due: asked.AddDate(0, 0, 20)}
	if r != want {
		t.Errorf("the record is %+v, want %+v", r, want)
	}
}

func TestRequestThatComesAgainStaysAnswered(t *testing.T) {
	f := newFixture(t)
	f.deliver(envelope(t, "page-1", privacyrequest.Export, noon))
	must(t, privacy.Answer(t.Context(), f.store, "page-1", noon, privacyrequest.ByDocument))
	f.deliver(envelope(t, "page-1", privacyrequest.Export, noon))
	if open, err := privacy.OpenRequests(t.Context(), f.store); err != nil || len(open) != 0 {
		t.Errorf("the open requests are %+v, %v, want none", open, err)
	}
	if n := strings.Count(f.out.String(), "ExportsRequested"); n != 2 { // a metric names itself twice in one line
		t.Errorf("the request was counted %d times, want once", n/2)
	}
}

// An erasure is open until its second pass has ended.
func TestErasureIsOpenUntilItsSecondPassHasEnded(t *testing.T) {
	f := newFixture(t)
	f.fill()
	job := envelope(t, "page-2", privacyrequest.Erase, noon)
	for !strings.Contains(job, `"pass":2`) {
		f.deliver(job)
		job = f.next()
	}
	if r, _, err := f.store.PrivacyRequest(t.Context(), "page-2"); err != nil || !r.Open() {
		t.Errorf("after the first pass the request is %+v, %v, want it open", r, err)
	}
	f.now = f.now.Add(privacy.Settling)
	f.erase(job)
	if r, _, err := f.store.PrivacyRequest(t.Context(), "page-2"); err != nil || r.Means != privacyrequest.ByErasure || r.Source != shop.RequestFromPreferences {
		t.Errorf("after the second pass the request is %+v, %v, want it answered by the erasure", r, err)
	}
}

func TestNightlyCheckCountsOpenRequestsByTheirDaysLeft(t *testing.T) {
	f := newFixture(t)
	for id, due := range map[shop.EventID]time.Duration{"late": 0, "later": -time.Hour, "soon": privacyrequest.Soon, "fine": privacyrequest.Soon + 1} {
		must(t, f.store.SavePrivacyRequest(t.Context(), privacyrequest.Request{ID: id, Kind: privacyrequest.Export, Due: noon.Add(due)}, ""))
	}
	must(t, f.store.SavePrivacyRequest(t.Context(), privacyrequest.Request{ID: "done", Due: noon, Done: noon}, ""))
	_, err := f.Handle(t.Context(), []byte(`{"detail-type":"clock.requests"}`))
	must(t, err)
	for _, want := range []string{`"PrivacyRequestsOpen":4`, `"PrivacyRequestsDueSoon":1`, `"PrivacyRequestsOverdue":2`} {
		if !strings.Contains(f.out.String(), want) {
			t.Errorf("the metrics are %s, want %s", f.out.String(), want)
		}
	}
}

func TestRequestWaitsIfThePolicyCannotBeRead(t *testing.T) {
	f := newFixture(t)
	f.handler.policy = func(context.Context) (shoppolicy.Policy, error) { return shoppolicy.Policy{}, errKilled }
	if f.deliver(envelope(t, "page-1", privacyrequest.Export, noon)) {
		t.Error("the request was acknowledged, want it delivered again")
	}
}

func TestRequestIsRecordedBeforeAPolicyIsPublished(t *testing.T) {
	f := newFixture(t)
	f.handler.policy = func(context.Context) (shoppolicy.Policy, error) { return shoppolicy.Policy{}, dynamo.ErrNotFound }
	f.deliver(envelope(t, "page-1", privacyrequest.Export, noon))
	if r, _, err := f.store.PrivacyRequest(t.Context(), "page-1"); err != nil || r.Due.Sub(r.Received) != privacyrequest.DefaultTerm {
		t.Errorf("the record is %+v, %v, want it due in 30 days", r, err)
	}
}

// The call of preferences gets everything of the customer and of the guest with
// their address; the request is recorded, as answered.
func TestTheCallForACustomersDataIsAnsweredAndRecorded(t *testing.T) {
	f := newFixture(t)
	f.fill()
	call, err := json.Marshal(map[string]privacy.Call{"export": {Request: "export-1", Customer: ann, At: noon}})
	must(t, err)
	answer, err := f.Handle(t.Context(), call)
	must(t, err)
	var documents []privacy.Document
	must(t, json.Unmarshal(answer.(privacy.Reply).Documents, &documents))
	if len(documents) == 0 || documents[0].Customer != ann || documents[0].Profile == nil || len(documents[0].Orders) == 0 {
		t.Errorf("the documents are %+v, want those of %s", documents, ann)
	}
	if r, _, err := f.store.PrivacyRequest(t.Context(), "export-1"); err != nil || r.Open() || r.Means != privacyrequest.ByPage || r.Source != shop.RequestFromPreferences || !r.Received.Equal(noon) {
		t.Errorf("the record is %+v, %v, want it answered by the page", r, err)
	}
	if strings.Contains(f.out.String(), "ExportsRequested") {
		t.Error("an operator is asked for what is answered already")
	}
}
