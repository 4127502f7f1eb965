package conditioncheck

import (
	"cmp"
	"fmt"
	"reflect"

	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
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
