package pages

import (
	"html/template"
	"net/http"

	"regulars/infra/ops/value/picture"
)

// valuePage is what was learned of customers as a whole; empty where nothing was
// learned yet.
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
			p.broken(w, r, "what was learned of customers", err)
			return
		}
	}
	p.show(w, r, http.StatusOK, "value", "Value", "value", page)
}
