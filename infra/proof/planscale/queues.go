package main

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"regulars/shared/campaign"
	"regulars/shared/shop"
)

// queues is SQS as far as plan uses it. It keeps the messages of plan's own queue
// until [queues.take] returns them, and counts the intents for send.
type queues struct {
	mu       sync.Mutex
	own      []string
	dead     int
	intents  map[shop.CustomerID]int // how many came for each customer
	sends    map[shop.CustomerID]string
	twoNamed int // customers with intents of different names
}

// The paths of the queues' URLs.
const (
	ownQueue, sendQueue, deadQueue = "/0/plan", "/0/send", "/0/dead"
)

func newQueues() *queues {
	return &queues{intents: map[shop.CustomerID]int{}, sends: map[shop.CustomerID]string{}}
}

// take returns the messages of plan's own queue and empties it.
func (q *queues) take() []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	taken := q.own
	q.own = nil
	return taken
}

// customers returns for how many customers an intent came so far.
func (q *queues) customers() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.intents)
}

type sqsEntry struct {
	ID   string `json:"Id"`
	Body string `json:"MessageBody"`
}

// ServeHTTP answers SendMessage and SendMessageBatch, in SQS's JSON protocol.
func (q *queues) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct {
		QueueUrl    string
		MessageBody string
		Entries     []sqsEntry
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	_, call, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	if call == "SendMessage" {
		in.Entries = []sqsEntry{{Body: in.MessageBody}}
	}
	type done struct {
		ID  string `json:"Id,omitempty"`
		MD5 string `json:"MD5OfMessageBody"`
		Key string `json:"MessageId"`
	}
	var taken []done
	for _, e := range in.Entries {
		if err := q.put(in.QueueUrl, e.Body); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		sum := md5.Sum([]byte(e.Body))
		taken = append(taken, done{e.ID, hex.EncodeToString(sum[:]), "m"})
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.0")
	var answer any = map[string]any{"Successful": taken}
	if call == "SendMessage" {
		answer = taken[0]
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func (q *queues) put(url, body string) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case strings.HasSuffix(url, ownQueue):
		q.own = append(q.own, body)
	case strings.HasSuffix(url, sendQueue):
		var i campaign.Intent
		if err := json.Unmarshal([]byte(body), &i); err != nil {
			return fmt.Errorf("read an intent: %w", err)
		}
		q.intents[i.Customer]++
		name := fmt.Sprintf("%s@%d/%s", i.Campaign, i.Version, i.Occasion)
		if before, came := q.sends[i.Customer]; came && before != name {
			q.twoNamed++
		}
		q.sends[i.Customer] = name
	default:
		q.dead++
	}
	return nil
}
