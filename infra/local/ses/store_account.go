package ses

import (
	"encoding/binary"
	"encoding/json"
	"strings"
	"time"

	"go.etcd.io/bbolt"
)

// countSent adds n recipients to the minute of at, and deletes counts that are
// older than 25 hours, which the daily quota does not need.
func countSent(b *bbolt.Bucket, at time.Time, n int) error {
	key := number(uint64(at.Unix() / 60))
	var before uint64
	if v := b.Get(key); v != nil {
		before = binary.BigEndian.Uint64(v)
	}
	c := b.Cursor()
	for k, _ := c.First(); k != nil && binary.BigEndian.Uint64(k) < uint64(at.Unix()/60)-25*60; k, _ = c.First() {
		if err := b.Delete(k); err != nil {
			return err
		}
	}
	return b.Put(key, number(before+uint64(n)))
}

// sentSince returns the number of recipients since then, to the minute.
func (s *store) sentSince(then time.Time) (int, error) {
	sum := 0
	err := s.db.View(func(tx *bbolt.Tx) error {
		c := tx.Bucket(inSent).Cursor()
		for k, v := c.Seek(number(uint64(then.Unix() / 60))); k != nil; k, v = c.Next() {
			sum += int(binary.BigEndian.Uint64(v))
		}
		return nil
	})
	return sum, err
}

func (s *store) account() (account, error) {
	a := account{SuppressedReasons: []string{"BOUNCE", "COMPLAINT"}}
	err := s.db.View(func(tx *bbolt.Tx) error {
		if v := tx.Bucket(inAccount).Get(inAccount); v != nil {
			return json.Unmarshal(v, &a)
		}
		return nil
	})
	return a, err
}

func (s *store) putAccount(a account) error {
	return s.db.Update(func(tx *bbolt.Tx) error { return putJSON(tx.Bucket(inAccount), inAccount, a) })
}

func (s *store) suppress(e Suppressed) error {
	return s.db.Update(func(tx *bbolt.Tx) error { return putJSON(tx.Bucket(inSuppressed), []byte(e.Address), e) })
}

func (s *store) suppressed(address string) (e Suppressed, ok bool, err error) {
	err = s.db.View(func(tx *bbolt.Tx) error {
		v := tx.Bucket(inSuppressed).Get([]byte(strings.ToLower(address)))
		if ok = v != nil; !ok {
			return nil
		}
		return json.Unmarshal(v, &e)
	})
	return e, ok, err
}

func (s *store) unsuppress(address string) (ok bool, err error) {
	key := []byte(strings.ToLower(address))
	err = s.db.Update(func(tx *bbolt.Tx) error {
		ok = tx.Bucket(inSuppressed).Get(key) != nil
		return tx.Bucket(inSuppressed).Delete(key)
	})
	return ok, err
}

// listSuppressed returns at most limit matching entries after the address
// after, and the token of the next page; it is empty after the last page.
func (s *store) listSuppressed(after string, limit int, matches func(Suppressed) bool) (page []Suppressed, next string, err error) {
	err = s.db.View(func(tx *bbolt.Tx) error {
		c := tx.Bucket(inSuppressed).Cursor()
		k, v := c.Seek([]byte(after))
		if after != "" && string(k) == after {
			k, v = c.Next()
		}
		for ; k != nil; k, v = c.Next() {
			var e Suppressed
			if err := json.Unmarshal(v, &e); err != nil {
				return err
			}
			if !matches(e) {
				continue
			}
			if len(page) == limit {
				next = page[limit-1].Address
				return nil
			}
			page = append(page, e)
		}
		return nil
	})
	return page, next, err
}
