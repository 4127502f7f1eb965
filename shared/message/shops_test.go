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
// and one of another shop is rendered from a tree that is not folded. The program of the
// folded edition sets variables, calls filters and loops, each message on its own.
func TestMessagesOfSeveralShopsAtTheSameTime(t *testing.T) {
	set := NewSet(map[shop.MessageID]Message{"m": {
		Languages: []string{content.DefaultLanguage},
		Strings:   map[string]map[string]Phrase{content.DefaultLanguage: foldPhrases},
		Subject:   "{{ shop.name }}",
		HTML: `{% if brand.logo %}logo{% endif %}<p style="color:{{ brand.light.accent }}">{{ shop.name }} for {{ order.number }}</p>` +
			`{% capture own %}{% for pick in picks %}{% assign n = forloop.index | plus: 1 %}{{ 'shop' | t: shop: order.number }}{{ n }}{% endfor %}{% endcapture %}{{ own }}`,
		Text: "{{ shop.name }} for {{ order.number }}",
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
			own := ""
			for at := range d.Picks {
				own += fmt.Sprintf("Visit N%d.%d", i, at+2)
			}
			escaped := fmt.Sprintf("Shop %d &lt;b&gt; for N%d<", i%3, i)
			if got.Subject != d.Shop.Name || !strings.Contains(got.HTML, escaped) || !strings.HasSuffix(got.HTML, own) || strings.TrimSpace(got.Text) != fmt.Sprintf("%s for N%d", d.Shop.Name, i) {
				t.Errorf("the message of shop %d is %+v", i%3, got)
			}
		})
	}
	wg.Wait()
}
