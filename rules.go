// Package regulars has the text of the code that decides whether a condition may be
// published. infra/ops/publish/celcheck compares it with the text of the day on which a
// condition was accepted.
package regulars

import "embed"

// Rules has the files that decide about conditions, with their tests, and go.mod, which
// names the version of CEL.
//
//go:embed go.mod shared/condition/*.go shared/conditioncheck/*.go shared/iso4217/*.go
var Rules embed.FS
