package dynamo

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// body is a domain value as JSON. It is stored as text while it is short, which
// people like to read; from packAbove bytes on it is deflated (RFC 1951), since
// DynamoDB charges a write for each KB. The attribute's type tells which.
type body []byte

// packAbove leaves room for an item's other attributes in its first KB.
const packAbove = 512

// bodyOf returns v's canonical JSON, and its revision. encoding/json writes the
// fields of a struct in their order and sorts the keys of a map, so equal values
// give equal bytes. It panics where v cannot be JSON; the domain's values can.
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

// read parses the body into v.
func (b body) read(v any) error { return json.Unmarshal(b, v) }

// MarshalDynamoDBAttributeValue packs the body where that makes it shorter.
func (b body) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	if len(b) > packAbove {
		if packed := deflate(b); len(packed) < len(b) {
			return &types.AttributeValueMemberB{Value: packed}, nil
		}
	}
	return &types.AttributeValueMemberS{Value: string(b)}, nil
}

// UnmarshalDynamoDBAttributeValue takes either form.
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

var deflaters = sync.Pool{New: func() any {
	w, _ := flate.NewWriter(nil, flate.DefaultCompression) // fails for unknown levels only
	return w
}}

func deflate(text []byte) []byte {
	var packed bytes.Buffer
	w := deflaters.Get().(*flate.Writer) // a new one costs 800 KB
	defer deflaters.Put(w)
	w.Reset(&packed)
	_, _ = w.Write(text) // a bytes.Buffer takes everything
	_ = w.Close()
	return packed.Bytes()
}

var inflaters = sync.Pool{New: func() any { return flate.NewReader(nil) }}

func inflate(packed []byte) ([]byte, error) {
	r := inflaters.Get().(io.ReadCloser) // a new one costs 40 KB, and a message reads fifty bodies
	defer inflaters.Put(r)
	if err := r.(flate.Resetter).Reset(bytes.NewReader(packed), nil); err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// stamp is a time as attributes hold it: UTC, milliseconds, and always 24
// characters, so that text sorts as time does. Empty stands for the zero time.
type stamp string

const stampLayout = "2006-01-02T15:04:05.000Z"

func stampOf(t time.Time) stamp {
	if t.IsZero() {
		return ""
	}
	return stamp(t.UTC().Format(stampLayout))
}

// time returns the zero time for what no stampOf has written.
func (s stamp) time() time.Time {
	t, err := time.Parse(stampLayout, string(s))
	if err != nil {
		return time.Time{}
	}
	return t
}
