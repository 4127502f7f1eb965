package recording

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"regulars/shared/intake"
	"regulars/shared/shop"
)

// by returns an order.placed of one lunch bag with this customer, such as
// 'id':'c-1', in the revision of this minute after noon.
func by(order, customer string, minute int) string {
	return event("order.placed", fmt.Sprintf(`{'version':'1','order':{'id':'%s','placed_at':'2026-11-21T12:00:00Z','updated_at':'2026-11-21T12:%02d:00Z',
		'currency':'GBP','total':'20.00','lines':[{'product':'BAG','units':1,'price':'1.65'}]},'customer':{%s}}`, order, minute, customer))
}

const (
	defect = `{'version':'1','order':{'id':'gf-1'},'customer':{%s},'return_id':'r-1','reason':'defect','lines':[{'product':'BAG','units':1}]}`
	parcel = `{'version':'1','order':{'id':'gf-1'},'customer':{%s}}`
)

func TestALaterEventNamesTheCustomerInItsOwnWay(t *testing.T) {
	typo, right := `'email':'jane@exmaple.com'`, `'email':'jane@example.com'`
	for name, c := range map[string]struct {
		events []string
		of     shop.CustomerID
	}{
		"a guest's corrected address on the return of a defective product": {
			[]string{by("gf-1", typo, 0), event("order.returned", fmt.Sprintf(defect, right))}, intake.Guest("jane@exmaple.com"),
		},
		"the address of a customer who has an ID, on the return": {
			[]string{by("gf-1", `'id':'c-1',`+right, 0), event("order.returned", fmt.Sprintf(defect, right))}, "c-1",
		},
		"the address of a customer who has an ID, on the shipment, before the order": {
			[]string{event("order.shipped", fmt.Sprintf(parcel, right)), by("gf-1", `'id':'c-1',`+right, 0), event("order.returned", fmt.Sprintf(defect, right))}, "c-1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := newFixture(t)
			h.takes(t, c.events...)
			order, _, err := h.store.Order(t.Context(), "gf-1")
			if err != nil || order.Customer != c.of || len(order.Returns) != 1 {
				t.Errorf("the order is of %q with %d returns, %v; want it of %q with its return", order.Customer, len(order.Returns), err, c.of)
			}
			p, _, err := h.store.Profile(t.Context(), c.of)
			if err != nil || p.ServiceIssues["gf-1"].Returned == nil {
				t.Errorf("the profile has the issues %+v, %v; want the return, which stops promotions", p.ServiceIssues, err)
			}
			if got := names(h.raised(t)); !slices.Contains(got, "sorry@1 gf-1/order.returned") {
				t.Errorf("the intents are %v, want the apology", got)
			}
		})
	}
}

func TestTwoIDsOnOneOrderAreAFault(t *testing.T) {
	h := newFixture(t)
	h.handle(t, by("gf-1", `'id':'c-1'`, 0), event("order.shipped", fmt.Sprintf(parcel, `'id':'c-2'`)))
	if dead := h.deadLetters(t); len(dead) != 1 || !strings.Contains(dead[0].faults, "another customer") {
		t.Errorf("the dead letters are %+v, want the shipment of another customer", dead)
	}
}

