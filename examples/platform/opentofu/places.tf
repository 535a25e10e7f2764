# Where apps run: a cluster, three servers, and the roles that each is run with.

resource "aws_ecs_cluster" "cluster" {
  name = local.name
}

resource "aws_cloudwatch_log_group" "apps" {
  name              = "/platform/${var.environment}/apps"
  retention_in_days = 30
}

resource "aws_cloudwatch_log_group" "functions" {
  name              = "/platform/${var.environment}/functions"
  retention_in_days = 30
}

data "aws_iam_policy_document" "trust" {
  for_each = toset(["ecs-tasks", "ecs", "ec2", "lambda"])
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["${each.key}.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "execution" {
  name               = "${local.name}-execution"
  assume_role_policy = data.aws_iam_policy_document.trust["ecs-tasks"].json
}

resource "aws_iam_role_policy_attachment" "execution" {
  role       = aws_iam_role.execution.name
  policy_arn = "${local.managed}/service-role/AmazonECSTaskExecutionRolePolicy"
}

resource "aws_iam_role" "task" {
  name               = "${local.name}-task"
  assume_role_policy = data.aws_iam_policy_document.trust["ecs-tasks"].json
}

resource "aws_iam_role" "infrastructure" {
  name               = "${local.name}-infrastructure"
  assume_role_policy = data.aws_iam_policy_document.trust["ecs"].json
}

resource "aws_iam_role_policy_attachment" "infrastructure" {
  role       = aws_iam_role.infrastructure.name
  policy_arn = "${local.managed}/service-role/AmazonECSInfrastructureRolePolicyForVolumes"
}

resource "aws_s3_bucket" "files" {
  bucket_prefix = "${local.name}-files-"
}

resource "aws_s3_bucket_versioning" "files" {
  bucket = aws_s3_bucket.files.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "files" {
  bucket                  = aws_s3_bucket.files.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_policy" "files" {
  bucket = aws_s3_bucket.files.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.files.arn, "${aws_s3_bucket.files.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_iam_role_policy" "files" {
  name = "${local.name}-files"
  role = aws_iam_role.task.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
      Resource = "${aws_s3_bucket.files.arn}/*"
    }]
  })
}

resource "aws_iam_role" "machine" {
  name               = "${local.name}-machine"
  assume_role_policy = data.aws_iam_policy_document.trust["ec2"].json
}

resource "aws_iam_role_policy_attachment" "machine" {
  role       = aws_iam_role.machine.name
  policy_arn = "${local.managed}/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_instance_profile" "machine" {
  name = "${local.name}-machine"
  role = aws_iam_role.machine.name
}

resource "aws_launch_template" "web" {
  name                   = "${local.name}-web"
  image_id               = data.aws_ssm_parameter.image.value
  instance_type          = "t4g.small"
  vpc_security_group_ids = [aws_security_group.apps.id]
  iam_instance_profile {
    arn = aws_iam_instance_profile.machine.arn
  }
  metadata_options {
    http_tokens   = "required"
    http_endpoint = "enabled"
  }
  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      volume_size = 16
      volume_type = "gp3"
      encrypted   = "true"
    }
  }
  user_data = filebase64("${path.module}/../setup.sh")
}

resource "aws_autoscaling_group" "web" {
  name                = "${local.name}-web"
  min_size            = 3
  max_size            = 3
  vpc_zone_identifier = aws_subnet.private[*].id
  launch_template {
    id      = aws_launch_template.web.id
    version = "$Latest"
  }
  dynamic "tag" {
    for_each = { environment = var.environment, pool = "web", Name = "${var.environment}-web" }
    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }
}

resource "aws_iam_role" "function" {
  name               = "${var.tutti_installation}-app-${local.name}"
  assume_role_policy = data.aws_iam_policy_document.trust["lambda"].json
}

resource "aws_iam_role_policy_attachment" "function" {
  role       = aws_iam_role.function.name
  policy_arn = "${local.managed}/service-role/AWSLambdaVPCAccessExecutionRole"
}

resource "aws_iam_openid_connect_provider" "github" {
  count          = local.with_github
  url            = "https://${local.github}"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "deployer" {
  count = local.with_github
  name  = "${local.name}-deployer"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = aws_iam_openid_connect_provider.github[0].arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = {
        StringEquals = {
          "${local.github}:aud" = "sts.amazonaws.com"
          "${local.github}:sub" = "repo:${var.github_repository}:ref:refs/heads/main"
        }
      }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "deployer" {
  count      = local.with_github
  role       = aws_iam_role.deployer[0].name
  policy_arn = "${local.managed}/AdministratorAccess"
}
