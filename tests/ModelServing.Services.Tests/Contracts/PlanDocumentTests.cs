using System.Text;
using CsCheck;
using ModelServing.Contracts;

namespace ModelServing.Services.Tests.Contracts;

public class PlanDocumentTests
{
    private const string Text = """
        {
          "schema": 1,
          "rollouts": {
            "fraud": {
              "revision": "0123456789abcdef",
              "deadlineMilliseconds": 250,
              "attemptLimitMilliseconds": 125,
              "routingKeyHeader": "X-Customer",
              "guard": {
                "tolerance": 1.5,
                "falseAlarm": 0.001,
                "slowerThanMilliseconds": 50,
                "maxErrorRate": 0.05,
                "unreachableForMilliseconds": 60000
              },
              "variants": [
                {
                  "name": "canary",
                  "version": 2,
                  "weight": 500
                },
                {
                  "name": "stable",
                  "version": 1,
                  "weight": 9500
                }
              ]
            },
            "scoring": {
              "revision": "r",
              "deadlineMilliseconds": 10000,
              "variants": [
                {
                  "name": "stable",
                  "version": 7,
                  "weight": 10000
                }
              ]
            }
          }
        }

        """;

    [Fact]
    public void It_reads_and_writes_the_documented_form()
    {
        var plan = Parse(Text);
        var fraud = plan.Rollouts[ModelName.Parse("fraud")];
        Assert.Equal((250, "X-Customer", 2), (fraud.DeadlineMilliseconds, fraud.RoutingKeyHeader, fraud.Variants.Count));
        Assert.Equal(new VariantPlan("canary", new ModelVersion(2), 500), fraud.Variants[0]);
        Assert.Null(plan.Rollouts[ModelName.Parse("scoring")].RoutingKeyHeader);
        Assert.Equal(Text, Encoding.UTF8.GetString(plan.ToUtf8()));
    }

    [Fact]
    public void A_plan_without_models_is_valid() => Assert.Empty(Parse("""{ "schema": 1, "rollouts": {} }""").Rollouts);