// The order is in one profile only, and the new address gets the thanks.
func TestAGuestsOrderMovesToTheCorrectedAddress(t *testing.T) {
	h := newFixture(t)
	typo, right := intake.Guest("jane@exmaple.com"), intake.Guest("jane@example.com")
	h.takes(t, by("other", `'email':'jane@exmaple.com','name':'June'`, 0), by("gf-1", `'email':'jane@exmaple.com','name':'Jane','accepts_marketing':true`, 0))
	h.raised(t)
	fix := by("gf-1", `'email':'jane@example.com','name':'Jane','accepts_marketing':true`, 7)
	h.takes(t, fix)
	if diff := cmp.Diff([]string{"thanks@1 gf-1"}, names(h.raised(t))); diff != "" {
		t.Errorf("the correction raises (-want +got):\n%s", diff)
	}
	want := h.stored(t)
	h.takes(t, fix, by("gf-1", `'email':'jane@exmaple.com','name':'Jane','accepts_marketing':true`, 0))
	if diff := cmp.Diff(want, h.stored(t)); diff != "" {
		t.Errorf("the same events again change what is stored:\n%s", diff)
	}
	old, _, err := h.store.Profile(t.Context(), typo)
	if err != nil || len(old.Orders) != 1 || old.Name.Value != "June" || old.Consent.Value != "" {
		t.Errorf("the mistyped guest has %+v, %v; want the other order and its name, and no consent", old, err)
	}
	p, _, err := h.store.Profile(t.Context(), right)
	if err != nil || len(p.Orders) != 1 || p.Email.Value != "jane@example.com" || p.Consent.Value != "yes" {
		t.Errorf("the guest has %+v, %v; want the order and the consent", p, err)
	}
}

// The later order's name goes with it, and the earlier order's counts again.
func TestAGuestGetsTheNameOfTheOrderThatStaysBack(t *testing.T) {
	h := newFixture(t)
	typo := intake.Guest("jane@exmaple.com")
	name := func() string {
		p, _, err := h.store.Profile(t.Context(), typo)
		must(t, err)
		return p.Name.Value
	}
	h.takes(t, by("other", `'email':'jane@exmaple.com','name':'June'`, 0), by("gf-1", `'email':'jane@exmaple.com','name':'Jane'`, 3))
	if name() != "Jane" {
		t.Fatalf("before the correction the guest is called %q, want the later order's name", name())
	}
	h.takes(t, by("gf-1", `'email':'jane@example.com','name':'Jane'`, 7))
	if name() != "June" {
		t.Errorf("after the correction the guest is called %q, want June", name())
	}
}

// The mistyped address may be a stranger's: the order's service issue does not
// pause promotions there any more.
func TestTheServiceIssueOfAMovedOrderMovesWithIt(t *testing.T) {
	h := newFixture(t)
	typo, right := intake.Guest("jane@exmaple.com"), intake.Guest("jane@example.com")
	h.takes(t, by("other", `'email':'jane@exmaple.com'`, 0), by("gf-1", `'email':'jane@exmaple.com'`, 0),
		event("order.returned", `{'version':'1','order':{'id':'gf-1'},'occurred_at':'2026-11-21T14:00:00Z'`+returned+`}`))
	issues := func(id shop.CustomerID) int {
		c, _, err := h.store.Contact(t.Context(), id)
		must(t, err)
		return len(c.Issues)
	}
	if issues(typo) != 1 {
		t.Fatalf("the contact of the mistyped guest has %d service issues before the correction, want 1", issues(typo))
	}
	h.takes(t, by("gf-1", `'email':'jane@example.com'`, 7))
	if issues(typo) != 0 || issues(right) != 1 {
		t.Errorf("the contacts have %d and %d service issues after the correction, want 0 and 1", issues(typo), issues(right))
	}
}

// The mailbox is the same: it has had the thanks.
func TestAGuestsOrderMovesToTheirAccountWithoutASecondThanks(t *testing.T) {
	h := newFixture(t)
	h.takes(t, by("gf-1", `'email':'jane@example.com'`, 0))
	h.raised(t)
	h.takes(t, by("gf-1", `'id':'c-1','email':'Jane@example.com'`, 7))
	for _, intent := range h.raised(t) {
		if intent.Customer == "c-1" {
			t.Errorf("the intent %s@%d is raised for the account, want none", intent.Campaign, intent.Version)
		}
	}
	guest, _, _ := h.store.Profile(t.Context(), intake.Guest("jane@example.com"))
	p, _, err := h.store.Profile(t.Context(), "c-1")
	if err != nil || len(p.Orders) != 1 || len(guest.Orders) != 0 {
		t.Errorf("the account has %d orders and the guest %d, %v; want the order in the account only", len(p.Orders), len(guest.Orders), err)
	}
}
