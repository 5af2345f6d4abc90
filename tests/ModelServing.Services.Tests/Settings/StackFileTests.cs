using CsCheck;
using ModelServing.Contracts;
using ModelServing.Settings;
using ModelServing.Settings.Models;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Settings;

public class StackFileTests
{
    private const string NoPlace =
        "there is no place for this key: it must be indented like the keys beside it, and a value that contains ': ' needs quotes";

    private const string Good = """
        encryptionsalt: v1:abc=
        config:
          oci:region: eu-frankfurt-1
          other:secret:
            secure: v1:xyz
          modelserving:models:
            fraud: # the sample
              stable:
                version: 1
              canary: { version: "2", percent: "12.5" }
              routingKey:
                header: X-Customer
              deadline: 250ms
            scoring: { stable: { version: 7 } }
          modelserving:local:
            port: 9000
            state: ../state
            registry: 'some folder'

        """;

    // The characters that have a meaning in YAML, and some that are hard to read.
    private const string Special = " \n\t:-{}[]&*!|>'\"%@`#,?~0a\\\r\uFEFF\ud800";

    [Fact]
    public void Settings_are_read()
    {
        var settings = Parse(Good).Settings;
        Assert.Equal(["fraud", "scoring"], settings.Models.Keys.Select(name => name.Text));
        var fraud = settings.Models[ModelName.Parse("fraud")];
        Assert.Equal((1, 2, 1250), (fraud.Stable.Version.Number, fraud.Canary!.Version.Number, fraud.Canary.Percent.Hundredths));
        Assert.Equal(("X-Customer", TimeSpan.FromMilliseconds(250)), (fraud.RoutingKey!.Header!.Text, fraud.Deadline));
        Assert.Equal((9000, "../state", "some folder"), (settings.Local.Port, settings.Local.State, settings.Local.Registry));
    }

    [Fact]
    public void Settings_that_are_not_set_have_their_defaults()
    {
        const string Models = "{ a: { stable: { version: 1 }, canary: , deadline: ~, routingKey: null } }";
        var settings = Parse($"config: {{ modelserving:models: {Models}, modelserving:local: }}").Settings;
        var model = settings.Models[ModelName.Parse("a")];
        Assert.Equal((null, null, TimeSpan.FromSeconds(10)), (model.Canary, model.RoutingKey, model.Deadline));
        Assert.Equal(new LocalSettings(), settings.Local);
    }

    [Fact]
    public void The_repositorys_own_stack_file_is_valid()
    {
        var file = Parse(File.ReadAllText(Repository.Combine("Pulumi.dev.yaml")));
        Assert.Empty(file.Check(_ => [new ModelVersion(1), new ModelVersion(2)]));
        Assert.NotNull(file.Settings.Models[ModelName.Parse("fraud")].Canary);
    }

