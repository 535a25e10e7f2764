# The same platform as ../platform.ts, for those who keep theirs in OpenTofu: `tofu apply -var environment=prod`. Its output `settings` is the
# body of PUT /v1/environments/{environment}.

terraform {
  required_version = ">= 1.8"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }
}

variable "environment" {
  type        = string
  description = "The environment's name in Tutti"
}

variable "region" {
  type    = string
  default = "eu-central-1"
}

variable "github_repository" {
  type        = string
  default     = ""
  description = "OWNER/REPOSITORY whose main branch may deploy; nothing is made where it is empty"
}

locals {
  name        = "platform-${var.environment}"
  ports       = { from = 8100, to = 8199 }
  github      = "token.actions.githubusercontent.com"
  managed     = "arn:aws:iam::aws:policy"
  domain      = var.domain == "" ? {} : { domain = { name = var.domain, listenerArn = aws_lb_listener.https[0].arn } }
  with_github = var.github_repository == "" ? 0 : 1
}

provider "aws" {
  region = var.region
  default_tags {
    tags = { environment = var.environment }
  }
}

data "aws_availability_zones" "all" {
  state = "available"
}

data "aws_ssm_parameter" "image" {
  name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
}

output "settings" {
  value = jsonencode(merge(local.domain, {
    pools        = { web = { ssm = { tags = { environment = var.environment, pool = "web" } }, user = "tutti", directory = "/opt/tutti" } }
    loadBalancer = { arn = aws_lb.balancer.arn, ports = local.ports, vpcId = aws_vpc.vpc.id }
    network      = { subnetIds = aws_subnet.private[*].id, securityGroupIds = [aws_security_group.apps.id] }
    vm = {
      baseImageId        = nonsensitive(data.aws_ssm_parameter.image.value)
      instanceType       = "t4g.small"
      instanceProfileArn = aws_iam_instance_profile.machine.arn
    }
    cluster = {
      arn                   = aws_ecs_cluster.cluster.arn
      executionRoleArn      = aws_iam_role.execution.arn
      taskRoleArn           = aws_iam_role.task.arn
      infrastructureRoleArn = aws_iam_role.infrastructure.arn
      logGroup              = aws_cloudwatch_log_group.apps.name
    }
    functionRoleArn  = aws_iam_role.function.arn
    functionLogGroup = aws_cloudwatch_log_group.functions.name
  }))
}

output "endpoint" {
  value = aws_lb.balancer.dns_name
}

output "deployer_role_arn" {
  value = one(aws_iam_role.deployer[*].arn)
}
