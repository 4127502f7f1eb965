// Package infra is everything around the product's code: the CloudFormation
// templates, the example shop, the local cloud, the demo, and the commands for
// running a shop (ops), for proving promises, speed
// and plain words (proof) and for tuning recommendations (lab). It has no code of its own; its tests check the templates.
package infra
