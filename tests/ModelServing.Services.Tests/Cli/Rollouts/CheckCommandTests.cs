using ModelServing.Cli.Rollouts;
using ModelServing.Rollout.Settings;

namespace ModelServing.Services.Tests.Cli.Rollouts;

public class CheckCommandTests
{
    [Fact]
    public void A_condemned_stable_version_is_a_fault_with_its_place_and_the_way_out()
    {
        var fault = Assert.Single(CheckCommand.Faults(File("stable: { version: 2 }"), SomeStatus.Of(2)));
        Assert.StartsWith("f:1:62: modelserving:models.fraud.stable.version: version 2 is condemned: ", fault.ToLine("f"), StringComparison.Ordinal);
        Assert.Contains("ms reset fraud 2", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stable: { version: 1 }, canary: { version: 2, percent: 5 }", "fraud: version 2 is condemned, so canary gets no traffic")]
    [InlineData("stable: { version: 1 }, experiment: { name: q, arms: { blue: { version: 2, percent: 5 } } }", "fraud: version 2 is condemned, so blue gets no traffic")]
    public void One_beside_stable_is_a_remark(string model, string remark)
    {
        Assert.Empty(CheckCommand.Faults(File(model), SomeStatus.Of(2)));
        Assert.StartsWith(remark, Assert.Single(CheckCommand.Remarks(File(model), SomeStatus.Of(2))), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_condemned_is_nothing_to_say()
    {
        Assert.Empty(CheckCommand.Faults(File("stable: { version: 2 }"), SomeStatus.Of()));
        Assert.Empty(CheckCommand.Remarks(File("stable: { version: 1 }, canary: { version: 2, percent: 5 }"), SomeStatus.Of(3)));
    }

    private static StackFile File(string model) => StackFile.Parse($"config: {{ modelserving:models: {{ fraud: {{ {model} }} }} }}").File!;
}
