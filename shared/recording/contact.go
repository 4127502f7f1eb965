package recording

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"regulars/shared/inputfault"
	"regulars/shared/queue"
	"regulars/shared/shop"
)

// contact records a person with their consents, unless they were erased since.
func (h *Recorder) contact(ctx context.Context, fact shop.ContactFact, at time.Time) error {
	topics := make([]shop.Topic, len(fact.Consents))
	for i, said := range fact.Consents {
		topics[i] = said.Topic
	}
	if err := h.knowsTopics(ctx, "/detail/consents/%d/topic", topics...); err != nil {
		return err
	}
	if gone, err := h.erased(ctx, fact.Customer.ID, at); err != nil || gone {
		return err
	}
	return h.Contacts.Contact(ctx, fact, at)
}

// knowsTopics refuses the event if the shop's policy has not all of the topics.
// In path, the place of a topic in the event, %d is its index.
func (h *Recorder) knowsTopics(ctx context.Context, path string, topics ...shop.Topic) error {
	inForce, err := h.Policy(ctx)
	if err != nil {
		return err
	}
	known := inForce.Shop.TopicNames()
	refused := &queue.Refused{}
	for i, topic := range topics {
		if slices.Contains(known, topic) {
			continue
		}
		if strings.Contains(path, "%d") {
			path = fmt.Sprintf(path, i)
		}
		refused.Faults = append(refused.Faults, inputfault.Fault{Path: path, Fault: "is no topic of shop.yaml; want one of " + join(known)})
	}
	if len(refused.Faults) > 0 {
		return refused
	}
	return nil
}

func join(topics []shop.Topic) string {
	words := make([]string, len(topics))
	for i, topic := range topics {
		words[i] = string(topic)
	}
	return strings.Join(words, ", ")
}
