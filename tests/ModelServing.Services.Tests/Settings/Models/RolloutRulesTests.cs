using ModelServing.Contracts;
using ModelServing.Settings;
using ModelServing.Settings.Schema;

namespace ModelServing.Services.Tests.Settings.Models;

public class RolloutRulesTests
{
    [Theory]
    [InlineData(
        "canary: { version: 2, percent: 5 }, experiment: { name: q, arms: { b: { version: 3, percent: 5 } } }",
        "experiment",
        "a canary or an experiment, not both")]
    [InlineData("experiment: { name: q, arms: {} }", "experiment.arms", "there are no arms")]
    [InlineData(
        "experiment: { name: q, arms: { canary: { version: 3, percent: 5 } } }",
        "experiment.arms.canary",
        "these names are reserved: stable, canary, pinned, direct, shadow")]
    [InlineData(
        "experiment: { name: q, arms: { stable: { version: 3, percent: 5 } } }",
        "experiment.arms.stable",
        "these names are reserved")]
    [InlineData(
        "experiment: { name: q, arms: { b: { version: 1, percent: 5 } } }",
        "experiment.arms.b.version",
        "version 1 is also the stable version")]
    [InlineData(
        "experiment: { name: q, arms: { b: { version: 3, percent: 5 }, c: { version: 3, percent: 5 } } }",
        "experiment.arms.c.version",
        "version 3 is also the version of the arm b")]
    [InlineData(
        "experiment: { name: q, arms: { b: { version: 3, percent: 60 }, c: { version: 4, percent: 40.01 } } }",
        "experiment.arms",
        "the arms add up to 100.01 percent")]
    [InlineData(
        "experiment: { name: q, arms: { b: { version: 3, percent: 60 } } }, keepWarm: [3]",
        "keepWarm[0]",
        "the version of the arm b")]
    [InlineData(
        "experiment: { name: q, arms: { b: { version: 9, percent: 60 } } }",
        "experiment.arms.b.version",
        "version 9 of a is not published")]
    [InlineData("attemptLimit: 11s", "attemptLimit", "longer than the deadline")]
    [InlineData("routingKey: { header: X-A, claim: sub }", "routingKey.claim", "not from both")]
    [InlineData("routingKey: {}", "routingKey", "missing: header or claim")]
    public void A_rule_that_involves_several_values_reports_its_fault_with_its_position(string settings, string path, string message)
    {
        var fault = Assert.Single(Check(settings));
        Assert.Equal("modelserving:models.a." + path, fault.Path);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.NotNull(fault.Position);
    }

    [Theory]
    [InlineData("experiment: { name: q, arms: { b: { version: 3, percent: 60 }, c: { version: 4, percent: 40 } } }")]
    [InlineData("attemptLimit: 10s")]
    [InlineData("routingKey: { claim: sub }")]
    public void Valid_settings_have_no_fault(string settings) => Assert.Empty(Check(settings));

    private static IReadOnlyList<SettingsFault> Check(string settings) =>
        StackFile.Parse($"config: {{ modelserving:models: {{ a: {{ stable: {{ version: 1 }}, {settings} }} }} }}").File!
            .Check(static _ => [.. Enumerable.Range(1, 4).Select(static version => new ModelVersion(version))]);
}