    [Fact]
    public void Every_fault_is_reported_at_once_with_its_path_and_position_in_the_order_of_the_file() => AssertFaults(
        """
        config:
          modelserving:models:
            fraud:
              stable: {version: 01}
              canary:
                version: 0
                percent: 5%
                percent: 1e1
              deadline: 999999999999999999999999h
              routingkey: {header: x}
            Bad Name: {}
            b:
              stable: [1, 2]
              canary: 5
              deadline: 1.5ms
              routingKey: {header: "X Customer\e[31m"}
            c: &x
              stable: {version: 10000000000}
              canary: {version: -1, percent: {secure: abc}}
            d: *x
            e: !foo {stable: {version: 1.0}, canary: {version: 2, percent: -5}}
            f:
              deadline: 0s
          modelserving:local: {port: 080, state: "", registry: [a]}
          modelserving:wonder: 1
        """,
        "s.yaml:4:25: modelserving:models.fraud.stable.version: '01' is not a version: a whole number from 1 to 999999999, "
        + "without leading zeros",
        "s.yaml:6:18: modelserving:models.fraud.canary.version: '0' is not a version: a whole number from 1 to 999999999, "
        + "without leading zeros",
        "s.yaml:7:18: modelserving:models.fraud.canary.percent: '5%' is not a number from 0 to 100 in plain digits, such as 5 or 12.5",
        "s.yaml:8:9: modelserving:models.fraud.canary.percent: this key is already on line 7",
        "s.yaml:9:17: modelserving:models.fraud.deadline: 999999999999999999999999h is longer than 10m",
        "s.yaml:10:7: modelserving:models.fraud.routingkey: unknown setting; did you mean 'routingKey'?",
        "s.yaml:11:5: modelserving:models.Bad Name: 'Bad Name' is not a model name: 1 to 40 of a-z, 0-9 and '-', beginning "
        + "with a letter or a digit",
        "s.yaml:13:15: modelserving:models.b.stable: this is a list; it must be a map with the key version",
        "s.yaml:14:15: modelserving:models.b.canary: this is '5'; it must be a map with the keys version, percent, allowOtherInterface",
        "s.yaml:15:17: modelserving:models.b.deadline: 1.5ms is not a whole number of milliseconds",
        "s.yaml:16:28: modelserving:models.b.routingKey.header: 'X Customer\\u001b[31m' is not a header name: 1 to 128 "
        + "letters, digits and any of !#$%&'*+-.^_`|~",
        "s.yaml:17:8: modelserving:models.c: anchors are not supported; write the value out wherever it is needed",
        "s.yaml:18:25: modelserving:models.c.stable.version: '10000000000' is not a version: a whole number from 1 to "
        + "999999999, without leading zeros",
        "s.yaml:19:25: modelserving:models.c.canary.version: '-1' is not a version: a whole number from 1 to 999999999, "
        + "without leading zeros",
        "s.yaml:19:38: modelserving:models.c.canary.percent: this is an encrypted value; it must be a percentage, 0 to 100",
        "s.yaml:20:8: modelserving:models.d: aliases are not supported; write the value out",
        "s.yaml:21:8: modelserving:models.e: the tag !foo is not supported; write the value without it",
        "s.yaml:21:32: modelserving:models.e.stable.version: '1.0' is not a version: a whole number from 1 to 999999999, "
        + "without leading zeros",
        "s.yaml:21:68: modelserving:models.e.canary.percent: -5 is not between 0 and 100",
        "s.yaml:23:7: modelserving:models.f.stable: missing: The version that answers every request that no other variant answers.",
        "s.yaml:23:17: modelserving:models.f.deadline: 0s is shorter than 1ms",
        "s.yaml:24:30: modelserving:local.port: '080' is not a whole number from 1 to 65535 in plain digits",
        "s.yaml:24:42: modelserving:local.state: this is empty; remove the setting to use its default",
        "s.yaml:24:56: modelserving:local.registry: this is a list; it must be a text",
        "s.yaml:25:3: modelserving:wonder: unknown setting; expected one of models, pools, clients, tokens, anonymous, maxRequestBytes, "
        + "predictions, features, splitting, local, phase, allowGoingBack, region, homeRegion, regionMetadata, tenancy, compartment, "
        + "dataProtection, "
        + "kmsKey, policyStatements, network, cluster, cache, journal, predictionStore, replication, gateway, functions, alarms, costs, "
        + "images, registry, "
        + "router, inference, featureServer, "
        + "telemetry");

