package schedule

import (
	"encoding/json"
	"fmt"
	"time"

	"go.etcd.io/bbolt"
)

var (
	rootBucket    = []byte("schedules")
	statesBucket  = []byte("states")
	createdBucket = []byte("created")
)

// load reads the states of all schedules, and the schedules that were created
// with the API. If the template now has a schedule of the same name, the
// template's is used.
func (s *Service) load(now time.Time) error {
	return s.db.Update(func(tx *bbolt.Tx) error {
		root, err := tx.CreateBucketIfNotExists(rootBucket)
		if err != nil {
			return err
		}
		for _, name := range [][]byte{statesBucket, createdBucket} {
			if _, err := root.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		err = root.Bucket(createdBucket).ForEach(func(k, v []byte) error {
			var c Config
			if err := json.Unmarshal(v, &c); err != nil {
				return fmt.Errorf("schedule %s: %w", k, err)
			}
			expression, err := c.check()
			if s.all[c.id()] == nil && err == nil {
				s.all[c.id()] = &schedule{Config: c, expression: expression}
			}
			return err
		})
		if err != nil {
			return err
		}
		for id, item := range s.all {
			if v := root.Bucket(statesBucket).Get([]byte(id)); v != nil {
				if err := json.Unmarshal(v, &item.state); err != nil {
					return fmt.Errorf("state of schedule %s: %w", id, err)
				}
			}
			item.begin(now)
			if err := put(tx, item); err != nil {
				return err
			}
		}
		return nil
	})
}

// begin resets the state of the schedule if its expression or zone has changed.
func (s *schedule) begin(now time.Time) {
	if written := s.Expression + " " + s.Zone; s.Written != written {
		s.state = state{Written: written, Since: now, Changed: now}
	}
}

func put(tx *bbolt.Tx, item *schedule) error {
	root := tx.Bucket(rootBucket)
	value, err := json.Marshal(item.state)
	if err != nil {
		return err
	}
	if err := root.Bucket(statesBucket).Put([]byte(item.id()), value); err != nil || item.template {
		return err
	}
	if value, err = json.Marshal(item.Config); err != nil {
		return err
	}
	return root.Bucket(createdBucket).Put([]byte(item.id()), value)
}

func (s *Service) save(item *schedule) error {
	return s.db.Update(func(tx *bbolt.Tx) error { return put(tx, item) })
}

// deleteSchedule deletes a schedule that was created with the API. The caller
// holds the lock.
func (s *Service) deleteSchedule(item *schedule) error {
	delete(s.all, item.id())
	return s.db.Update(func(tx *bbolt.Tx) error {
		for _, name := range [][]byte{statesBucket, createdBucket} {
			if err := tx.Bucket(rootBucket).Bucket(name).Delete([]byte(item.id())); err != nil {
				return err
			}
		}
		return nil
	})
}
