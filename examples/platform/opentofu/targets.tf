# The roles by which an installation of Tutti in another account works in this one, one of each kind of targets: docs/accounts.md. Nothing is made
# where tutti_account is empty.

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
  named         = replace(file("${path.module}/../targets.json"), "INSTALLATION", var.tutti_installation)
  placed        = replace(replace(local.named, "ACCOUNT", data.aws_caller_identity.here.account_id), "REGION", var.region)
  targets_roles = var.tutti_account == "" ? {} : jsondecode(local.placed)
}

resource "aws_iam_role" "targets" {
  for_each = local.targets_roles
  name     = "${var.tutti_installation}-targets-${each.key}"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = "arn:aws:iam::${var.tutti_account}:root" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "sts:ExternalId" = var.tutti_external_id }
        ArnEquals    = { "aws:PrincipalArn" = [for name in each.value.assumedBy : "arn:aws:iam::${var.tutti_account}:role/${name}"] }
      }
    }]
  })
}

resource "aws_iam_role_policy" "targets" {
  for_each = local.targets_roles
  name     = "targets"
  role     = aws_iam_role.targets[each.key].name
  policy   = jsonencode(each.value.policy)
}
