package dynamo

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// body is a domain value as JSON. A short body is stored as text, which people
// can read; one above packAbove bytes is deflated (RFC 1951) with a dictionary,
// since DynamoDB charges a write for each KB. The attribute's type, S or B, shows
// which.
type body []byte

// packAbove leaves room for an item's other attributes in its first KB.
const packAbove = 512

// bodyOf returns v's canonical JSON and its revision. encoding/json writes the
// fields of a struct in their order and sorts the keys of a map, so equal
// values give equal bytes. It panics if v cannot be JSON; all domain values
// can.
func bodyOf(v any) (body, Rev) {
	text, err := json.Marshal(v)
	if err != nil {
		panic("dynamo: " + err.Error())
	}
	return text, body(text).rev()
}

func (b body) rev() Rev {
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:12]) // 96 bits, in 16 characters
}

// read parses the body into v. It fails with [ErrUnreadable].
func (b body) read(v any) error {
	decode := func(text []byte) error { return json.Unmarshal(text, v) }
	if own, ok := v.(json.Unmarshaler); ok {
		decode = own.UnmarshalJSON // json.Unmarshal would look through the whole text twice before
	}
	if err := decode(b); err != nil {
		return unreadable(err, b != nil && !json.Valid(b))
	}
	return nil
}

// MarshalDynamoDBAttributeValue deflates a long body if that makes it shorter.
func (b body) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	if len(b) > packAbove {
		if packed := deflate(b); len(packed) < len(b) {
			return &types.AttributeValueMemberB{Value: packed}, nil
		}
	}
	return &types.AttributeValueMemberS{Value: string(b)}, nil
}

// UnmarshalDynamoDBAttributeValue reads either form.
func (b *body) UnmarshalDynamoDBAttributeValue(value types.AttributeValue) error {
	switch value := value.(type) {
	case *types.AttributeValueMemberS:
		*b = body(value.Value)
	case *types.AttributeValueMemberB:
		text, err := inflate(value.Value)
		if err != nil {
			return fmt.Errorf("unpack body: %w", err)
		}
		*b = text
	default:
		return fmt.Errorf("body is a %T, which is neither text nor binary", value)
	}
	return nil
}

// dictionary1 is JSON that bodies have in common: names, and values that every shop
// has. With it the record of a send takes half the space. Stored bodies need it as it
// was: never change the file. A better dictionary is another file with another mark.
//
//go:embed body1.dict
var dictionary1 []byte

// withDictionary1 is the first byte of a body that was deflated with dictionary1. A
// text that was deflated without one cannot begin so: the last three bits would name a
// kind of block that RFC 1951 does not have.
const withDictionary1 = 0b111

var deflaters = sync.Pool{New: func() any {
	w, _ := flate.NewWriterDict(nil, flate.DefaultCompression, dictionary1) // fails for unknown levels only
	return w
}}

func deflate(text []byte) []byte {
	packed := bytes.NewBuffer([]byte{withDictionary1})
	w := deflaters.Get().(*flate.Writer) // a new one costs 800 KB
	defer deflaters.Put(w)
	w.Reset(packed)
	_, _ = w.Write(text) // a bytes.Buffer takes everything
	_ = w.Close()
	return packed.Bytes()
}

var inflaters = sync.Pool{New: func() any { return flate.NewReader(nil) }}

// Unpack returns the JSON of a stored body that is binary, for what looks into tables
// past the store.
func Unpack(packed []byte) ([]byte, error) { return inflate(packed) }

func inflate(packed []byte) ([]byte, error) {
	var dictionary []byte
	if len(packed) > 0 && packed[0] == withDictionary1 {
		packed, dictionary = packed[1:], dictionary1
	}
	r := inflaters.Get().(io.ReadCloser) // a new one costs 40 KB, and a message reads fifty bodies
	defer inflaters.Put(r)
	if err := r.(flate.Resetter).Reset(bytes.NewReader(packed), dictionary); err != nil {
		return nil, err
	}
	text := bytes.NewBuffer(make([]byte, 0, 5*len(packed)+bytes.MinRead)) // room for most bodies
	_, err := text.ReadFrom(r)
	return text.Bytes(), err
}

// stamp is a time as it is stored in an attribute: UTC, milliseconds, always 24
// characters, so that stamps sort as times. Empty is the zero time.
type stamp string

const stampLayout = "2006-01-02T15:04:05.000Z"

func stampOf(t time.Time) stamp {
	if t.IsZero() {
		return ""
	}
	return stamp(t.UTC().Format(stampLayout))
}

// time returns the zero time for a text that stampOf did not write.
func (s stamp) time() time.Time {
	t, err := time.Parse(stampLayout, string(s))
	if err != nil {
		return time.Time{}
	}
	return t
}
