package pages

import "net/http"

type functionsPage struct {
	Connected bool
	List      []Function
}

func (p *Pages) functions(w http.ResponseWriter, r *http.Request) {
	page := functionsPage{Connected: p.Functions != nil}
	if p.Functions != nil {
		list, err := p.Functions.Functions(r.Context())
		if err != nil {
			p.broken(w, r, "the functions", err)
			return
		}
		page.List = list
	}
	p.show(w, r, http.StatusOK, "functions", "Functions", "functions", page)
}
