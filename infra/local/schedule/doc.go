// Package schedule is EventBridge Scheduler on one machine, and the scheduled
// rules of EventBridge: rate, cron and at expressions in AWS's dialect, with time
// zones, that send an input to a function or a queue.
//
// Schedules come from the template, or over Scheduler's REST protocol (those
// survive a restart). AWS fires within a minute of the time; here it is at the
// time.
//
// # After downtime
//
// AWS is never down; this program is. What each schedule fired for last is
// stored, and a schedule that missed its time fires once at the start, however
// often it missed it. A one-time schedule that was missed fires too. A rate
// keeps its rhythm.
//
// # Layout in bbolt
//
//	schedules / states  / <group>/<name>   JSON: since when it is known, what it fired for last
//	schedules / created / <group>/<name>   JSON of a schedule that came over the protocol
package schedule
