//! What Terraform itself has evaluated: plans and state.

use crate::terraform::testing::check;

#[test]
fn plans_say_what_is_known_and_what_is_not() {
    check(
        r#"
== plan.json
{"format_version":"1.2","terraform_version":"1.9.0",
"planned_values":{"root_module":{"resources":[
{"address":"aws_s3_bucket.b[0]","mode":"managed","type":"aws_s3_bucket","name":"b","index":0,"values":{"bucket":"x","tags":null}}],
"child_modules":[{"address":"module.m[\"k\"]","resources":[
{"address":"module.m[\"k\"].aws_s3_bucket_policy.p","mode":"managed","type":"aws_s3_bucket_policy","name":"p",
"values":{"rule":[{"a":1}]}}]}]}},
"resource_changes":[
{"address":"aws_s3_bucket.b[0]","change":{"after_unknown":{"arn":true,"id":true,"tags":{}}}},
{"address":"module.m[\"k\"].aws_s3_bucket_policy.p","change":{"after_unknown":{"bucket":true,"id":true,"policy":true,"rule":[{"b":true}]}}}],
"prior_state":{"values":{"root_module":{"resources":[
{"address":"data.aws_region.r","mode":"data","type":"aws_region","name":"r","values":{"name":"eu-west-1"}},
{"address":"aws_s3_bucket.old","mode":"managed","type":"aws_s3_bucket","name":"old","values":{}}]}}},
"configuration":{"root_module":{"module_calls":{"m":{"module":{"resources":[
{"address":"aws_s3_bucket_policy.p","expressions":{
"bucket":{"references":["aws_s3_bucket.inner.id","aws_s3_bucket.inner"]},
"policy":{"references":["var.policy"]}}}]}}}}}}
== state.json
{"format_version":"1.0","terraform_version":"1.9.0","values":{"root_module":{"resources":[
{"address":"r.a","mode":"managed","type":"r","name":"a","values":{"id":"i"}}]}}}
== other.json
{"values": 1}
"#,
        r#"
        aws_s3_bucket.b[0] { bucket = "x", tags = null, arn = ?, id = ? }
        module.m["k"].aws_s3_bucket_policy.p { rule = [{ a = 1, b = ? }], bucket = <module.m["k"].aws_s3_bucket.inner.id>, id = ?, policy = ? }
        data.aws_region.r { name = "eu-west-1" }
        r.a { id = "i" }
        "#,
    );
}

#[test]
fn a_file_by_itself_bears_the_number_that_it_is_given() {
    let alone = crate::terraform::read(b" {\"resource\": {\"r\": {\"a\": {\"x\": \"${nothing(1)}\"}}}}", 7);
    assert_eq!((alone.resources[0].file, alone.gaps[0].what.as_str()), (7, "line 1: there is no function \"nothing\""));
    assert_eq!(crate::terraform::read(b"resource \"r\" \"a\" {}", 7).resources[0].address, "r.a");
}

#[test]
fn state_has_instances_with_keys() {
    check(
        r#"
== terraform.tfstate
{"version": 4, "terraform_version": "1.9.0", "resources": [
{"module": "module.m[0]", "mode": "managed", "type": "aws_s3_bucket", "name": "b", "instances": [
{"index_key": "k", "attributes": {"bucket": "x"}},
{"index_key": "l", "attributes": {"bucket": "y"}}]},
{"mode": "managed", "type": "r", "name": "n", "instances": [{"index_key": 1, "attributes": {}}]},
{"mode": "data", "type": "aws_ami", "name": "a", "instances": [{"attributes": {"id": "ami-1"}}]}]}
== old/terraform.tfstate
{"version": 3}
"#,
        r#"
        module.m[0].aws_s3_bucket.b["k"] { bucket = "x" }
        module.m[0].aws_s3_bucket.b["l"] { bucket = "y" }
        r.n[1] {}
        data.aws_ami.a { id = "ami-1" }
        gap old/terraform.tfstate:1: the state is not of version 4
        "#,
    );
}
