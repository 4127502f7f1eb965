// Command local runs the whole system on one machine, with nothing to sign up
// for: it reads template.yaml, the file that is deployed, and runs what it
// finds there.
//
//	go run ./infra/local        (make run)
//
// Functions are built and run as on Lambda ([lambda]); DynamoDB is dynoxide
// ([dynamodb]); SQS, EventBridge, Scheduler, SES and Secrets Manager are packages
// beside this one. All of them answer at one endpoint that speaks the AWS
// protocols, so that the AWS CLI and SDKs work against it unchanged.
//
// Settings come from the environment:
//
//	PORT               of the endpoint, 4566; it is on 127.0.0.1 only
//	DEMO               on or off: whether real orders are played into it
//	DYNAMODB_ENDPOINT  another DynamoDB than dynoxide, such as http://127.0.0.1:8000
//	METER              on: count what functions use of DynamoDB, at /local/dynamodb
//	VAR                the folder for data and logs, var
//
// Everything that was answered with success survives kill -9 of the program.
// The files are not synced to the disk, so a power cut may cost the latest of
// it; on AWS nothing depends on that.
package main
