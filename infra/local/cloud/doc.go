// Package cloud builds and runs the local cloud: it opens the local
// implementation of every AWS service that template.yaml uses, connects them,
// and serves them at one HTTP endpoint.
//
// Three programs run it: infra/local, for people (make run),
// infra/proof/chaos, which injects faults between the services (make chaos),
// and infra/lab/deployed, which asks the functions for recommendations (make
// deployed). All of them call, in order:
//
//	ReadTemplate → Build → StartTables → Publish → Open → Run → Close
//
// The last two do so with [Temporary], in a folder of their own and on a free
// port.
package cloud
