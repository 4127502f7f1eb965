package dynamo

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

var long = body(`{"send":"` + strings.Repeat("a send of a customer, ", 40) + `"}`)

// Bodies that are stored can be read as long as their dictionary is what it was.
func TestDictionaryNeverChanges(t *testing.T) {
	const want = "8606a4e56c9b7e5273a0af9f04df44cd04b6b82d062ace1c0a2661e620ca6f7b"
	if sum := sha256.Sum256(dictionary1); hex.EncodeToString(sum[:]) != want {
		t.Errorf("body1.dict has the hash %x, want %s: stored bodies cannot be read with another; add another file with another mark", sum, want)
	}
}

func TestBodiesOfEachFormCanBeRead(t *testing.T) {
	var plain bytes.Buffer
	w, err := flate.NewWriter(&plain, flate.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write(long)
	_ = w.Close()
	packed, err := long.MarshalDynamoDBAttributeValue()
	if err != nil {
		t.Fatal(err)
	}
	if b, ok := packed.(*types.AttributeValueMemberB); !ok || b.Value[0] != withDictionary1 {
		t.Errorf("a body of %d bytes is stored as %T, want it deflated with the dictionary", len(long), packed)
	}
	for form, stored := range map[string]types.AttributeValue{
		"text":                          &types.AttributeValueMemberS{Value: string(long)},
		"deflated without a dictionary": &types.AttributeValueMemberB{Value: plain.Bytes()},
		"deflated with the dictionary":  packed,
	} {
		var read body
		if err := read.UnmarshalDynamoDBAttributeValue(stored); err != nil || !bytes.Equal(read, long) {
			t.Errorf("%s: read %d bytes, %v, want the %d that were written", form, len(read), err, len(long))
		}
	}
}

// No deflated text begins with the mark of a dictionary.
func TestMarkIsNoDeflatedText(t *testing.T) {
	for level := flate.HuffmanOnly; level <= flate.BestCompression; level++ {
		for _, text := range []string{"", "{}", string(long), strings.Repeat("x", 1<<17)} {
			var packed bytes.Buffer
			w, err := flate.NewWriter(&packed, level)
			if err != nil {
				t.Fatal(err)
			}
			_, _ = w.Write([]byte(text))
			_ = w.Close()
			if first := packed.Bytes()[0]; first == withDictionary1 {
				t.Errorf("level %d: %d bytes are deflated to a text that begins with %d", level, len(text), first)
			}
		}
	}
}
