package condition

import (
	"cmp"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"

	"regulars/shared/iso4217"
	"regulars/shared/shop"
)

// moneyType is the CEL type of money in the shop's currency. It can be compared
// only with money.
var moneyType = types.NewObjectType("money", traits.ComparerType)

// minor is an amount in minor units; the currency is the checker's.
type minor int64

func (m minor) Compare(other ref.Val) ref.Val {
	o, ok := other.(minor)
	if !ok {
		return types.MaybeNoSuchOverloadErr(other)
	}
	return types.Int(cmp.Compare(m, o))
}

func (m minor) Equal(other ref.Val) ref.Val {
	o, ok := other.(minor)
	return types.Bool(ok && m == o)
}

func (m minor) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("money does not convert to %s", t)
}

func (m minor) ConvertToType(t ref.Type) ref.Val {
	return types.NewErr("money does not convert to %s", t.TypeName())
}

func (m minor) Type() ref.Type { return moneyType }
func (m minor) Value() any     { return int64(m) }

var amount = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9]{1,12}(\.[0-9]+)?$`) })

// ParseMoney parses an amount such as "500.00" or "500" in this currency. It
// refuses a sign, a thousands separator, a currency sign, more decimals than
// the currency has, and an unknown currency; the error shows the right form.
func ParseMoney(text string, in shop.Currency) (shop.Money, error) {
	digits, known := iso4217.Today(in)
	if !known {
		return shop.Money{}, fmt.Errorf("%q is not an ISO 4217 currency", in)
	}
	whole, decimals, _ := strings.Cut(text, ".")
	if !amount().MatchString(text) || len(decimals) > digits {
		example := "500"
		if digits > 0 {
			example += "." + strings.Repeat("0", digits)
		}
		return shop.Money{}, fmt.Errorf("%q is not an amount of %s: write it like %q", text, in, example)
	}
	n, err := strconv.ParseInt(whole+decimals+strings.Repeat("0", digits-len(decimals)), 10, 64)
	if err != nil {
		return shop.Money{}, fmt.Errorf("%q is too large an amount", text)
	}
	return shop.Money{Minor: n, Currency: in}, nil
}
