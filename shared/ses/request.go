package ses

import (
	"maps"
	"slices"

	"regulars/shared/content"
)

// request is the body of the call SendEmail, as far as this package fills it.
type request struct {
	FromEmailAddress     string
	Destination          destination
	ReplyToAddresses     []string `json:",omitempty"`
	Content              struct{ Simple simple }
	EmailTags            []pair `json:",omitempty"`
	ConfigurationSetName string `json:",omitempty"`
}

type destination struct{ ToAddresses []string }

type simple struct {
	Subject text
	Body    struct{ Text, Html text }
	Headers []pair `json:",omitempty"`
}

type text struct{ Data, Charset string }

// pair is a header or a tag of a message.
type pair struct{ Name, Value string }

// request returns the mail as a body of SendEmail.
func (c *Client) request(m content.Mail) *request {
	r := &request{
		FromEmailAddress: c.sender(m.From), Destination: destination{[]string{m.To}},
		EmailTags: pairs(m.Tags), ConfigurationSetName: c.configurationSet,
	}
	if m.ReplyTo != "" {
		r.ReplyToAddresses = []string{m.ReplyTo}
	}
	r.Content.Simple.Subject = utf8(m.Subject)
	r.Content.Simple.Body.Text, r.Content.Simple.Body.Html = utf8(m.Text), utf8(m.HTML)
	r.Content.Simple.Headers = pairs(m.Headers)
	return r
}

func utf8(s string) text { return text{s, "UTF-8"} }

// pairs returns the entries of a map, sorted by name.
func pairs(m map[string]string) []pair {
	var all []pair
	for _, name := range slices.Sorted(maps.Keys(m)) {
		all = append(all, pair{name, m[name]})
	}
	return all
}
