package message_test

import (
	"encoding/json"
	"strings"
	"testing"

	"regulars/infra/ops/publish/markdown"
	"regulars/shared/content"
	"regulars/shared/message"
	"regulars/shared/shop"
)

// A message has each of its other subjects under an ID of its own. All else is the
// same, and the published form has it once.
func TestAMessageHasOtherSubjects(t *testing.T) {
	d := sample()
	for phrase, set := range map[string]content.Set{
		"written in Markdown": loadLetter(t, map[string]string{
			"letter/en.md": strings.Replace(letter["letter/en.md"], "preheader:", "subjects:\n  warm: \"{{ shop.name }} misses you\"\npreheader:", 1),
			"letter/ru.md": strings.Replace(letter["letter/ru.md"], "preheader:", "subjects:\n  warm: \"{{ shop.name }} скучает\"\npreheader:", 1),
		}),
		"written in MJML": func() content.Set {
			set, faults := message.Load(with(map[string]string{
				"note/message.yaml": note["note/message.yaml"] + "subjects:\n  warm: \"{{ 'warm' | t: shop: shop.name }}\"\n",
				"note/en.yaml":      note["note/en.yaml"] + "warm: \"{shop} misses you\"\n", "note/ru.yaml": note["note/ru.yaml"] + "warm: \"{shop} скучает\"\n",
			}), asIs, markdown.Parse)
			if len(faults) > 0 {
				t.Fatal(faults)
			}
			return set
		}(),
	} {
		t.Run(phrase, func(t *testing.T) {
			id := content.WithSubject("letter", "warm")
			if _, ok := set.Messages["note"]; ok {
				id = content.WithSubject("note", "warm")
			}
			of := set.Messages[id].Of
			d.Picks[0].Reason.Title, d.Picks[0].Reason.Customers = "Cup", 3
			plain, err := set.Render(of, d)
			if err != nil {
				t.Fatal(err)
			}
			warm, err := set.Render(id, d)
			if err != nil {
				t.Fatal(err)
			}
			if warm.Subject != "Corner & Leaf misses you" || plain.Subject == warm.Subject || plain.Text != warm.Text || warm.Class != plain.Class {
				t.Errorf("subjects %q and %q, and the rest must be the same", plain.Subject, warm.Subject)
			}
			content, err := json.Marshal(set)
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(content), "links.unsubscribe"); n != 2 {
				t.Errorf("the published form has the body %d times, want its two parts once", n)
			}
		})
	}
}

func TestFaultOfAnotherSubjectIsReported(t *testing.T) {
	for want, subjects := range map[string]string{
		`"Warm" is not a valid name of a subject`:       "subjects:\n  Warm: \"{{ 'subject' | t }}\"\n",
		"the subject warm is empty":                     "subjects:\n  warm: \"\"\n",
		`"nothing"`:                                     "subjects:\n  warm: \"{{ 'nothing' | t }}\"\n",
		"undefined variable in {{ picks.first.titel }}": "subjects:\n  warm: \"{{ picks.first.titel }}\"\n",
	} {
		_, faults := message.Load(with(map[string]string{"note/message.yaml": note["note/message.yaml"] + subjects}), asIs, markdown.Parse)
		if len(faults) == 0 || !strings.Contains(faults.Error(), want) {
			t.Errorf("faults %v, want one that says %s", faults, want)
		}
	}
	_, faults := message.Load(letters(map[string]string{"letter/en.md": strings.Replace(letter["letter/en.md"], "preheader:", "subjects:\n  warm: \"Hello\"\npreheader:", 1)}), asIs, markdown.Parse)
	expectFault(t, faults, "letter/ru.md:1: the subject warm is missing")
}

func TestASubjectOfAMissingMessageIsRefused(t *testing.T) {
	stored := content.Stored{Messages: map[shop.MessageID]content.Message{"a+warm": {Of: "a", Subject: "Hi"}}}
	if _, err := stored.Set(message.Renderer{}); err == nil {
		t.Error("a subject of a missing message was read")
	}
}
