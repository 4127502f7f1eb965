// Package template reads template.yaml, the file that is deployed, and says in
// plain Go what there is to run: functions, queues, rules, schedules, tables,
// secrets and mail identity.
//
// [Read] follows nested stacks on the disk, applies SAM's Globals, decides the
// conditions and resolves the intrinsic functions, so that what comes out are
// plain values: a queue's URL is the local cloud's, its ARN one of
// [aws.Account].
//
// Nothing that the template asks for is passed over in silence. A type of
// resource is either acted upon, or is on the list of those that change nothing
// on one machine (an alarm, a role); anything else is a fault, and so is every
// property of an acted-upon resource that is neither used nor known to be
// without effect here. All faults are told at once, each with its place.
package template
