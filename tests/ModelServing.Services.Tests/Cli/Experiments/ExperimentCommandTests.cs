using ModelServing.Cli;
using ModelServing.Cli.Experiments;
using ModelServing.Contracts;
using ModelServing.Settings;

namespace ModelServing.Services.Tests.Cli.Experiments;

public class ExperimentCommandTests
{
    [Fact]
    public void The_experiment_of_a_model_is_found_in_its_stack_file()
    {
        var found = Find("a", "experiment: { name: q, arms: { b: { version: 2, percent: 30 }, c: { version: 3, percent: 0 } } }");
        // An arm without traffic has no units to compare.
        Assert.Equal(["b", "stable"], found.Arms.Select(static arm => arm.Name));
    }

    [Theory]
    [InlineData("x", "experiment: { name: q, arms: { b: { version: 2, percent: 30 } } }", "there is no model x in the stack file")]
    [InlineData("a", "canary: { version: 2, percent: 30 }", "a has no experiment")]
    [InlineData("a", "experiment: { name: q, arms: { b: { version: 2, percent: 100 } } }", "stable gets no traffic in the experiment q")]
    [InlineData("a", "experiment: { name: q, arms: { b: { version: 2, percent: 0 } } }", "no arm of the experiment q gets traffic")]
    public void What_cannot_be_compared_is_refused(string model, string settings, string message)
    {
        var e = Assert.Throws<CommandException>(() => Find(model, settings));
        Assert.Equal(ExitCode.WrongInput, e.ExitCode);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    private static ModelServing.Contracts.Experiments.ExperimentDocument Find(string model, string settings) => ExperimentCommand.Find(
        StackFile.Parse($"config: {{ modelserving:models: {{ a: {{ stable: {{ version: 1 }}, {settings} }} }} }}").File!.Settings,
        ModelName.Parse(model));
}
