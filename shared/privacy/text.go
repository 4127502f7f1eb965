package privacy

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"

	"regulars/shared/dynamo"
	"regulars/shared/shop"
)

// text is a row that cannot be read, or a dead letter: JSON, or what is left of it.
type text struct{ string }

// leaf is a text or number in JSON. Its path is the names of the members that hold it, in
// lower case, such as "placed.at"; a list has no part in it.
type leaf struct{ path, value string }

// at returns the names of the two members that hold the leaf.
func (l leaf) at() (parent, key string) {
	names := strings.Split("."+l.path, ".")
	return names[len(names)-2], names[len(names)-1]
}

// after reports whether the leaf is a time after that one.
func (l leaf) after(at time.Time) bool {
	t, err := time.Parse(time.RFC3339, l.value)
	return err == nil && t.After(at)
}

// leaves returns the leaves of the text in their order up to the first damage, and
// whether it is JSON up to its end.
func (t text) leaves() (all []leaf, whole bool) {
	type level struct {
		path   string
		list   bool
		member string // the name that was read, without its value
		named  bool
	}
	stack := []level{{list: true}}
	decoder := json.NewDecoder(strings.NewReader(t.string))
	decoder.UseNumber()
	for {
		token, err := decoder.Token()
		if err != nil {
			return all, false
		}
		top := &stack[len(stack)-1]
		if name, ok := token.(string); ok && !top.list && !top.named {
			top.member, top.named = strings.ToLower(name), true
			continue
		}
		path := top.path
		if !top.list {
			path = strings.TrimPrefix(path+"."+top.member, ".")
			top.named = false
		}
		switch token := token.(type) {
		case json.Delim:
			if token == '{' || token == '[' {
				stack = append(stack, level{path: path, list: token == '['})
			} else {
				stack = stack[:len(stack)-1]
			}
		case string:
			all = append(all, leaf{path, strings.TrimSpace(token)})
		case json.Number:
			all = append(all, leaf{path, string(token)})
		}
		if len(stack) == 1 {
			return all, true
		}
	}
}

// member finds members with a whole text or number behind their name, perhaps as the first
// of a list, or as the ID of an object.
var member = regexp.MustCompile(`"(\w+)"\s*:\s*(?:\[\s*|(\{)\s*"id"\s*:\s*)?(?:"([^"\\]+)"|(\d+)\s*[,}\]])`)

// remains returns the leaves that are legible anywhere in a text that is no JSON. Their
// paths are the ends of the real ones.
func (t text) remains() (all []leaf) {
	for _, m := range member.FindAllStringSubmatch(strings.ReplaceAll(t.string, `\"`, `"`), -1) {
		path := strings.ToLower(m[1])
		if m[2] != "" {
			path += ".id"
		}
		all = append(all, leaf{path, m[3] + m[4]})
	}
	return all
}

// address reports whether a profile has that address. sure is false if it is damaged, and
// says no address.
func (t text) address(address string) (has, sure bool) {
	leaves, whole := t.leaves()
	for _, l := range leaves {
		if normal(l.value) == address {
			return true, true
		}
		sure = sure || l.path == "email.value"
	}
	if whole || sure {
		return false, true
	}
	has = hasAddress(t.string+"x", address)
	return has, has
}

// names reports whether a text names the customer, or one of their orders.
func (j *Job) names(t text) bool {
	isName := func(l leaf) bool { parent, key := l.at(); return j.is(l.value, parent, key) }
	leaves, whole := t.leaves()
	if slices.ContainsFunc(leaves, isName) {
		return true
	}
	// The letter at the end is for an address that is cut there: it can be a longer one.
	return !whole && (slices.ContainsFunc(t.remains(), isName) || slices.ContainsFunc(j.Addresses, func(a string) bool { return hasAddress(t.string+"x", a) }))
}

// owns reports whether a row that cannot be read is the customer's. If its own customer is
// legible, that decides. sure is false if nothing says whose it is.
func (j *Job) owns(b dynamo.Broken) (ours, sure bool) {
	if b.Order != "" && slices.Contains(j.Orders, b.Order) || b.Request != "" && b.Request == j.Request {
		return true, true
	}
	leaves, _ := text{b.Text}.leaves()
	for _, l := range leaves {
		if l.path == "customer" && l.value != "" {
			return slices.Contains(j.Customers, shop.CustomerID(l.value)), true
		}
	}
	ours = j.names(text{b.Text})
	return ours, ours
}

// laterRow reports whether a row that cannot be read says that it is later than the
// erasure, in the places where orders, profiles, sign-ups, coupons and what was redeemed,
// sends, positions in journeys and requests have their times.
func (j *Job) laterRow(b dynamo.Broken) bool {
	leaves, _ := text{b.Text}.leaves()
	return slices.ContainsFunc(leaves, func(l leaf) bool {
		switch l.path {
		case "placed.at", "orders", "orders.at", "birthday.at", "sign_up.at", "intent.planned", "entered", "received":
			return l.after(j.At)
		case "issued", "changed":
			return b.Customer == "" && l.after(j.At) // a send's change is not its time
		}
		return false
	})
}

// hasAddress reports whether an address stands in a text, not as a part of a longer one.
func hasAddress(text, address string) bool {
	text = strings.ToLower(text)
	for address != "" {
		i := strings.Index(text, address)
		if i < 0 {
			return false
		}
		before, after := text[:i], text[i+len(address):]
		if !endsInAddress.MatchString(before) && !goesOnInAddress.MatchString(after) {
			return true
		}
		text = after
	}
	return false
}

var (
	endsInAddress   = regexp.MustCompile(`[\p{L}\p{N}.!#$%&'*+/=?^_{|}~@-]$`)
	goesOnInAddress = regexp.MustCompile(`^(\.?[\p{L}\p{N}]|-|@)`)
)
