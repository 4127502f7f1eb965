// Package s3 keeps files in a bucket of Amazon S3. Reads are consistent: a file that was
// saved is there, and one that was saved twice is the last one, whole.
package s3

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// ErrNotFound is wrapped if there is no file of that name.
var ErrNotFound = errors.New("no such file in the bucket")

// Bucket is one bucket.
type Bucket struct {
	client *s3.Client
	name   string
}

// New returns the bucket of that name.
func New(cfg aws.Config, name string) Bucket { return Bucket{s3.NewFromConfig(cfg), name} }

// Save stores a file in the place of one of the same name.
func (b Bucket) Save(ctx context.Context, name string, body []byte) error {
	_, err := b.client.PutObject(ctx, &s3.PutObjectInput{Bucket: &b.name, Key: &name, Body: bytes.NewReader(body)})
	if err != nil {
		return fmt.Errorf("save %s in the bucket: %w", name, err)
	}
	return nil
}

// Open returns the content of a file; close it after reading. It fails with
// [ErrNotFound]. The function must be allowed to list the bucket: else S3 says of a
// missing file that access is denied.
func (b Bucket) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	out, err := b.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.name, Key: &name})
	if missing := (*types.NoSuchKey)(nil); errors.As(err, &missing) {
		err = ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("open %s in the bucket: %w", name, err)
	}
	return out.Body, nil
}

// Remove deletes a file. One that does not exist is no error.
func (b Bucket) Remove(ctx context.Context, name string) error {
	if _, err := b.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &b.name, Key: &name}); err != nil {
		return fmt.Errorf("remove %s from the bucket: %w", name, err)
	}
	return nil
}
