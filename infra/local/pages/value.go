package pages

import (
	"html/template"
	"net/http"

	"regulars/infra/ops/value/picture"
)

// valuePage shows what the function learn computed about all customers; Picture
// is empty before its first run.
type valuePage struct {
	Connected bool
	Picture   template.HTML
}

func (p *Pages) value(w http.ResponseWriter, r *http.Request) {
	page := valuePage{Connected: p.Models != nil}
	if p.Models != nil {
		shop, err := picture.Read(r.Context(), p.Models)
		if err == nil {
			page.Picture, err = shop.HTML()
		}
		if err != nil && !picture.Nothing(err) {
			p.broken(w, r, "the customer values", err)
			return
		}
	}
	p.show(w, r, http.StatusOK, "value", "Value", "value", page)
}
