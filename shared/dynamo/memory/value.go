package memory

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// mostBytes is DynamoDB's limit of one item.
const mostBytes = 400 << 10

// copyItem returns a deep copy of m.
func copyItem(m item) item {
	if m == nil {
		return nil
	}
	c := make(item, len(m))
	for name, v := range m {
		c[name] = copyValue(v)
	}
	return c
}

func copyValue(v value) value {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return &types.AttributeValueMemberS{Value: v.Value}
	case *types.AttributeValueMemberN:
		return &types.AttributeValueMemberN{Value: v.Value}
	case *types.AttributeValueMemberB:
		return &types.AttributeValueMemberB{Value: bytes.Clone(v.Value)}
	case *types.AttributeValueMemberBOOL:
		return &types.AttributeValueMemberBOOL{Value: v.Value}
	case *types.AttributeValueMemberNULL:
		return &types.AttributeValueMemberNULL{Value: v.Value}
	case *types.AttributeValueMemberSS:
		return &types.AttributeValueMemberSS{Value: slices.Clone(v.Value)}
	case *types.AttributeValueMemberL:
		l := make([]value, len(v.Value))
		for i, element := range v.Value {
			l[i] = copyValue(element)
		}
		return &types.AttributeValueMemberL{Value: l}
	case *types.AttributeValueMemberM:
		return &types.AttributeValueMemberM{Value: copyItem(v.Value)}
	}
	unknown("an attribute of the type %T", v)
	return nil
}

// sizeOf returns the bytes that DynamoDB counts for an item: names and values.
// See "DynamoDB item sizes and formats" in its Developer Guide.
func sizeOf(m item) int {
	n := 0
	for name, v := range m {
		n += len(name) + sizeOfValue(v)
	}
	return n
}

func sizeOfValue(v value) int {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return len(v.Value)
	case *types.AttributeValueMemberN:
		digits := len(strings.TrimLeft(v.Value, "-0"))
		return (digits+1)/2 + 1
	case *types.AttributeValueMemberB:
		return len(v.Value)
	case *types.AttributeValueMemberSS:
		n := 0
		for _, text := range v.Value {
			n += len(text)
		}
		return n
	case *types.AttributeValueMemberL:
		n := 3
		for _, element := range v.Value {
			n += 1 + sizeOfValue(element)
		}
		return n
	case *types.AttributeValueMemberM:
		return 3 + len(v.Value) + sizeOf(v.Value)
	}
	return 1 // BOOL and NULL
}

// number returns the integer in an N.
func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		unknown("the number %q, which is no 64-bit integer", text)
	}
	return n
}

// compare returns the order of two strings, two numbers or two binary values.
// ok is false for other types.
func compare(a, b value) (order int, ok bool) {
	switch a := a.(type) {
	case *types.AttributeValueMemberS:
		if b, ok := b.(*types.AttributeValueMemberS); ok {
			return cmp.Compare(a.Value, b.Value), true
		}
	case *types.AttributeValueMemberN:
		if b, ok := b.(*types.AttributeValueMemberN); ok {
			return cmp.Compare(number(a.Value), number(b.Value)), true
		}
	case *types.AttributeValueMemberB:
		if b, ok := b.(*types.AttributeValueMemberB); ok {
			return bytes.Compare(a.Value, b.Value), true
		}
	}
	return 0, false
}

// same reports whether both values are of one type and equal.
func same(a, b value) bool {
	if order, ok := compare(a, b); ok {
		return order == 0
	}
	switch a := a.(type) {
	case *types.AttributeValueMemberBOOL:
		b, ok := b.(*types.AttributeValueMemberBOOL)
		return ok && a.Value == b.Value
	case *types.AttributeValueMemberNULL:
		_, ok := b.(*types.AttributeValueMemberNULL)
		return ok
	case *types.AttributeValueMemberSS:
		b, ok := b.(*types.AttributeValueMemberSS)
		return ok && slices.Equal(union(a.Value, nil), union(b.Value, nil))
	case *types.AttributeValueMemberL:
		b, ok := b.(*types.AttributeValueMemberL)
		return ok && slices.EqualFunc(a.Value, b.Value, same)
	case *types.AttributeValueMemberM:
		b, ok := b.(*types.AttributeValueMemberM)
		return ok && sameItem(a.Value, b.Value)
	}
	return false
}

func sameItem(a, b item) bool {
	if len(a) != len(b) {
		return false
	}
	for name, v := range a {
		if w, ok := b[name]; !ok || !same(v, w) {
			return false
		}
	}
	return true
}

// union returns the texts of two sets, sorted.
func union(a, b []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(slices.Concat(a, b))))
}

// text returns the string in an S; false for other types.
func text(v value) (string, bool) {
	if s, ok := v.(*types.AttributeValueMemberS); ok {
		return s.Value, true
	}
	return "", false
}
