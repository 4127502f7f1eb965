// Command local runs the whole system on one machine, without an AWS account:
// it reads template.yaml, the file that is deployed, and starts every function,
// queue, table and rule that the file defines.
//
//	go run ./infra/local        (make run)
//
// Functions are built and run as on Lambda ([lambda]); DynamoDB is dynoxide
// or the official DynamoDB Local ([dynamodb]); SQS, EventBridge, Scheduler, SES and Secrets Manager are
// packages in this folder. All of them answer at one endpoint that speaks the
// AWS protocols, so that the AWS CLI and SDKs work with it unchanged.
//
// Settings come from the environment:
//
//	PORT               port of the endpoint, default 4566; it is on 127.0.0.1 only
//	DEMO               on or off, default on: whether real orders are played into it
//	DYNAMODB_ENGINE    dynoxide, java or container, default what this machine can run ([localengine])
//	DYNAMODB_ENDPOINT  a DynamoDB that runs already, such as http://127.0.0.1:8000
//	METER              on or off, default off: count the capacity units that functions use, at /local/dynamodb
//	VAR                the folder for data and logs, default var
//
// Every call that was answered with success survives kill -9 of the program.
// The files are not synced to the disk, so a power cut may lose the latest
// writes; the system on AWS does not depend on these files.
package main
