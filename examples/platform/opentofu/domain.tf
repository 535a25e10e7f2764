# A domain with TLS for the environment, as in ../domain.ts. Nothing is made where domain is empty.

variable "domain" {
  type        = string
  default     = ""
  description = "Apps are reached at https://<app>.<domain>"
}

variable "zone_id" {
  type        = string
  default     = ""
  description = "The public hosted zone of Route 53 that the domain is in"
}

locals {
  with_domain = var.domain == "" ? 0 : 1
  every       = "*.${var.domain}"
}

resource "aws_acm_certificate" "apps" {
  count             = local.with_domain
  domain_name       = local.every
  validation_method = "DNS"
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "certificate" {
  count   = local.with_domain
  zone_id = var.zone_id
  name    = one(aws_acm_certificate.apps[0].domain_validation_options).resource_record_name
  type    = one(aws_acm_certificate.apps[0].domain_validation_options).resource_record_type
  records = [one(aws_acm_certificate.apps[0].domain_validation_options).resource_record_value]
  ttl     = 300
}

resource "aws_acm_certificate_validation" "apps" {
  count                   = local.with_domain
  certificate_arn         = aws_acm_certificate.apps[0].arn
  validation_record_fqdns = [aws_route53_record.certificate[0].fqdn]
}

resource "aws_route53_record" "apps" {
  count   = local.with_domain
  zone_id = var.zone_id
  name    = local.every
  type    = "A"
  alias {
    name                   = aws_lb.balancer.dns_name
    zone_id                = aws_lb.balancer.zone_id
    evaluate_target_health = false
  }
}

resource "aws_lb_listener" "https" {
  count             = local.with_domain
  load_balancer_arn = aws_lb.balancer.arn
  protocol          = "HTTPS"
  port              = 443
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = aws_acm_certificate_validation.apps[0].certificate_arn
  default_action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      status_code  = "404"
      message_body = "No app has this name."
    }
  }
}

resource "aws_lb_listener" "http" {
  count             = local.with_domain
  load_balancer_arn = aws_lb.balancer.arn
  protocol          = "HTTP"
  port              = 80
  default_action {
    type = "redirect"
    redirect {
      protocol    = "HTTPS"
      port        = "443"
      status_code = "HTTP_301"
    }
  }
}
