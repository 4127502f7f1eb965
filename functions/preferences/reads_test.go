package main

import (
	"net/http"
	"testing"

	"regulars/shared/frequency"
	"regulars/shared/httpapi/httpapitest"
	"regulars/shared/linktoken"
	"regulars/shared/profile"
	"regulars/shared/shop"
)

// Programs that scan mails follow every link. Ten thousand calls with GET and HEAD,
// of links of every kind that are open, used, broken or nothing, write nothing and
// put nothing on a queue.
func TestTenThousandReadsWriteNothing(t *testing.T) {
	a := openAsking(t)
	record := &queued{}
	a.h.record = record
	a.call("POST", "", "do=data_export")
	a.call("POST", "", "do=data_erase")
	a.store.mailboxes["used"] = a.contact().WithLinkUsed(shop.AskedErasure, a.intent().SendID("test"), a.h.now())
	a.store.profile.SignUp = &profile.SignUp{At: a.h.now(), Send: send, Queued: true, Wordings: map[shop.Topic]string{"news": "Yes."}}
	var paths []string
	for _, purpose := range []linktoken.Purpose{linktoken.Unsubscribe, linktoken.Preferences, linktoken.Confirm, linktoken.Export, linktoken.Erase} {
		for _, to := range []linktoken.Link{
			{Customer: "c1", Send: send, Mailbox: box},
			{Customer: "c1", Send: a.intent().SendID("test"), Mailbox: box},
			{Customer: "c1", Send: a.contact().Links[shop.AskedExport].Send, Mailbox: box},
			{Customer: "c1", Send: send},
			{Customer: "c1", Send: a.intent().SendID("test"), Mailbox: "used"},
			{Customer: shop.SignUpID(box), Send: send, Mailbox: box},
		} {
			to.Purpose, to.Issued = purpose, a.h.now()
			token, err := a.h.links.Seal(to)
			if err != nil {
				t.Fatal(err)
			}
			paths = append(paths, "/"+string(purpose)+"/"+token)
		}
	}
	forms := []string{"List-Unsubscribe=One-Click", "promotions=no", "promotions=yes", said, "do=stop", "do=save&topics=news&pace=weekly&pause=2026-12-24&language=pl&plain=yes", "do=data_export", "do=data_erase"}
	before, mails, shown := a.store.writes, len(a.intents.bodies), 0
	for r := range httpapitest.Reads(10_000, 14, paths, forms) {
		got, err := a.h.Handle(t.Context(), r)
		if err != nil {
			t.Fatalf("%s %q: %v", r.RequestContext.HTTP.Method, r.RawPath, err)
		}
		if got.StatusCode == http.StatusOK {
			shown++
		}
		if a.store.writes != before || len(a.intents.bodies) != mails || len(a.requests.bodies)+len(record.bodies)+len(a.exports.calls) > 0 {
			t.Fatalf("%s %q ?%s with the body %q wrote something", r.RequestContext.HTTP.Method, r.RawPath, r.RawQueryString, r.Body)
		}
	}
	t.Logf("10,000 calls with GET and HEAD, %d of them answered with a page of an open link: 0 writes", shown)
	if shown < 2_000 {
		t.Errorf("%d calls of 10,000 reached a page of an open link, want 2,000 at least", shown)
	}
	if got := (frequency.Contact{}); a.contact().Wishes != got.Wishes || len(a.contact().Consents) > 0 {
		t.Errorf("the mailbox has %+v", a.contact())
	}
}
