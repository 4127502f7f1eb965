package queue

import (
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// sender is the SenderId of all messages.
const sender = "AIDALOCALREGULARS"

// Attribute is a message attribute, in the JSON form of SQS.
type Attribute struct {
	DataType    string  `json:"DataType"` // String, Number or Binary, with an optional label: "String.json"
	StringValue *string `json:"StringValue,omitempty"`
	BinaryValue []byte  `json:"BinaryValue,omitempty"`
}

func (a Attribute) size() int {
	size := len(a.DataType) + len(a.BinaryValue)
	if a.StringValue != nil {
		size += len(*a.StringValue)
	}
	return size
}

func (a Attribute) binary() bool { return strings.HasPrefix(a.DataType, "Binary") }

func (o Outgoing) size() int {
	size := len(o.Body)
	for name, a := range o.Attributes {
		size += len(name) + a.size()
	}
	return size
}

// checkMessage returns the error with which SQS rejects the message, or nil if
// SQS accepts it.
func (x *index) checkMessage(o Outgoing) *Error {
	if o.Body == "" {
		return missing("MessageBody")
	}
	if o.size() > x.MaxMessageBytes {
		return invalid("One or more parameters are invalid. Reason: Message must be shorter than %d bytes; with its attributes it has %d.", x.MaxMessageBytes, o.size())
	}
	if at := strings.IndexFunc(o.Body, func(r rune) bool { return !allowed(r) }); at >= 0 || !utf8.ValidString(o.Body) {
		return &Error{
			Code: "InvalidMessageContents", Query: "InvalidMessageContents",
			Message: fmt.Sprintf("Invalid characters found at byte %d. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF.", max(at, 0)),
		}
	}
	if o.Delay != nil && (*o.Delay < 0 || o.Delay.Seconds() > 900) {
		return invalid("Value %v for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900.", o.Delay.Seconds())
	}
	if len(o.Attributes) > 10 {
		return invalid("Number of message attributes [%d] exceeds the allowed maximum [10].", len(o.Attributes))
	}
	for _, name := range slices.Sorted(maps.Keys(o.Attributes)) {
		if failure := checkAttribute(name, o.Attributes[name]); failure != nil {
			return failure
		}
	}
	return nil
}

func checkAttribute(name string, a Attribute) *Error {
	letters := strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
	lower := strings.ToLower(name)
	switch base, _, _ := strings.Cut(a.DataType, "."); {
	case name == "" || len(name) > 256 || letters != "" || strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".") ||
		strings.HasPrefix(lower, "aws.") || strings.HasPrefix(lower, "amazon."):
		return invalid("The message attribute name %q is invalid. A name has up to 256 letters, digits, hyphens, underscores and periods, and does not begin with aws. or amazon.", name)
	case a.DataType == "":
		return invalid("The message attribute %q must contain a non-empty message attribute type.", name)
	case base != "String" && base != "Number" && base != "Binary":
		return invalid("The message attribute %q has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.", name)
	case base == "Binary" && len(a.BinaryValue) == 0, base != "Binary" && (a.StringValue == nil || *a.StringValue == ""):
		return invalid("The message attribute %q must contain a non-empty value of type %s.", name, base)
	}
	return nil
}

// allowed reports whether SQS accepts the character in a body: all characters
// of XML 1.0.
func allowed(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000
}

func md5Of(body string) string {
	sum := md5.Sum([]byte(body)) //nolint:gosec // SQS and its SDKs compare MD5 digests
	return hex.EncodeToString(sum[:])
}

// md5OfAttributes returns the digest of message attributes that SDKs compare,
// or "" for no attributes. It hashes, for each attribute in the order of names:
// the name, the type, one byte (1 for text, 2 for binary) and the value. The
// name, the type and the value each have their length before them (4 bytes, big
// endian).
func md5OfAttributes(attributes map[string]Attribute) string {
	if len(attributes) == 0 {
		return ""
	}
	var b []byte
	field := func(s []byte) {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		a := attributes[name]
		field([]byte(name))
		field([]byte(a.DataType))
		if a.binary() {
			b = append(b, 2)
			field(a.BinaryValue)
			continue
		}
		b = append(b, 1)
		field([]byte(*a.StringValue))
	}
	sum := md5.Sum(b) //nolint:gosec // SQS and its SDKs compare MD5 digests
	return hex.EncodeToString(sum[:])
}
