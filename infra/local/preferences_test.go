package main

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"
)

// The test follows the links of real mails: a person asks for their data in the
// preference centre, gets a mail with a link, and sees the data once, which the
// function preferences gets from the function privacy.
func TestAPersonSeesTheirDataByTheLinksOfTheirMails(t *testing.T) {
	if testing.Short() {
		t.Skip("builds every function")
	}
	t.Chdir("../..")
	p := start(t, settingsFor(t))
	customer := p.putOrder(t)
	centre := p.link(t, customer, "p")
	if status, page := post(t, centre, "do=save&pace=weekly&language=pl"); status != http.StatusOK || !strings.Contains(page, "Wybór jest zapisany.") {
		t.Fatalf("the form is answered with %d:\n%s", status, page)
	}
	if status, page := post(t, centre, "do=data_export"); status != http.StatusOK || !strings.Contains(page, "Wiadomość z linkiem jest w drodze") {
		t.Fatalf("the question for data is answered with %d:\n%s", status, page)
	}
	data := p.link(t, customer, "x")
	if status, page := post(t, data, "confirm=yes"); status != http.StatusOK || !strings.Contains(page, customer) || !strings.Contains(page, "data:application/json;base64,") {
		t.Errorf("the link to the data is answered with %d:\n%s\n%s", status, page, p.out)
	}
	if status, page := post(t, data, "confirm=yes"); status != http.StatusGone || strings.Contains(page, customer) {
		t.Errorf("the second press is answered with %d, want 410 and no data", status)
	}
}

// link waits for a mail to the customer with a link of this kind, and returns it.
func (p *program) link(t *testing.T, to, kind string) string {
	t.Helper()
	find := regexp.MustCompile(`https?://[^\s"<>]*/` + kind + `/[^\s"<>]*`)
	for limit := time.Now().Add(30 * time.Second); time.Now().Before(limit); {
		response, err := http.Get(p.endpoint + "/mailbox/messages?to=" + to)
		if err != nil {
			t.Fatal(err)
		}
		var messages []struct{ Text string }
		err = json.NewDecoder(response.Body).Decode(&messages)
		response.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range messages {
			if link := find.FindString(m.Text); link != "" {
				return link
			}
		}
	}
	t.Fatalf("no mail to %s has a link of kind %s:\n%s", to, kind, p.out)
	return ""
}

// post posts a form as a browser does, and returns the page that it ends on.
func post(t *testing.T, to, form string) (status int, page string) {
	t.Helper()
	response, err := http.Post(to, "application/x-www-form-urlencoded", strings.NewReader(form))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}
