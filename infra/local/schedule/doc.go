// Package schedule emulates EventBridge Scheduler, and the scheduled rules of
// EventBridge, on one machine: at the times of a rate, cron or at expression of
// AWS, in a time zone, it sends an input to a function or a queue.
//
// Schedules come from the template or are created with Scheduler's REST API;
// created ones survive a restart. AWS fires within a minute of the time; this
// package fires at the time.
//
// # After downtime
//
// Unlike AWS, this program can be down. The time for which each schedule last
// fired is stored. At the start, a schedule that missed times fires once, no
// matter how many times it missed. A missed one-time schedule fires as well.
// The times of a rate stay whole intervals apart.
//
// # Layout in bbolt
//
//	schedules / states  / <group>/<name>   JSON: when it was first seen, the time for which it last fired
//	schedules / created / <group>/<name>   JSON of a schedule created with the API
package schedule
