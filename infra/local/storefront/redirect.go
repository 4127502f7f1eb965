package storefront

import (
	"net/http"
	"strings"
)

// Redirects returns the handler next, whose redirects to the demo's shop lead to its
// pages on this machine, at the endpoint.
func Redirects(endpoint string, next http.Handler) http.Handler {
	shown := Shown(endpoint)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(&redirected{w, shown}, r)
	})
}

type redirected struct {
	http.ResponseWriter
	shown *strings.Replacer
}

func (r *redirected) WriteHeader(status int) {
	if to := r.Header().Get("Location"); to != "" {
		r.Header().Set("Location", r.shown.Replace(to))
	}
	r.ResponseWriter.WriteHeader(status)
}
