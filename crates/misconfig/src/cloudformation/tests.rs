//! Templates, with what the documentation of CloudFormation says that their functions come to.

use proptest::prelude::*;

use crate::terraform::shown;

use super::read;

/// Compares what a template comes to: a line per resource and per gap.
fn check(template: &str, expected: &str) {
    let reading = read(template.as_bytes(), 0);
    let resources = reading.resources.iter().map(|it| format!("{} {} {}", it.kind, it.address, shown(&it.body)));
    let gaps = reading.gaps.iter().map(|gap| format!("gap {}", gap.what));
    let lines: Vec<String> = resources.chain(gaps).collect();
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(lines, expected);
}

#[test]
fn functions_in_both_forms() {
    check(
        r#"
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Name: { Type: String, Default: logs }
  Zones: { Type: CommaDelimitedList, Default: "a, b" }
  Secret: { Type: String }
Mappings:
  Sizes:
    prod: { size: 3 }
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    Properties:
      BucketName: !Sub "${Name}-${AWS::Region}"
      Plain: !Sub "x-${Name}-${!Literal}"
      Own: !Sub ["${a}/${Name}", { a: !Ref Name }]
      Zone: !Select [1, !Ref Zones]
      Zones: !Ref Zones
      Size: !FindInMap [Sizes, prod, size]
      Other: !FindInMap [Sizes, test, size]
      Joined: !Join ["-", [a, !Ref Name, 1]]
      Open: !Join [":", [arn, !Ref Secret]]
      Split: !Split [",", "x,y"]
      Data: !Base64 hello
      Import: !ImportValue shared
      Gone: !Ref AWS::NoValue
      Length: !Length [1, 2]
      Account: 012345678901
      Nets: !Cidr [10.0.0.0/16, 2, 8]
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument:
        Statement:
          - Effect: Allow
            Action: "*"
            Resource:
              - !GetAtt Bucket.Arn
              - Fn::GetAtt: [Bucket, Arn]
              - !Sub "${Bucket.Arn}/*"
            Condition: { Bool: { "aws:SecureTransport": true } }
"#,
        r#"
        AWS::S3::Bucket Bucket { BucketName = <logs-${AWS::Region}>, Plain = "x-logs-${Literal}", Own = "logs/logs", Zone = "b", Zones = ["a", "b"], Size = 3, Other = ?, Joined = "a-logs-1", Open = <arn:${Parameters.Secret}>, Split = ["x", "y"], Data = "aGVsbG8=", Import = ?, Length = 2, Account = "012345678901", Nets = ["10.0.0.0/24", "10.0.1.0/24"], DeletionPolicy = "Retain" }
        AWS::S3::BucketPolicy Policy { Bucket = <Bucket>, PolicyDocument = { Statement = [{ Effect = "Allow", Action = "*", Resource = [<Bucket.Arn>, <Bucket.Arn>, <${Bucket.Arn}/*>], Condition = { Bool = { aws:SecureTransport = true } } }] } }
        "#,
    );
}

#[test]
fn conditions_choose_resources_and_values() {
    check(
        r#"{
  "Parameters": { "Stage": { "Type": "String", "Default": "prod" }, "Open": { "Type": "String" } },
  "Conditions": {
    "IsProd": { "Fn::Equals": [{ "Ref": "Stage" }, "prod"] },
    "IsTest": { "Fn::Not": [{ "Condition": "IsProd" }] },
    "Both": { "Fn::And": [{ "Condition": "IsTest" }, { "Condition": "Unknown" }] },
    "Either": { "Fn::Or": [{ "Condition": "IsProd" }, { "Condition": "Unknown" }] },
    "Unknown": { "Fn::Equals": [{ "Ref": "Open" }, "x"] },
    "Self": { "Fn::Not": [{ "Condition": "Self" }] }
  },
  "Resources": {
    "A": { "Type": "T::A", "Condition": "IsProd", "Properties": {
      "a": { "Fn::If": ["IsProd", 1, 2] }, "b": { "Fn::If": ["IsTest", 1, { "Ref": "AWS::NoValue" }] },
      "c": { "Fn::If": ["Unknown", 1, 2] }, "d": { "Fn::If": ["Unknown", 3, 3] },
      "e": { "Fn::If": ["Both", 1, 2] }, "f": { "Fn::If": ["Either", 1, 2] }, "g": { "Fn::If": ["Self", 1, 2] } } },
    "B": { "Type": "T::B", "Condition": "IsTest" },
    "C": { "Type": "T::C", "Condition": "Unknown" }
  }
}"#,
        r"
        T::A A { a = 1, c = ?, d = 3, e = 2, f = 1, g = ? }
        T::C C {}
        ",
    );
}

#[test]
fn the_serverless_transform() {
    check(
        r"
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Timeout: 5
    Tracing: Active
    Environment:
      Variables: { A: 1 }
    Layers: [one]
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Timeout: 9
      Environment:
        Variables: { B: 2 }
      Layers: [two]
      Policies: AdministratorAccess
",
        r#"
        AWS::Lambda::Function F/AWS::Lambda::Function { Timeout = 9, Environment = { Variables = { B = 2, A = 1 } }, Layers = ["one", "two"], TracingConfig = { Mode = "Active" } }
        AWS::Serverless::Function F { Timeout = 9, Environment = { Variables = { B = 2, A = 1 } }, Layers = ["one", "two"], Policies = "AdministratorAccess", Tracing = "Active" }
        "#,
    );
}

#[test]
fn lines_are_those_of_the_template() {
    let reading = read(
        b"Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      Name: x\n      List:\n        - 1\n",
        3,
    );
    let bucket = &reading.resources[0];
    assert_eq!((bucket.file, bucket.body.get("Name").unwrap().span.first), (3, 5));
    assert_eq!(bucket.body.get("List").unwrap().items()[0].span.first, 7);
}

#[test]
fn hostile_templates_end() {
    use std::fmt::Write;

    let mut bomb = String::from("Resources:\n  A:\n    Type: T\n    Properties:\n      a0: &a0 [x, x]\n");
    for at in 1..40 {
        let _ = writeln!(bomb, "      a{at}: &a{at} [*a{0}, *a{0}]", at - 1);
    }
    let reading = read(bomb.as_bytes(), 0);
    assert_eq!(reading.resources.len(), 0);
    assert!(reading.gaps[0].limit, "{:?}", reading.gaps);

    let large = "x".repeat(1 << 20);
    let many = format!(
        "Parameters: {{P: {{Default: {large}}}}}\nResources: {{A: {{Type: T, Properties: {{x: !Sub '{}'}}}}}}\n",
        "${P}".repeat(10_000)
    );
    let reading = read(many.as_bytes(), 0);
    assert_eq!(shown(&reading.resources[0].body), "{ x = ? }");
    assert_eq!(reading.gaps.len(), 1);

    let deep = format!("Resources: {}", "[".repeat(10_000));
    assert!(read(deep.as_bytes(), 0).gaps[0].limit);
    let mut long =
        String::from("{\"Resources\":{\"A\":{\"Type\":\"T\",\"Properties\":{\"x\":{\"Fn::Sub\":[\"${a}\",{\"a\":");
    long.push_str(&"{\"Fn::Join\":[\"\",[\"x\",".repeat(2000));
    assert_eq!(read(long.as_bytes(), 0).gaps.len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_do_harm(cut in 0..400_usize, bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let sample = "Conditions: {A: !Equals [!Ref B, !Sub '${C}-${!D}']}\nResources:\n  R:\n    Type: AWS::X::Y\n    Condition: A\n    Properties:\n      p: !If [A, !Join ['', [a, !GetAtt R.b]], !Select [0, !Cidr [10.0.0.0/8, 1, 8]]]\n      q: &q !FindInMap [M, a, b]\n      r: *q\n";
        let mut content = sample.as_bytes()[..cut.min(sample.len())].to_vec();
        content.extend(bytes);
        content.extend(&sample.as_bytes()[cut.min(sample.len())..]);
        read(&content, 0);
    }
}
