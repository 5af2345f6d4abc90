using ModelServing.Contracts;
using ModelServing.Settings;
using ModelServing.Settings.Schema;

namespace ModelServing.Services.Tests.Settings.Models;

public class RolloutRulesTests
{
    [Theory]
    [InlineData("canary: { version: 2, percent: 5 }, experiment: { name: q, arms: { b: { version: 3, percent: 5 } } }", "experiment", "a canary or an experiment, not both")]
    [InlineData("experiment: { name: q, arms: {} }", "experiment.arms", "there is no arm")]
    [InlineData("experiment: { name: q, arms: { canary: { version: 3, percent: 5 } } }", "experiment.arms.canary", "taken are stable, canary, pinned, direct, shadow")]
    [InlineData("experiment: { name: q, arms: { stable: { version: 3, percent: 5 } } }", "experiment.arms.stable", "taken are")]
    [InlineData("experiment: { name: q, arms: { b: { version: 1, percent: 5 } } }", "experiment.arms.b.version", "the stable one too")]
    [InlineData("experiment: { name: q, arms: { b: { version: 3, percent: 5 }, c: { version: 3, percent: 5 } } }", "experiment.arms.c.version", "that of the arm b too")]
    [InlineData("experiment: { name: q, arms: { b: { version: 3, percent: 60 }, c: { version: 4, percent: 40.01 } } }", "experiment.arms", "the arms have 100.01 percent together")]
    [InlineData("experiment: { name: q, arms: { b: { version: 3, percent: 60 } } }, keepWarm: [3]", "keepWarm[0]", "that of the arm b")]
    [InlineData("experiment: { name: q, arms: { b: { version: 9, percent: 60 } } }", "experiment.arms.b.version", "version 9 of a is not published")]
    [InlineData("attemptLimit: 11s", "attemptLimit", "longer than the model's deadline")]
    [InlineData("routingKey: { header: X-A, claim: sub }", "routingKey.claim", "not from both")]
    [InlineData("routingKey: {}", "routingKey", "missing: header or claim")]
    public void What_more_than_one_value_breaks_is_said_with_its_place(string settings, string path, string message)
    {
        var fault = Assert.Single(Check(settings));
        Assert.Equal("modelserving:models.a." + path, fault.Path);
        Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        Assert.NotNull(fault.Place);
    }

    [Theory]
    [InlineData("experiment: { name: q, arms: { b: { version: 3, percent: 60 }, c: { version: 4, percent: 40 } } }")]
    [InlineData("attemptLimit: 10s")]
    [InlineData("routingKey: { claim: sub }")]
    public void What_is_right_has_no_fault(string settings) => Assert.Empty(Check(settings));

    private static IReadOnlyList<SettingsFault> Check(string settings) =>
        StackFile.Parse($"config: {{ modelserving:models: {{ a: {{ stable: {{ version: 1 }}, {settings} }} }} }}").File!.Check(_ => [.. Enumerable.Range(1, 4).Select(static version => new ModelVersion(version))]);
}
