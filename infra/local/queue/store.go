package queue

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"go.etcd.io/bbolt"
)

// stored is a message in bbolt. It is written once and never changed.
type stored struct {
	ID         string               `json:"id"`
	Body       string               `json:"body"`
	Attributes map[string]Attribute `json:"attributes,omitempty"`
	Trace      string               `json:"trace,omitempty"`
	Sender     string               `json:"sender"`
	Sent       time.Time            `json:"sent"`
	Visible    time.Time            `json:"visible"`          // Sent and its delay
	Source     string               `json:"source,omitempty"` // in a dead-letter queue: the ARN of the queue it came from
}

// receives is the part of a message that each receive changes.
type receives struct {
	Count int       `json:"count"`
	First time.Time `json:"first"`
}

var (
	rootBucket     = []byte("sqs")
	messagesBucket = []byte("messages")
	receivesBucket = []byte("receives")
)

func key(sequence uint64) []byte { return binary.BigEndian.AppendUint64(nil, sequence) }

// prepare creates the buckets of a queue, calls each for its messages, oldest
// first, and returns the highest sequence number that was ever in use.
func prepare(db *bbolt.DB, queue string, each func(sequence uint64, m stored, r receives)) (last uint64, err error) {
	err = db.Update(func(tx *bbolt.Tx) error {
		root, err := tx.CreateBucketIfNotExists(rootBucket)
		if err != nil {
			return err
		}
		bucket, err := root.CreateBucketIfNotExists([]byte(queue))
		if err != nil {
			return err
		}
		messages, err := bucket.CreateBucketIfNotExists(messagesBucket)
		if err != nil {
			return err
		}
		counts, err := bucket.CreateBucketIfNotExists(receivesBucket)
		if err != nil {
			return err
		}
		last = messages.Sequence()
		return messages.ForEach(func(k, v []byte) error {
			var m stored
			var r receives
			if err := json.Unmarshal(v, &m); err != nil {
				return fmt.Errorf("message %x: %w", k, err)
			}
			if count := counts.Get(k); count != nil {
				if err := json.Unmarshal(count, &r); err != nil {
					return fmt.Errorf("receives of message %x: %w", k, err)
				}
			}
			each(binary.BigEndian.Uint64(k), m, r)
			return nil
		})
	})
	if err != nil {
		return 0, fmt.Errorf("read queue %q: %w", queue, err)
	}
	return last, nil
}

func putMessage(tx *bbolt.Tx, queue string, sequence uint64, m stored) error {
	value, err := json.Marshal(m)
	if err != nil {
		return err
	}
	messages := tx.Bucket(rootBucket).Bucket([]byte(queue)).Bucket(messagesBucket)
	if messages.Sequence() < sequence { // stored so that no sequence number is used twice
		if err := messages.SetSequence(sequence); err != nil {
			return err
		}
	}
	return messages.Put(key(sequence), value)
}

func putReceives(tx *bbolt.Tx, queue string, sequence uint64, r receives) error {
	value, err := json.Marshal(r)
	if err != nil {
		return err
	}
	bucket := tx.Bucket(rootBucket).Bucket([]byte(queue))
	if bucket.Bucket(messagesBucket).Get(key(sequence)) == nil {
		return nil // deleted in the meantime: store nothing about it
	}
	return bucket.Bucket(receivesBucket).Put(key(sequence), value)
}

func deleteMessage(tx *bbolt.Tx, queue string, sequence uint64) error {
	bucket := tx.Bucket(rootBucket).Bucket([]byte(queue))
	if err := bucket.Bucket(receivesBucket).Delete(key(sequence)); err != nil {
		return err
	}
	return bucket.Bucket(messagesBucket).Delete(key(sequence))
}

// readMessages returns the messages with these sequence numbers, by number. It
// omits deleted ones.
func readMessages(db *bbolt.DB, queue string, sequences []uint64) (map[uint64]stored, error) {
	found := make(map[uint64]stored, len(sequences))
	err := db.View(func(tx *bbolt.Tx) error {
		messages := tx.Bucket(rootBucket).Bucket([]byte(queue)).Bucket(messagesBucket)
		for _, sequence := range sequences {
			value := messages.Get(key(sequence))
			if value == nil {
				continue
			}
			var m stored
			if err := json.Unmarshal(value, &m); err != nil {
				return fmt.Errorf("message %x: %w", key(sequence), err)
			}
			found[sequence] = m
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read queue %q: %w", queue, err)
	}
	return found, nil
}
