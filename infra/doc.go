// Package infra is everything around the product's code: the CloudFormation
// templates, the example shop, the local cloud, the demo, and the commands for
// running a shop (ops), for changing the protocol (proof) and for tuning
// recommendations (lab). It has no code of its own; its tests check the templates.
package infra