    [Theory]
    [InlineData("\"schema\": 1,", "\"schema\": 2, \"wonder\": {},", "the plan has schema 2; this program reads schema 1")]
    [InlineData("\"schema\": 1,", "", "the plan has no 'schema'")]
    [InlineData("\"schema\": 1,", "\"schema\": \"1\",", "the plan has a 'schema' that is not a whole number; this program reads schema 1")]
    [InlineData("\"schema\": 1,", "\"schema\": 1.5,", "the plan has a 'schema' that is not a whole number")]
    [InlineData("\"schema\": 1,", "\"schema\": 1, \"schema\": 1,", "schema")]
    [InlineData("\"schema\": 1,", "\"schema\": 1, \"wonder\": {},", "wonder")]
    [InlineData("\"revision\": \"r\",", "\"revision\": \"r\", \"revision\": \"r\",", "revision")]
    [InlineData("\"revision\": \"r\",", "\"Revision\": \"r\",", "Revision")]
    [InlineData("\"revision\": \"r\",", "", "revision")]
    [InlineData("\"revision\": \"r\",", "\"revision\": null,", "revision")]
    [InlineData("\"revision\": \"r\",", "\"revision\": \"\",", "rollouts.scoring.revision is empty")]
    [InlineData("\"scoring\"", "\"fraud\"", "fraud")]
    [InlineData(
        "\"scoring\"",
        "\"Scoring\"",
        "'Scoring' is not a model's name: 1 to 40 of a-z, 0-9 and '-', beginning with a letter or a digit ($.rollouts")]
    [InlineData(
        "\"deadlineMilliseconds\": 250",
        "\"deadlineMilliseconds\": 0",
        "rollouts.fraud.deadlineMilliseconds is 0; it must be above 0")]
    [InlineData("\"deadlineMilliseconds\": 250", "\"deadlineMilliseconds\": 1.5", "($.rollouts.fraud.deadlineMilliseconds, line 6)")]
    [InlineData("\"X-Customer\"", "\"X Customer\"", "rollouts.fraud.routingKeyHeader 'X Customer' is not a header's name (")]
    [InlineData("\"X-Customer\"", "\"\"", "rollouts.fraud.routingKeyHeader '' is not a header's name (")]
    [InlineData(
        "\"attemptLimitMilliseconds\": 125,",
        "",
        "rollouts.fraud.attemptLimitMilliseconds is not given; with variants beside stable it must be from 1 to the deadline")]
    [InlineData(
        "\"attemptLimitMilliseconds\": 125",
        "\"attemptLimitMilliseconds\": 251",
        "rollouts.fraud.attemptLimitMilliseconds is 251; with variants")]
    [InlineData(
        "\"attemptLimitMilliseconds\": 125",
        "\"attemptLimitMilliseconds\": 0",
        "rollouts.fraud.attemptLimitMilliseconds is 0; with variants")]
    [InlineData(
        "\"revision\": \"r\",",
        "\"revision\": \"r\", \"attemptLimitMilliseconds\": 1,",
        "rollouts.scoring.attemptLimitMilliseconds is 1; with variants")]
    [InlineData(
        "\"revision\": \"r\",",
        "\"revision\": \"r\", \"guard\": { \"tolerance\": 1, \"falseAlarm\": 0.1, \"unreachableForMilliseconds\": 1 },",
        "rollouts.scoring.guard is given; it must be given exactly if")]
    [InlineData(
        "\"revision\": \"r\",",
        "\"revision\": \"r\", \"routingKeyClaim\": \"\",",
        "rollouts.scoring.routingKeyClaim is ''; it must be a claim's name")]
    [InlineData(
        "\"routingKeyHeader\": \"X-Customer\",",
        "\"routingKeyHeader\": \"X-Customer\", \"routingKeyClaim\": \"sub\",",
        "rollouts.fraud.routingKeyClaim is 'sub'; it must be a claim's name, and excludes a routingKeyHeader")]
    [InlineData("\"tolerance\": 1.5", "\"tolerance\": 0.9", "rollouts.fraud.guard.tolerance is 0.9; it must be from 1 to 1000")]
    [InlineData("\"tolerance\": 1.5", "\"tolerance\": 1000.5", "rollouts.fraud.guard.tolerance is 1000.5; it must be from 1 to 1000")]
    [InlineData("\"falseAlarm\": 0.001", "\"falseAlarm\": 1", "rollouts.fraud.guard.falseAlarm is 1; it must be above 0 and below 1")]
    [InlineData(
        "\"slowerThanMilliseconds\": 50",
        "\"slowerThanMilliseconds\": 0",
        "rollouts.fraud.guard.slowerThanMilliseconds is 0; it must be above 0")]
    [InlineData("\"maxErrorRate\": 0.05", "\"maxErrorRate\": 1", "rollouts.fraud.guard.maxErrorRate is 1; it must be above 0 and below 1")]
    [InlineData(
        "\"unreachableForMilliseconds\": 60000",
        "\"unreachableForMilliseconds\": 0",
        "rollouts.fraud.guard.unreachableForMilliseconds is 0; it must be above 0")]
    [InlineData("\"weight\": 500", "\"weight\": 501", "rollouts.fraud.variants: the weights add up to 10001, not to 10000")]
    [InlineData("\"weight\": 500", "\"weight\": -1", "rollouts.fraud.variants[0].weight is -1; it must be from 0 to 10000")]
    [InlineData("\"weight\": 500", "\"weight\": 10001", "rollouts.fraud.variants[0].weight is 10001; it must be from 0 to 10000")]
    [InlineData("\"weight\": 500", "\"weight\": 99999999999", "($.rollouts.fraud.variants[0].weight, line 20)")]
    [InlineData(
        "\"version\": 2,",
        "\"version\": 0,",
        "a version is a whole number from 1 to 999999999, without leading zeros ($.rollouts.fraud.variants[0].version, line 19)")]
    [InlineData("\"version\": 2,", "\"version\": \"2\",", "a version is a whole number from 1")]
    [InlineData("\"version\": 2,", "", "version")]
    [InlineData("\"name\": \"canary\",", "", "name")]
    [InlineData("\"name\": \"canary\",", "\"name\": null,", "name")]
    [InlineData("\"name\": \"canary\",", "\"name\": \"\",", "rollouts.fraud.variants[0].name is ''; it must be 1 to 40 of a-z")]
    [InlineData("\"name\": \"canary\",", "\"name\": \"a\\r\\nb\",", "rollouts.fraud.variants[0].name is")]
    [InlineData(
        "\"name\": \"canary\",",
        "\"name\": \"pinned\",",
        "rollouts.fraud.variants[0].name is 'pinned'; it must be 1 to 40 of a-z, 0-9 and '-', beginning with a letter or a digit, and " +
            "not 'pinned'")]
    [InlineData("\"name\": \"canary\",", "\"name\": \"stable\",", "rollouts.fraud.variants[1].name 'stable' is duplicated")]
    [InlineData(
        "\"name\": \"stable\",\n          \"version\": 1,",
        "\"name\": \"heir\",\n          \"version\": 1,",
        "rollouts.fraud.variants must end with 'stable'")]
    public void The_error_names_the_broken_rule(string part, string instead, string message)
    {
        Assert.Contains(part, Text, StringComparison.Ordinal);
        var e = Assert.Throws<ContractException>(() => Parse(Text.Replace(part, instead, StringComparison.Ordinal)));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "the plan is not JSON")]
    [InlineData("{", "the plan is not JSON")]
    [InlineData("schema: 1", "the plan is not JSON")]
    [InlineData("null", "the plan has no 'schema'")]
    [InlineData("[]", "the plan has no 'schema'")]
    [InlineData("""{"schema":1}""", "rollouts")]
    [InlineData("""{"schema":1,"rollouts":null}""", "rollouts")]
    [InlineData("""{"schema":1,"rollouts":[]}""", "($.rollouts, line 1)")]
    [InlineData("""{"schema":1,"rollouts":{}} x""", "the plan can't be read")]
    [InlineData("""{"schema":1,"rollouts":{"a":null}}""", "rollouts.a is null")]
    [InlineData(
        """{"schema":1,"rollouts":{"a":{"revision":"r","deadlineMilliseconds":1,"variants":[]}}}""",
        "rollouts.a.variants must end with 'stable'")]
    [InlineData("""{"schema":1,"rollouts":{"a":{"revision":"r","deadlineMilliseconds":1,"variants":null}}}""", "variants")]
    [InlineData(
        """{"schema":1,"rollouts":{"a":{"revision":"r","deadlineMilliseconds":1,"variants":[null]}}}""",
        "rollouts.a.variants[0] is null")]
    public void A_text_that_is_not_a_plan_is_refused(string text, string message)
    {
        var e = Assert.Throws<ContractException>(() => Parse(text));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("BytePosition", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[3, 7]", null)]
    [InlineData("[]", null)]
    [InlineData("[7, 3]", "rollouts.scoring.keptWarm[1] is 3 after 7; they must ascend")]
    [InlineData("[3, 3]", "rollouts.scoring.keptWarm[1] is 3 after 3; they must ascend")]
    [InlineData("[3, 5]", "rollouts.scoring.keptWarm[1] is 5, which is a variant's version")]
    [InlineData("[null]", "a version is a whole number from 1")]
    [InlineData("[0]", "a version is a whole number from 1")]
    public void Versions_kept_warm_ascend_and_are_not_variants(string kept, string? message)
    {
        var text =
            $$"""{"schema":1,"rollouts":{"scoring":{"revision":"r","deadlineMilliseconds":1,"variants":[{"name":"stable","version":5,"weight":10000}],"keptWarm":{{kept}} } } }""";
        if (message is null)
        {
            var rollout = Parse(text).Rollouts.Single().Value;
            Assert.Equal([new ModelVersion(5), .. rollout.KeptWarm!], rollout.Versions);
            return;
        }

        Assert.Contains(message, Assert.Throws<ContractException>(() => Parse(text)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_larger_than_16_MiB_is_not_read()
    {
        var e = Assert.Throws<ContractException>(() => PlanDocument.Parse(new byte[PlanDocument.MaxBytes + 1]));
        Assert.Equal("the plan has 16777217 bytes; at most 16777216 are read", e.Message);
    }

    [Fact]
    public void Damaged_bytes_are_refused_and_nothing_else_is_thrown() =>
        Gen.Select(Gen.Int[0, Text.Length - 1], Gen.Byte, Gen.Int[0, Text.Length]).Sample((at, value, length) =>
        {
            var bytes = Encoding.UTF8.GetBytes(Text);
            bytes[at] = value;
            foreach (var damaged in (byte[][])[bytes, bytes[..length]])
            {
                try
                {
                    PlanDocument.Parse(damaged);
                }
                catch (ContractException)
                {
                    // The only exception that callers must handle.
                }
            }
        });

    private static PlanDocument Parse(string text) => PlanDocument.Parse(Encoding.UTF8.GetBytes(text));
}
