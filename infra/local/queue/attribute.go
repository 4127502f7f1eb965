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

// sender is the account that all messages are from.
const sender = "AIDALOCALREGULARS"

// Attribute is a message attribute, in SQS's own JSON.
type Attribute struct {
	DataType    string  `json:"DataType"` // String, Number or Binary, and maybe a label: "String.json"
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

// refuse returns SQS's fault for a message that SQS would not take, or nil.
func (x *index) refuse(o Outgoing) *Fault {
	if o.Body == "" {
		return missing("MessageBody")
	}
	if o.size() > x.MaxMessageBytes {
		return invalid("One or more parameters are invalid. Reason: Message must be shorter than %d bytes; with its attributes it has %d.", x.MaxMessageBytes, o.size())
	}
	if at := strings.IndexFunc(o.Body, func(r rune) bool { return !allowed(r) }); at >= 0 || !utf8.ValidString(o.Body) {
		return &Fault{
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
		if fault := refuseAttribute(name, o.Attributes[name]); fault != nil {
			return fault
		}
	}
	return nil
}

func refuseAttribute(name string, a Attribute) *Fault {
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

// allowed tells whether SQS takes the character in a body: those of XML 1.0.
func allowed(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000
}

func md5Of(body string) string {
	sum := md5.Sum([]byte(body)) //nolint:gosec // what SQS and its SDKs compare
	return hex.EncodeToString(sum[:])
}

// md5OfAttributes is the digest that SDKs compare: of each attribute, by name,
// the name, the type, 1 for text or 2 for bytes, and the value; with the length
// (4 bytes, big endian) before each but the number. No attributes give "".
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
	sum := md5.Sum(b) //nolint:gosec // what SQS and its SDKs compare
	return hex.EncodeToString(sum[:])
}
