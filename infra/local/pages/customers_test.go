package pages

import (
	"net/http"
	"strings"
	"testing"

	"regulars/shared/recommend"
	"regulars/shared/recommend/judge"
)

func TestCustomerPageShowsTheAnswerOfTheFunction(t *testing.T) {
	w := filled(t)
	_, _, page := w.get("/customers/C-12001")
	_, _, text := w.get("/customers.txt")
	for _, c := range []struct{ in, name, want string }{
		{page, "page", "Wool &lt;rug&gt;"},
		{page, "page", "41 osób, które kupiły „Desk lamp”, wybrało też to."},
		{page, "page", "<code>together</code> 41 customers"},
		{page, "page", "None: nothing is due."},
		{page, "page", "returned</span>"},
		{page, "page", "Service issue: returned, until 1 Dec 2026"},
		{page, "page", "version 2026-11-22T03:00:00Z"},
		{text, "text", "Customer C-12001 · 4 orders, the latest on 22 Nov 2026"},
		{text, "text", "Earl Grey                              4 orders, 3 units, last on 16 Oct 2026, some returned"},
		{text, "text", "Wool <rug>                             41 osób, które kupiły „Desk lamp”, wybrało też to. [together 41 customers; score 2.12]"},
		{text, "text", "none: nothing is due"},
		{text, "text", "1 customer with an order was found; 10 were asked for"},
	} {
		if !strings.Contains(c.in, c.want) {
			t.Errorf("the %s does not contain %q:\n%s", c.name, c.want, c.in)
		}
	}
	w.Models = learned{recommend.ModelName: recommend.Model{Reranking: map[recommend.Mode]judge.Verdict{recommend.ModeNext: {Why: "a chance of 41 %"}}}}
	if _, _, page := w.get("/customers/C-12001"); !strings.Contains(page, "Next orders are ranked by the blend: a chance of 41 %. New items are ranked by the blend.") {
		t.Errorf("the page does not say what ranks the lists:\n%s", page)
	}
	w.Models = learned{recommend.ModelName: "rubbish"}
	if code, _, _ := w.get("/customers/C-12001"); code != http.StatusInternalServerError {
		t.Errorf("with a damaged model the page is %d, want 500", code)
	}
	w.Models = learned{}
	if code, _, _ := w.get("/customers/C-12001"); code != http.StatusOK {
		t.Errorf("before the first night the page is %d, want 200", code)
	}
	if code, _, body := w.get("/customers/C-9"); code != http.StatusNotFound || !strings.Contains(body, "No customer with this ID") {
		t.Errorf("an unknown customer = %d, want 404 with the reason", code)
	}
	if code, head, _ := w.get("/customers?customer=a/b"); code != http.StatusSeeOther || head.Get("Location") != "/customers/a%2Fb" {
		t.Errorf("searching for a customer = %d to %q, want 303 to /customers/a%%2Fb", code, head.Get("Location"))
	}
}