    [Theory]
    [InlineData("", "s.yaml: the file must be a map with the key 'config'; it is empty")]
    [InlineData("# nothing but a comment\n", "s.yaml: the file must be a map with the key 'config'; it is empty")]
    [InlineData("---\n", "s.yaml:2:2: the file must be a map with the key 'config'; it is empty")]
    [InlineData("- a\n", "s.yaml:1:1: the file must be a map with the key 'config'; it is a list")]
    [InlineData("config", "s.yaml:1:1: the file must be a map with the key 'config'; it is 'config'")]
    [InlineData("other: 1", "s.yaml:1:1: config: missing: a map with the key 'modelserving:models'")]
    [InlineData("config:", "s.yaml:1:8: config: missing: a map with the key 'modelserving:models'")]
    [InlineData("config: [1]", "s.yaml:1:9: config: this is a list; it must be a map with the key 'modelserving:models'")]
    [InlineData("config: { aws:region: x }", "s.yaml:1:9: modelserving:models: missing: The models by name, and how each is released.")]
    [InlineData(
        "config: { modelserving:models: }",
        "s.yaml:1:32: modelserving:models: missing: The models by name, and how each is released.")]
    [InlineData(
        "config: { modelserving:models: [a] }",
        "s.yaml:1:32: modelserving:models: this is a list; it must be a map from model names to model settings")]
    [InlineData(
        "config: { modelserving:models: { secure: v1:x } }",
        "s.yaml:1:32: modelserving:models: this is an encrypted value; it must be a map from model names to model settings")]
    [InlineData(
        "config: { modelserving:models: {}, modelserving:local: { secure: x } }",
        "s.yaml:1:56: modelserving:local: this is an encrypted value; it must be a map with the keys port, state, registry")]
    [InlineData(
        "config: { modelserving:models: { a: } }",
        "s.yaml:1:37: modelserving:models.a.stable: missing: The version that answers every request that no other variant answers.")]
    [InlineData(
        "config: { modelserving:models: { a: { stable: { version: } } } }",
        "s.yaml:1:58: modelserving:models.a.stable.version: missing: The published version.")]
    [InlineData("config: { modelserving:models: { ? [a] : 1 } }", "s.yaml:1:36: modelserving:models: a key must be plain text")]
    [InlineData("config: { modelserving:models: {} }\nconfig: {}", "s.yaml:2:1: config: this key is already on line 1")]
    [InlineData(
        "config: { modelserving:models: {} }\n---\na: 1",
        "s.yaml:2:1: a second YAML document starts here; a file contains only one")]
    [InlineData("config:\n\ta: 1", "s.yaml:2:1: this is not valid YAML: this line is indented with a tab; use spaces")]
    [InlineData("config:\n  a:\n    b: 1\n  \tc: 2", "s.yaml:4:3: this is not valid YAML: this line is indented with a tab; use spaces")]
    [InlineData(
        "config:\n  a:\n    b:\n      c: 1\n\td: 1\n", "s.yaml:5:1: this is not valid YAML: this line is indented with a tab; use spaces")]
    [InlineData("config:\n  a: \"b\n  c: d\n", "s.yaml:2:6: this is not valid YAML: the quote that opens here is not closed")]
    [InlineData("a: {b: c\nconfig:\n  a: 1\n", "s.yaml:1:5: this is not valid YAML: the value that starts here is not closed properly")]
    [InlineData("config:\n  a: b: c", "s.yaml:2:7: this is not valid YAML: " + NoPlace)]
    [InlineData("config:\n  a:\n    b: 1\n   c: 2\n  d: 3\n", "s.yaml:4:4: this is not valid YAML: " + NoPlace)]
    [InlineData(
        "config:\n  a: \"\\q\"",
        "s.yaml:2:6: this is not valid YAML: While scanning a quoted scalar, found unknown escape character.")]
    [InlineData(
        "config: { modelserving:models: { a: { stable: { version: 1 }, canry: { version: 2, percent: 1 } } } }",
        "s.yaml:1:63: modelserving:models.a.canry: unknown setting; did you mean 'canary'?")]
    public void A_file_that_is_not_a_stack_file_is_reported(string yaml, string fault) => AssertFaults(yaml, fault);

    [Fact]
    public void A_local_platform_ignores_encrypted_settings_and_the_cloud_does_not()
    {
        const string File = "config: { modelserving:models: {}, modelserving:pager: { secure: v1:x } }";
        Assert.Empty(StackFile.Parse(File).Faults);
        Assert.Single(
            StackFile.Parse(File, cloud: true).Faults,
            static fault => fault.Path == "modelserving:pager" && fault.Message.StartsWith("unknown", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("port: 0", "port: 0 is not between 1 and 65535")]
    [InlineData("port: 65536", "port: 65536 is not between 1 and 65535")]
    [InlineData("port: -1", "port: -1 is not between 1 and 65535")]
    [InlineData("port: 99999999999999999999999999", "port: 99999999999999999999999999 is not between 1 and 65535")]
    [InlineData("port: 80.5", "port: '80.5' is not a whole number from 1 to 65535 in plain digits")]
    [InlineData("port: .nan", "port: '.nan' is not a whole number from 1 to 65535 in plain digits")]
    [InlineData("port: http", "port: 'http' is not a whole number from 1 to 65535 in plain digits")]
    [InlineData("state: \"a\\0b\"", "state: 'a\\u0000b' contains a control character")]
    public void A_wrong_local_setting_is_reported(string setting, string fault)
    {
        var (_, faults) = StackFile.Parse($"config: {{ modelserving:models: {{}}, modelserving:local: {{ {setting} }} }}");
        Assert.Equal("modelserving:local." + fault, Assert.Single(faults.Select(f => f with { Position = null })).ToLine("")[2..]);
    }

    [Theory]
    [InlineData("1ms", 1)]
    [InlineData("0.25s", 250)]
    [InlineData("1.5m", 90_000)]
    [InlineData("10m", 600_000)]
    [InlineData("0.1h", 360_000)]
    [InlineData("1.000000000000000000000000000000s", 1000)]
    public void A_duration_is_a_number_with_a_unit(string text, int milliseconds)
    {
        var file = Parse($"config: {{ modelserving:models: {{ a: {{ stable: {{ version: 1 }}, deadline: {text} }} }} }}");
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), file.Settings.Models.Single().Value.Deadline);
    }

