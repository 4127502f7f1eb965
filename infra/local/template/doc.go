// Package template parses the deployed SAM template, template.yaml, into Go
// structs: functions, queues, event rules, schedules, tables, secrets and mail
// identities.
//
// [Read] follows nested stacks on the disk, applies SAM's Globals, evaluates
// the conditions and resolves the intrinsic functions, so that the result has
// plain values: a queue's URL is the local cloud's, its ARN one of
// [aws.Account].
//
// Read ignores no part of the template silently. It either reads a type of
// resource, or has it on the list of types without effect on one machine (an
// alarm, a role); any other type is a fault, unless the resource has a condition that is
// false. Every property of a resource that
// is neither read nor known to have no effect here is a fault too. Read returns
// all faults at once, each with its place.
package template
