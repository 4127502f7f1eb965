package queue

import (
	"strings"
	"testing"
)

// The expected digests are those that SQS returns for these attributes.
func TestDigestOfAttributesIsThatOfSQS(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"timestamp", "1493147359900", "235c5c510d26fb653d073faed50ae77c"},
		{"timestamp", "1493147359901", "994258b45346a2cc3f9cbb611aa7af30"},
		{"SOME_Valid.attribute-Name", "1493147359900", "36655e7e9d7c0e8479fa3f3f42247ae7"},
	} {
		got := md5OfAttributes(map[string]Attribute{c.name: {DataType: "Number", StringValue: &c.value}})
		if got != c.want {
			t.Errorf("md5OfAttributes(%s: %s) = %s, want %s", c.name, c.value, got, c.want)
		}
	}
}

func TestCheckMessageRejectsWhatSQSRejects(t *testing.T) {
	value := "v"
	text := Attribute{DataType: "String", StringValue: &value}
	x := newIndex(Config{MaxMessageBytes: 1024})
	for _, c := range []struct {
		name string
		o    Outgoing
		want string // a part of the error; empty: accepted
	}{
		{"plain text", Outgoing{Body: "a"}, ""},
		{"all planes of Unicode", Outgoing{Body: "\t\n\rñЖΩ😀\uFFFD"}, ""},
		{"no body", Outgoing{}, "MissingRequiredParameter"},
		{"longest allowed body", Outgoing{Body: strings.Repeat("x", 1024)}, ""},
		{"one byte too long", Outgoing{Body: strings.Repeat("x", 1025)}, "with its attributes it has 1025"},
		{"too long with its attributes", Outgoing{Body: strings.Repeat("x", 1020), Attributes: map[string]Attribute{"A": text}}, "it has 1028"},
		{"control character", Outgoing{Body: "ab\x0b"}, "at byte 2"},
		{"not a character", Outgoing{Body: "\uFFFF"}, "InvalidMessageContents"},
		{"not UTF-8", Outgoing{Body: "a\xff"}, "InvalidMessageContents"},
		{"unknown type", Outgoing{Body: "a", Attributes: map[string]Attribute{"A": {DataType: "Text", StringValue: &value}}}, "invalid message attribute type"},
		{"reserved name", Outgoing{Body: "a", Attributes: map[string]Attribute{"AWS.x": text}}, "name \"AWS.x\" is invalid"},
		{"binary without bytes", Outgoing{Body: "a", Attributes: map[string]Attribute{"A": {DataType: "Binary"}}}, "non-empty value of type Binary"},
	} {
		got := ""
		if failure := x.checkMessage(c.o); failure != nil {
			got = failure.Error()
		}
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: checkMessage = %q, want %q", c.name, got, c.want)
		}
	}
}