    [Theory]
    [InlineData("10", "'10' is not a duration: a number in plain digits with a unit, such as 50ms, 2s, 1.5m or 1h")]
    [InlineData("1d", "'1d' is not a duration: a number in plain digits with a unit, such as 50ms, 2s, 1.5m or 1h")]
    [InlineData("-1s", "'-1s' is not a duration: a number in plain digits with a unit, such as 50ms, 2s, 1.5m or 1h")]
    [InlineData("1 s", "'1 s' is not a duration: a number in plain digits with a unit, such as 50ms, 2s, 1.5m or 1h")]
    [InlineData("1mss", "'1mss' is not a duration: a number in plain digits with a unit, such as 50ms, 2s, 1.5m or 1h")]
    [InlineData("s", "'s' is not a duration: a number in plain digits with a unit, such as 50ms, 2s, 1.5m or 1h")]
    [InlineData("1e3s", "'1e3s' is not a duration: a number in plain digits with a unit, such as 50ms, 2s, 1.5m or 1h")]
    [InlineData("00:00:10", "'00:00:10' is not a duration: a number in plain digits with a unit, such as 50ms, 2s, 1.5m or 1h")]
    [InlineData("0s", "0s is shorter than 1ms")]
    [InlineData("0.0000000001ms", "0.0000000001ms is shorter than 1ms")]
    [InlineData("1.0000000001ms", "1.0000000001ms is not a whole number of milliseconds")]
    [InlineData("0.00003334h", "0.00003334h is not a whole number of milliseconds")]
    [InlineData("10.0000000000001m", "10.0000000000001m is longer than 10m")]
    [InlineData("601s", "601s is longer than 10m")]
    [InlineData("1h", "1h is longer than 10m")]
    [InlineData("10000000h", "10000000h is longer than 10m")]
    [InlineData("999999999999999999999999999999999999999999ms", "999999999999999999999999999999999999999999ms is longer than 10m")]
    public void A_wrong_duration_is_reported(string text, string fault)
    {
        var (_, faults) = StackFile.Parse($"config: {{ modelserving:models: {{ a: {{ stable: {{ version: 1 }}, deadline: {text} }} }} }}");
        Assert.Equal(fault, Assert.Single(faults).Message);
    }

    [Fact]
    public void Line_ends_of_any_kind_and_a_byte_order_mark_do_not_matter()
    {
        var windows = Good.ReplaceLineEndings("\r\n");
        foreach (var text in (string[])[windows, "\uFEFF" + Good, "\uFEFF" + windows, Good.TrimEnd()])
            Assert.Equal(Parse(Good).Settings.Models, Parse(text).Settings.Models);
        AssertFaults(
            "config:\r\n  modelserving:models:\r\n    a:\r\n      stable: 1\r\n",
            "s.yaml:4:15: modelserving:models.a.stable: this is '1'; it must be a map with the key version");
    }

    [Fact]
    public void Deep_nesting_and_a_large_file_are_faults()
    {
        AssertFaults(new string('x', 1024 * 1024 + 1), "s.yaml: the file has 1048577 characters; the limit is 1048576");
        var (_, faults) = StackFile.Parse("config: " + new string('[', 5000));
        Assert.Equal("this is nested more than 32 levels deep", Assert.Single(faults).Message);
        (_, faults) = StackFile.Parse("config: { a: " + string.Concat(Enumerable.Repeat("{ a: ", 100)));
        Assert.Equal("this is nested more than 32 levels deep", Assert.Single(faults).Message);
    }

