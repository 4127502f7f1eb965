package frequency_test

import (
	"testing"
	"time"

	"regulars/shared/frequency"
	"regulars/shared/shop"
)

// A link is asked for once in 24 hours, works until 24 hours after that, and once.
func TestALinkIsAskedForOnceADayAndWorksOnce(t *testing.T) {
	const kind = shop.AskedExport
	at := utc(t, "2026-11-22 10:00")
	ask := func(c frequency.Contact, send shop.SendID, after time.Duration) frequency.Contact {
		return c.WithLinkAsked(kind, frequency.LinkRequest{At: at.Add(after), Send: send})
	}
	first := ask(frequency.Contact{}, "s1", 0)
	for name, c := range map[string]struct {
		contact frequency.Contact
		send    shop.SendID
		after   time.Duration
		open    bool
	}{
		"the link":                        {first, "s1", time.Minute, true},
		"its last moment":                 {first, "s1", frequency.LinkWorks - 1, true},
		"24 hours later":                  {first, "s1", frequency.LinkWorks, false},
		"another send's":                  {first, "s2", time.Minute, false},
		"no send's":                       {frequency.Contact{}, "", time.Minute, false},
		"it was used":                     {first.WithLinkUsed(kind, "s1", at.Add(time.Minute)), "s1", 2 * time.Minute, false},
		"another send was used":           {first.WithLinkUsed(kind, "s2", at.Add(time.Minute)), "s1", 2 * time.Minute, true},
		"used, and given back":            {first.WithLinkUsed(kind, "s1", at.Add(time.Minute)).WithLinkBack(kind, "s1", at.Add(time.Minute)), "s1", 2 * time.Minute, true},
		"used, another use is given back": {first.WithLinkUsed(kind, "s1", at.Add(time.Minute)).WithLinkBack(kind, "s1", at.Add(time.Second)), "s1", 2 * time.Minute, false},
		"asked again within 24 hours":     {ask(first, "s2", frequency.LinkWorks-1), "s2", frequency.LinkWorks - 1, false},
		"asked again after 24 hours":      {ask(first, "s2", frequency.LinkWorks), "s2", frequency.LinkWorks, true},
		"asked again, the first link":     {ask(first, "s2", frequency.LinkWorks), "s1", frequency.LinkWorks, false},
		"a use does not free the mail":    {ask(first.WithLinkUsed(kind, "s1", at.Add(time.Minute)), "s2", time.Hour), "s2", time.Hour, false},
	} {
		if got := c.contact.Links[kind].Open(c.send, at.Add(c.after)); got != c.open {
			t.Errorf("%s: open is %v, want %v", name, got, c.open)
		}
	}
}
