package profile

import (
	"bytes"
	"encoding/json"
	"fmt"

	"regulars/shared/points"
	"regulars/shared/shop"
)

// Packed is a profile whose JSON is shorter than that of a [Profile]: the tables have
// it, because DynamoDB charges a write for each KB. The orders and the points that they
// earned are lists without names of fields; all else is the same. It reads both forms.
type Packed Profile

// packedProfile is the JSON of a packed profile: the fields beside Profile hide its own
// of the same names.
type packedProfile struct {
	Profile
	Orders []packedVisit `json:"orders,omitempty"`
	Points packedPoints  `json:"points,omitzero"`
}

type packedPoints struct {
	Ledger points.Packed                `json:"ledger,omitempty"`
	Held   map[shop.OrderID]points.Hold `json:"held,omitempty"`
}

func (p packedPoints) IsZero() bool { return len(p.Ledger) == 0 && len(p.Held) == 0 }

// MarshalJSON returns the short JSON.
func (p Packed) MarshalJSON() ([]byte, error) {
	all := packedProfile{Profile: Profile(p), Points: packedPoints{points.Packed(p.Points.Ledger), p.Points.Held}}
	for _, v := range p.Orders {
		all.Orders = append(all.Orders, packedVisit(v))
	}
	return json.Marshal(all)
}

// UnmarshalJSON reads the JSON of a packed profile, or of a [Profile].
func (p *Packed) UnmarshalJSON(text []byte) error {
	var all packedProfile
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	*p = Packed(all.Profile)
	p.Points = points.Account{Ledger: points.Ledger(all.Points.Ledger), Held: all.Points.Held}
	for _, v := range all.Orders {
		p.Orders = append(p.Orders, Visit(v))
	}
	return nil
}

// packedVisit is an order as a list: ID, time, minor units and currency of what was
// spent, the products, the units of each, and an object of what few orders have.
type packedVisit Visit

type packedRest struct {
	Number    string `json:"number,omitempty"`
	Cancelled bool   `json:"cancelled,omitempty"`
	TakenBack int64  `json:"back,omitempty"`
	Unpaid    bool   `json:"unpaid,omitempty"`
	Returned  []int  `json:"returned,omitempty"` // of each product; empty: nothing
}

func (v packedVisit) MarshalJSON() ([]byte, error) {
	if v.Order == "" || v.At.IsZero() {
		return json.Marshal(Visit(v)) // a list without them is refused
	}
	rest := packedRest{Number: v.Number, Cancelled: v.Cancelled, TakenBack: v.TakenBack, Unpaid: v.Unpaid}
	products, units := make([]shop.ProductID, len(v.Lines)), make([]int, len(v.Lines))
	for i, line := range v.Lines {
		products[i], units[i] = line.Product, line.Units
		if line.Returned != 0 {
			if rest.Returned == nil {
				rest.Returned = make([]int, len(v.Lines))
			}
			rest.Returned[i] = line.Returned
		}
	}
	list := []any{v.Order, v.At, v.Net.Minor, v.Net.Currency, products, units, rest}
	if rest.Number == "" && !rest.Cancelled && rest.TakenBack == 0 && !rest.Unpaid && rest.Returned == nil {
		list = list[:len(list)-1]
	}
	return json.Marshal(list)
}

func (v *packedVisit) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		return &shop.ListError{Fault: "is null"}
	}
	if !bytes.HasPrefix(text, []byte("[")) {
		return json.Unmarshal(text, (*Visit)(v))
	}
	var object json.RawMessage
	var products []shop.ProductID
	var units []int
	if err := shop.ReadList(text, &v.Order, &v.At, &v.Net.Minor, &v.Net.Currency, &products, &units, &object); err != nil {
		return err
	}
	if v.At.IsZero() {
		return &shop.ListError{Order: v.Order, Fault: "has no time"}
	}
	var rest packedRest
	if object != nil {
		d := json.NewDecoder(bytes.NewReader(object))
		d.DisallowUnknownFields() // a later version's would be lost with the next write
		if d.Decode(&rest) != nil {
			return &shop.ListError{Order: v.Order, Fault: "ends with an object that this version does not know"}
		}
	}
	v.Number, v.Cancelled, v.TakenBack, v.Unpaid = rest.Number, rest.Cancelled, rest.TakenBack, rest.Unpaid
	if len(units) != len(products) || rest.Returned != nil && len(rest.Returned) != len(products) {
		return &shop.ListError{Order: v.Order, Fault: fmt.Sprintf("has %d products, the units of %d and what was returned of %d", len(products), len(units), len(rest.Returned))}
	}
	for i, product := range products {
		line := VisitProduct{Product: product, Units: units[i]}
		if rest.Returned != nil {
			line.Returned = rest.Returned[i]
		}
		v.Lines = append(v.Lines, line)
	}
	return nil
}
