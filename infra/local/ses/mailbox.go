package ses

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"go.etcd.io/bbolt"
)

// Filter selects messages. The zero value selects all.
type Filter struct {
	ID       string // one message
	To       string // with an @, a whole address; otherwise any part of one; without regard to case
	Campaign string // the tag campaign
	Offset   int    // number of newest messages to skip
	Limit    int    // 0: no limit
}

func (f Filter) matches(s Summary) bool {
	if f.ID != "" && s.ID != f.ID {
		return false
	}
	if f.Campaign != "" && s.Campaign() != f.Campaign {
		return false
	}
	if f.To == "" {
		return true
	}
	want := strings.ToLower(f.To)
	for _, to := range s.To {
		to = strings.ToLower(to)
		if to == want || !strings.Contains(want, "@") && strings.Contains(to, want) {
			return true
		}
	}
	return false
}

// Page is one page of the mailbox, newest first.
type Page struct {
	Items     []Summary
	Total     int            // number of messages that match the filter
	Campaigns map[string]int // number of all messages by campaign, without the filter
}

// Messages returns the page of messages that the filter selects.
func (s *Server) Messages(f Filter) Page {
	items, total := s.store.find(f)
	return Page{Items: items, Total: total, Campaigns: s.store.campaigns()}
}

// Message returns the message with this SES ID, and whether it is in the
// mailbox.
func (s *Server) Message(id string) (Message, bool, error) {
	raw, err := s.store.read(inMailbox, id)
	if err != nil || raw == nil {
		return Message{}, false, err
	}
	var m Message
	if err := json.Unmarshal(s.shown(raw), &m); err != nil {
		return Message{}, false, fmt.Errorf("read message %s: %w", id, err)
	}
	return m, true, nil
}

// shown returns a stored message as [Config.Show] has it.
func (s *Server) shown(raw []byte) []byte {
	if s.cfg.Show == nil || raw == nil {
		return raw
	}
	return []byte(s.cfg.Show.Replace(string(raw)))
}

// Source returns a message's MIME source, or nil if it is not in the mailbox.
func (s *Server) Source(id string) ([]byte, error) { return s.store.source(id) }

// Mailbox serves the mailbox as JSON:
//
//	GET /mailbox/messages               an array of [Message], newest first
//	GET /mailbox/messages/{id}          one message
//	GET /mailbox/messages/{id}/source   its MIME source
//
// The array is filtered by ?to=, ?campaign=, ?offset= and ?limit=, as in
// [Filter]; without a limit it is the whole mailbox.
func (s *Server) Mailbox() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /mailbox/messages", s.serveMessages)
	mux.HandleFunc("GET /mailbox/messages/{id}", func(w http.ResponseWriter, r *http.Request) {
		raw, err := s.store.read(inMailbox, r.PathValue("id"))
		serveStored(w, "application/json", s.shown(raw), err)
	})
	mux.HandleFunc("GET /mailbox/messages/{id}/source", func(w http.ResponseWriter, r *http.Request) {
		raw, err := s.store.source(r.PathValue("id"))
		serveStored(w, "text/plain; charset=utf-8", raw, err)
	})
	return mux
}

func serveStored(w http.ResponseWriter, kind string, raw []byte, err error) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	switch {
	case err != nil:
		http.Error(w, "reading the mailbox failed: "+err.Error(), http.StatusInternalServerError)
	case raw == nil:
		http.Error(w, "no such message in the mailbox", http.StatusNotFound)
	default:
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(raw)
	}
}

func (s *Server) serveMessages(w http.ResponseWriter, r *http.Request) {
	f, err := filterOf(r.URL.Query())
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	items, total := s.store.find(f)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("X-Total-Count", strconv.Itoa(total))
	// Messages are stored in the form in which they are served, so they are
	// copied without decoding, even for a mailbox of 10,000. They are copied
	// 100 at a time, so that no transaction stays open for long.
	_, _ = w.Write([]byte("["))
	first := true
	for len(items) > 0 {
		n := min(len(items), 100)
		err := s.store.db.View(func(tx *bbolt.Tx) error {
			for _, sum := range items[:n] {
				raw := tx.Bucket(inMailbox).Get(number(sum.Seq))
				if raw == nil {
					continue // deleted since find
				}
				if !first {
					_, _ = w.Write([]byte(",\n"))
				}
				first = false
				if _, err := w.Write(s.shown(raw)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return // the client closed the connection
		}
		items = items[n:]
	}
	_, _ = w.Write([]byte("]\n"))
}

func filterOf(q url.Values) (Filter, error) {
	f := Filter{To: q.Get("to"), Campaign: q.Get("campaign")}
	for name, into := range map[string]*int{"limit": &f.Limit, "offset": &f.Offset} {
		text := q.Get(name)
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return Filter{}, fmt.Errorf("%s must be a number from 0, got %q", name, text)
		}
		*into = n
	}
	return f, nil
}
