package ses

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"regulars/shared/shop"
)

// Suppressed is one entry of the account's suppression list.
type Suppressed struct {
	Address string    `json:"address"`
	Reason  string    `json:"reason"` // BOUNCE or COMPLAINT
	At      time.Time `json:"at"`
}

func (s Suppressed) json() map[string]any {
	return map[string]any{
		"EmailAddress": s.Address, "Reason": s.Reason,
		"LastUpdateTime": json.Number(strconv.FormatFloat(float64(s.At.UnixMilli())/1000, 'f', 3, 64)),
	}
}

func (s *Server) putSuppressed(r *http.Request, _ string) (any, error) {
	var in struct{ EmailAddress, Reason string }
	if err := decode(r, 1<<16, &in); err != nil {
		return nil, err
	}
	if in.Reason != "BOUNCE" && in.Reason != "COMPLAINT" {
		return nil, badEnum("reason", in.Reason, "[BOUNCE, COMPLAINT]")
	}
	if fault := checkAddress(in.EmailAddress); fault != "" {
		return nil, bad("Invalid email address <%s>: %s", in.EmailAddress, fault)
	}
	return struct{}{}, s.store.suppress(Suppressed{
		Address: strings.ToLower(in.EmailAddress), Reason: in.Reason, At: shop.Millis(s.cfg.Now()),
	})
}

func (s *Server) getSuppressed(_ *http.Request, address string) (any, error) {
	found, ok, err := s.store.suppressed(address)
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return nil, notSuppressed(address)
	}
	return map[string]any{"SuppressedDestination": found.json()}, nil
}

func (s *Server) deleteSuppressed(_ *http.Request, address string) (any, error) {
	ok, err := s.store.unsuppress(address)
	switch {
	case err != nil:
		return nil, err
	case !ok:
		return nil, notSuppressed(address)
	}
	return struct{}{}, nil
}

func notSuppressed(address string) *refusal {
	return missing("Email address %s does not exist on your suppression list.", address)
}

// listSuppressed returns the list in pages, ordered by address. The token of
// the next page is the last address of the page.
func (s *Server) listSuppressed(r *http.Request, _ string) (any, error) {
	q := r.URL.Query()
	size := 1000
	if text := q.Get("PageSize"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, bad("PageSize must be a positive number, got %q", text)
		}
		size = min(n, size)
	}
	from, err := parseTime(q.Get("StartDate"))
	if err != nil {
		return nil, err
	}
	until, err := parseTime(q.Get("EndDate"))
	if err != nil {
		return nil, err
	}
	reasons := q["Reason"]
	page, next, err := s.store.listSuppressed(q.Get("NextToken"), size, func(e Suppressed) bool {
		ok := len(reasons) == 0
		for _, reason := range reasons {
			ok = ok || reason == e.Reason
		}
		return ok && (from.IsZero() || !e.At.Before(from)) && (until.IsZero() || !e.At.After(until))
	})
	if err != nil {
		return nil, err
	}
	list := []map[string]any{}
	for _, e := range page {
		list = append(list, e.json())
	}
	out := map[string]any{"SuppressedDestinationSummaries": list}
	if next != "" {
		out["NextToken"] = next
	}
	return out, nil
}

// parseTime reads a time from a query string: RFC 3339, or seconds since 1970.
func parseTime(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if sec, err := strconv.ParseFloat(text, 64); err == nil {
		return time.UnixMilli(int64(sec * 1000)).UTC(), nil
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}, bad("%q is not a time", text)
	}
	return at, nil
}
