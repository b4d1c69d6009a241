# Infrastructure that is set up as badly as it can be, but for the rotation of its key.

resource "aws_s3_bucket" "data" {
  bucket = "shop-data"
}

resource "aws_s3_bucket_public_access_block" "data" {
  bucket                  = aws_s3_bucket.data.id
  block_public_acls       = false
  block_public_policy     = false
  ignore_public_acls      = false
  restrict_public_buckets = false
}

resource "aws_security_group" "ssh" {
  name = "ssh"

  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_db_instance" "shop" {
  identifier                 = "shop"
  engine                     = "postgres"
  instance_class             = "db.t4g.small"
  storage_encrypted          = false
  publicly_accessible        = true
  auto_minor_version_upgrade = false
}

resource "aws_iam_policy" "everything" {
  name = "everything"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = "*"
      Resource = "*"
    }]
  })
}

resource "aws_kms_key" "shop" {
  description         = "shop"
  enable_key_rotation = true
}

resource "google_sql_database_instance" "shop" {
  name             = "shop"
  database_version = "POSTGRES_15"

  settings {
    tier = "db-f1-micro"

    ip_configuration {
      ipv4_enabled = true

      authorized_networks {
        name  = "everybody"
        value = "0.0.0.0/0"
      }
    }
  }
}