    [Fact]
    public void A_file_of_very_many_keys_is_read_fast()
    {
        // A linear search for duplicates at each key would take minutes.
        var text = "config:\n  modelserving:models: {}\n" + string.Concat(Enumerable.Range(0, 100_000).Select(i => $"  k{i}:\n"));
        Assert.InRange(text.Length, 800_000, 1024 * 1024);
        Assert.Empty(Parse(text).Settings.Models);
    }

    [Fact]
    public void Long_texts_are_shortened_in_messages()
    {
        var (x, y) = (new string('x', 10_000), new string('y', 10_000));
        var (_, faults) = StackFile.Parse($"config: {{ modelserving:models: {{ \"{x}\\nmodel\": {{}}, a: {{ stable: \"{y}\" }} }} }}");
        Assert.Equal(2, faults.Count);
        Assert.All(faults, fault => Assert.InRange(fault.ToLine("s.yaml").Length, 100, 400));
        Assert.All(faults, fault => Assert.DoesNotContain('\n', fault.ToLine("s.yaml")));
    }

    [Fact]
    public void Any_text_is_a_valid_file_or_has_faults() =>
        Gen.Select(Gen.Int[0, Good.Length], Gen.Int[0, 12], Gen.Frequency((3, Gen.String[Gen.Char[Special], 0, 6]), (1, Gen.String)))
            .Array[1, 4]
            .Sample(
                edits =>
                {
                    var text = Good;
                    foreach (var (at, length, replacement) in edits)
                    {
                        var start = Math.Min(at, text.Length);
                        text = text[..start] + replacement + text[Math.Min(text.Length, start + length)..];
                    }

                    AssertFileOrFaults(text);
                },
                iter: 3000);

    [Fact]
    public void Any_selection_of_lines_is_a_valid_file_or_has_faults() =>
        Gen.Bool.Array[Good.Count(c => c == '\n')].Sample(keep =>
            AssertFileOrFaults(string.Join('\n', Good.Split('\n').Where((_, i) => i >= keep.Length || keep[i]))));

    [Fact]
    public void A_canary_equal_to_stable_and_unpublished_versions_are_reported_with_their_positions()
    {
        var file = Parse("""
            config:
              modelserving:models:
                fraud:
                  stable:
                    version: 3
                  canary:
                    version: 3
                    percent: 5
                scoring:
                  stable:
                    version: 1
                  canary: { version: 2, percent: 1 }
                good:
                  stable: { version: 1 }
            """);
        var faults = file.Check(static name => name.Text switch
        {
            "fraud" => [new ModelVersion(2), new ModelVersion(10), new ModelVersion(1)],
            "good" => [new ModelVersion(1)],
            _ => [],
        });
        Assert.Equal(
            [
                "s.yaml:7:18: modelserving:models.fraud.canary.version: version 3 is also the stable version; a canary must be a "
                + "different version",
                "s.yaml:5:18: modelserving:models.fraud.stable.version: version 3 of fraud is not published; published versions: 1, 2, 10",
                "s.yaml:7:18: modelserving:models.fraud.canary.version: version 3 of fraud is not published; published versions: 1, 2, 10",
                "s.yaml:11:18: modelserving:models.scoring.stable.version: version 1 of scoring is not published; scoring has no "
                + "published versions",
                "s.yaml:12:26: modelserving:models.scoring.canary.version: version 2 of scoring is not published; scoring has no "
                + "published versions",
            ],
            faults.Select(fault => fault.ToLine("s.yaml")));
    }

    private static void AssertFileOrFaults(string text)
    {
        var (file, faults) = StackFile.Parse(text);
        Assert.True(file is null == faults.Count > 0);
        Assert.All(faults, fault => Assert.DoesNotContain('\n', fault.ToLine("s.yaml")));
        Assert.All(faults, fault => Assert.True(fault.Position is null or { Line: > 0, Column: > 0 }));
    }

    private static void AssertFaults(string yaml, params string[] faults)
    {
        var (file, found) = StackFile.Parse(yaml);
        Assert.Null(file);
        Assert.Equal(faults, found.Select(fault => fault.ToLine("s.yaml")));
    }

    private static StackFile Parse(string yaml)
    {
        var (file, faults) = StackFile.Parse(yaml);
        Assert.Empty(faults.Select(fault => fault.ToLine("s.yaml")));
        return file!;
    }
}
