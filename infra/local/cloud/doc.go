// Package cloud is the whole local cloud in one piece: every service that
// template.yaml asks for, wired to each other, behind one endpoint.
//
// Two programs run it: infra/local, for people (make run), and infra/proof/chaos,
// which puts faults between its parts (make chaos). Both go the same way:
//
//	ReadTemplate → Build → StartTables → Publish → Open → Run → Close
package cloud
