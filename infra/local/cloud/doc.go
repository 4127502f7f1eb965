// Package cloud builds and runs the local cloud: it opens the local
// implementation of every AWS service that template.yaml uses, connects them,
// and serves them at one HTTP endpoint.
//
// Two programs run it: infra/local, for people (make run), and
// infra/proof/chaos, which injects faults between the services (make chaos).
// Both call, in order:
//
//	ReadTemplate → Build → StartTables → Publish → Open → Run → Close
package cloud
