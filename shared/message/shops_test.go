package message

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"regulars/shared/content"
	"regulars/shared/shop"
)

// The messages of a batch are rendered side by side. The first of an edition folds it,
// and one of another shop is rendered from a tree that is not folded.
func TestMessagesOfSeveralShopsAtTheSameTime(t *testing.T) {
	set := NewSet(map[shop.MessageID]Message{"m": {
		Languages: []string{content.DefaultLanguage},
		Subject:   "{{ shop.name }}",
		HTML:      `{% if brand.logo %}logo{% endif %}<p style="color:{{ brand.light.accent }}">{{ shop.name }} for {{ order.number }}</p>`,
		Text:      "{{ shop.name }} for {{ order.number }}",
	}})
	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() {
			d := fullSample()
			d.Shop = Shop{Name: fmt.Sprintf("Shop %d <b>", i%3)}
			d.Order.Number = fmt.Sprint("N", i)
			got, err := set.Render("m", d)
			if err != nil {
				t.Error(err)
				return
			}
			escaped := fmt.Sprintf("Shop %d &lt;b&gt; for N%d<", i%3, i)
			if got.Subject != d.Shop.Name || !strings.Contains(got.HTML, escaped) || strings.TrimSpace(got.Text) != fmt.Sprintf("%s for N%d", d.Shop.Name, i) {
				t.Errorf("the message of shop %d is %+v", i%3, got)
			}
		})
	}
	wg.Wait()
}
