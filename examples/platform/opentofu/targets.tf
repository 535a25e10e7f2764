# The role by which an installation of Tutti in another account works in this one: docs/accounts.md. Nothing is made where tutti_account is empty.

variable "tutti_installation" {
  type    = string
  default = "tutti-production"
}

variable "tutti_account" {
  type        = string
  default     = ""
  description = "Where the installation stands"
}

variable "tutti_external_id" {
  type      = string
  default   = ""
  sensitive = true
}

data "aws_caller_identity" "here" {
}

locals {
  with_targets = var.tutti_account == "" ? 0 : 1
  named        = replace(file("${path.module}/../targets-policy.json"), "INSTALLATION", var.tutti_installation)
  placed       = replace(replace(local.named, "ACCOUNT", data.aws_caller_identity.here.account_id), "REGION", var.region)
}

resource "aws_iam_role" "targets" {
  count = local.with_targets
  name  = "${var.tutti_installation}-targets"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${var.tutti_account}:root" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "sts:ExternalId" = var.tutti_external_id }
        ArnLike      = { "aws:PrincipalArn" = "arn:aws:iam::${var.tutti_account}:role/${var.tutti_installation}-driver-*" }
      }
    }]
  })
}

resource "aws_iam_role_policy" "targets" {
  count  = local.with_targets
  name   = "targets"
  role   = aws_iam_role.targets[0].name
  policy = local.placed
}
