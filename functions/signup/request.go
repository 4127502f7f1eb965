package main

import (
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"golang.org/x/text/language"

	"regulars/shared/httpapi"
	"regulars/shared/inputfault"
	"regulars/shared/mailbox"
	"regulars/shared/shop"
	"regulars/shared/shoppolicy"
)

const (
	mostBytes   = 8 << 10 // of a body
	mostAddress = 254     // bytes of an address
	mostName    = 100     // characters of a name
)

// request is what a person asked for.
type request struct {
	Email    string       `json:"email"`
	Name     string       `json:"name"`
	Language string       `json:"language"` // BCP 47; empty: that of the browser
	Topics   []shop.Topic `json:"topics"`

	// Website is a field that the page hides from people. Programs that fill in
	// every field fill it in, and are answered as if all were well.
	Website string `json:"website"`
}

var (
	errTooLarge = errors.New("the body has more than 8 KB")
	errKind     = errors.New("the body is neither a form nor JSON; send application/x-www-form-urlencoded or application/json")
)

// read returns the request of a call, whose topics are those of the shop. It fails
// with [httpapi.Faults], errTooLarge or errKind.
func read(r events.LambdaFunctionURLRequest, of shoppolicy.Shop) (request, error) {
	body, err := httpapi.Body(r)
	if err != nil {
		return request{}, err
	}
	if len(body) > mostBytes {
		return request{}, errTooLarge
	}
	var q request
	switch kind, _, _ := strings.Cut(r.Headers["content-type"], ";"); strings.ToLower(strings.TrimSpace(kind)) {
	case "application/json":
		err = httpapi.Decode(body, &q)
	case "application/x-www-form-urlencoded":
		q, err = readForm(body)
	default:
		err = errKind
	}
	if err != nil {
		return request{}, err
	}
	if faults := q.check(of); len(faults) > 0 {
		return request{}, faults
	}
	return q, nil
}

// readForm reads a form, in which topics is repeated for each topic.
func readForm(body string) (request, error) {
	form, err := url.ParseQuery(strings.TrimSpace(body))
	if err != nil {
		return request{}, httpapi.Faults{{Fault: "is not a form: an escape is broken"}}
	}
	q := request{Email: form.Get("email"), Name: form.Get("name"), Language: form.Get("language"), Website: form.Get("website")}
	for _, topic := range form["topics"] {
		q.Topics = append(q.Topics, shop.Topic(topic))
	}
	return q, nil
}

// check returns all faults, and brings the address into the form that mails name.
func (q *request) check(of shoppolicy.Shop) (faults httpapi.Faults) {
	wrong := func(path, text string) { faults = append(faults, inputfault.Fault{Path: path, Fault: text}) }
	address, writable := mailbox.Address(q.Email)
	switch {
	case strings.TrimSpace(q.Email) == "":
		wrong("/email", "is empty; want an e-mail address")
	case !writable || len(address) > mostAddress:
		wrong("/email", "is no e-mail address that can be written to")
	}
	q.Email = address
	if len([]rune(q.Name)) > mostName {
		wrong("/name", "has more than 100 characters")
	}
	if _, err := language.Parse(q.Language); q.Language != "" && err != nil {
		wrong("/language", "is no BCP 47 tag, such as en or pt-BR")
	}
	if len(q.Topics) == 0 {
		wrong("/topics", "is empty; want one of the shop's topics")
	}
	for _, topic := range q.Topics {
		if !slices.ContainsFunc(of.Topics, func(t shoppolicy.Topic) bool { return t.ID == topic }) {
			wrong("/topics", "has a topic that shop.yaml does not declare")
			break
		}
	}
	return faults
}

// ofShop reports whether the call comes from a page of the shop, or from no page:
// a browser names the page's origin with each POST.
func ofShop(r events.LambdaFunctionURLRequest, of shoppolicy.Shop) bool {
	origin, named := r.Headers["origin"]
	return !named || of.LinkFault(origin) == ""
}

// network returns the network of an IP address: its /24 or, of IPv6, its /48. An
// address that cannot be read is a network of its own.
func network(ip string) string {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	bits := 48
	if a = a.Unmap(); a.Is4() {
		bits = 24
	}
	prefix, _ := a.WithZone("").Prefix(bits) // cannot fail: the bits fit the address
	return prefix.String()
}

// wantsPage reports whether a browser sent the page's form, and not a script.
func wantsPage(r events.LambdaFunctionURLRequest) bool {
	return r.RequestContext.HTTP.Method == http.MethodPost && strings.Contains(r.Headers["accept"], "text/html")
}
